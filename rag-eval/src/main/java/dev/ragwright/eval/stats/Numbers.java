package dev.ragwright.eval.stats;

import org.apache.commons.statistics.distribution.NormalDistribution;

/** Sums and the normal distribution. */
final class Numbers {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private Numbers() {}

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The unbiased variance, over {@code n - 1}; 0 for a single value. */
  static double variance(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return values.length < 2 ? 0 : sum / (values.length - 1);
  }

  /** How many standard errors a two-sided interval of a level reaches: 1.96 for 0.95. */
  static double twoSidedZ(double level) {
    return normalQuantile(0.5 + level / 2);
  }

  static double normalQuantile(double p) {
    return NORMAL.inverseCumulativeProbability(p);
  }
}
