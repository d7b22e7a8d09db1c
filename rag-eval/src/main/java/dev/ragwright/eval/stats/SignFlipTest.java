package dev.ragwright.eval.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The paired permutation test (Fisher, 1935; for retrieval: Smucker, Allan and Carterette, CIKM
 * 2007): if both systems were the same, the sign of each difference would be a coin's, so how often
 * is a mean as far from 0 as the one that was seen?
 */
public final class SignFlipTest {
  private SignFlipTest() {}

  /**
   * Returns the two-sided p-value for a mean of 0. With {@code m} differences that are not 0 and
   * {@code 2^m <= resamples} all ways to flip are counted and {@code p = (number as far) / 2^m};
   * else {@code p = (1 + number as far) / (1 + resamples)} over random flips, which is never 0.
   * Means that differ by rounding alone count as equally far.
   *
   * @param differences at least one, finite
   */
  public static double pValue(double[] differences, Resampling resampling) {
    Checks.finite("differences", differences, 1);
    double[] kept = Arrays.stream(differences).filter(difference -> difference != 0).toArray();
    double size = 0;
    double seen = 0;
    for (double difference : kept) {
      size += Math.abs(difference);
      seen += difference;
    }
    double bound = Math.abs(seen) - 1e-12 * size;
    if (kept.length < 31 && 1L << kept.length <= resampling.resamples()) {
      int ways = 1 << kept.length;
      int far = 0;
      for (int signs = 0; signs < ways; signs++) {
        far += Math.abs(sum(kept, signs)) >= bound ? 1 : 0;
      }
      return (double) far / ways;
    }
    SplittableRandom random = resampling.random();
    int far = 0;
    for (int r = 0; r < resampling.resamples(); r++) {
      double sum = 0;
      for (int i = 0; i < kept.length; i += Long.SIZE) {
        long signs = random.nextLong();
        int end = Math.min(kept.length, i + Long.SIZE);
        for (int k = i; k < end; k++, signs >>>= 1) {
          sum += (signs & 1) == 0 ? kept[k] : -kept[k];
        }
      }
      far += Math.abs(sum) >= bound ? 1 : 0;
    }
    return (1.0 + far) / (1.0 + resampling.resamples());
  }

  private static double sum(double[] values, int signs) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (signs >>> i & 1) == 0 ? values[i] : -values[i];
    }
    return sum;
  }
}
