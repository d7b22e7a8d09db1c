package dev.ragwright.eval.stats;

import dev.ragwright.text.Decimals;

/**
 * A confidence interval, both ends inclusive.
 *
 * @param low {@code <= high}
 * @param level how often such an interval holds the true value, as a share: 0.95
 */
public record Interval(double low, double high, double level) {
  /** Refuses what is not an interval. */
  public Interval {
    if (!(low <= high)) {
      throw new IllegalArgumentException("low must be <= high, were " + low + " and " + high);
    }
    Checks.level(level);
  }

  /** Whether the value is within. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /** For people: {@code [+.012, +.050]}. */
  @Override
  public String toString() {
    return "[" + Decimals.signed(low) + ", " + Decimals.signed(high) + "]";
  }
}
