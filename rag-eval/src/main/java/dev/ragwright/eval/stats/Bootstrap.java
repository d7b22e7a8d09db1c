package dev.ragwright.eval.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Intervals by drawing cases anew, with replacement (Efron, 1979). */
public final class Bootstrap {
  private Bootstrap() {}

  /**
   * Returns the percentile interval of the mean: from the {@code (1 - level) / 2} to the {@code (1
   * + level) / 2} quantile of the resampled means, interpolated linearly as numpy does. Given the
   * differences of two systems on the same cases, this is the paired bootstrap.
   *
   * <p>It takes cases for independent; with fewer than about 20 it is too narrow.
   *
   * @param values at least one, finite
   */
  public static Interval ofMean(double[] values, Resampling resampling) {
    Checks.finite("values", values, 1);
    SplittableRandom random = resampling.random();
    double[] means = new double[resampling.resamples()];
    for (int r = 0; r < means.length; r++) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += values[random.nextInt(values.length)];
      }
      means[r] = sum / values.length;
    }
    Arrays.sort(means);
    double tail = (1 - resampling.level()) / 2;
    return new Interval(quantile(means, tail), quantile(means, 1 - tail), resampling.level());
  }

  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
