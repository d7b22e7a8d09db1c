package dev.ragwright.eval.stats;

import java.util.SplittableRandom;

/**
 * How many resamples are drawn, from which seed, and the confidence level of intervals. The same
 * resampling of the same numbers gives the same result.
 *
 * @param resamples how many are drawn, {@code >= 100}
 * @param level of intervals, such as 0.95
 */
public record Resampling(int resamples, long seed, double level) {
  private static final Resampling STANDARD = new Resampling(10_000, 42, 0.95);

  /** Refuses too few draws and levels that are none. */
  public Resampling {
    if (resamples < 100) {
      throw new IllegalArgumentException("resamples must be >= 100, was " + resamples);
    }
    Checks.level(level);
  }

  /** 10,000 draws from seed 42, intervals of 95 %. */
  public static Resampling standard() {
    return STANDARD;
  }

  /** The same from another seed. */
  public Resampling seed(long other) {
    return new Resampling(resamples, other, level);
  }

  /** The same with intervals of another level. */
  public Resampling level(double other) {
    return new Resampling(resamples, seed, other);
  }

  SplittableRandom random() {
    return new SplittableRandom(seed);
  }
}
