package dev.ragwright.eval.stats;

import dev.ragwright.text.Decimals;

/** A number with its interval. */
public record Estimate(double value, Interval interval) {
  /** For people: {@code +.031 [+.012, +.050]}. */
  @Override
  public String toString() {
    return Decimals.signed(value) + " " + interval;
  }
}
