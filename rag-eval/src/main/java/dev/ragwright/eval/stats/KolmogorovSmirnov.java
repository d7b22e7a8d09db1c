package dev.ragwright.eval.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The test of Kolmogorov and Smirnov for two samples: do they come from the same distribution? It
 * sees any difference, of place, spread or shape.
 */
public final class KolmogorovSmirnov {
  private KolmogorovSmirnov() {}

  /**
   * Returns the statistic: the greatest distance between the samples' empirical distribution
   * functions, from 0 to 1.
   *
   * @param first at least one, finite
   * @param second likewise
   */
  public static double statistic(double[] first, double[] second) {
    Checks.finite("first", first, 1);
    Checks.finite("second", second, 1);
    Pool pool = new Pool(first, second);
    return pool.distance(pool.firsts);
  }

  /**
   * Returns the p-value by permutation: how often two samples drawn at random from both together
   * are as far apart, {@code (1 + number as far) / (1 + resamples)}. That is exact for any number
   * of values and for ties, so a level is a rate of false alarms; the usual formula is neither.
   *
   * @param first at least one, finite
   * @param second likewise
   */
  public static double pValue(double[] first, double[] second, Resampling resampling) {
    Checks.finite("first", first, 1);
    Checks.finite("second", second, 1);
    Pool pool = new Pool(first, second);
    double bound = pool.distance(pool.firsts) - 1e-12;
    SplittableRandom random = resampling.random();
    boolean[] shuffled = pool.firsts.clone();
    int far = 0;
    for (int r = 0; r < resampling.resamples(); r++) {
      for (int i = shuffled.length - 1; i > 0; i--) {
        int k = random.nextInt(i + 1);
        boolean kept = shuffled[i];
        shuffled[i] = shuffled[k];
        shuffled[k] = kept;
      }
      far += pool.distance(shuffled) >= bound ? 1 : 0;
    }
    return (1.0 + far) / (1.0 + resampling.resamples());
  }

  /** Both samples in ascending order, and of which each value is. */
  private static final class Pool {
    private final double[] values;
    private final boolean[] firsts;
    private final double stepOfFirst;
    private final double stepOfSecond;

    Pool(double[] first, double[] second) {
      double[] a = first.clone();
      double[] b = second.clone();
      Arrays.sort(a);
      Arrays.sort(b);
      values = new double[a.length + b.length];
      firsts = new boolean[values.length];
      stepOfFirst = 1.0 / a.length;
      stepOfSecond = 1.0 / b.length;
      for (int i = 0, k = 0; i + k < values.length; ) {
        boolean fromFirst = k == b.length || (i < a.length && a[i] <= b[k]);
        firsts[i + k] = fromFirst;
        values[i + k] = fromFirst ? a[i] : b[k];
        if (fromFirst) {
          i++;
        } else {
          k++;
        }
      }
    }

    double distance(boolean[] ofFirst) {
      double apart = 0;
      double most = 0;
      for (int i = 0; i < values.length; i++) {
        apart += ofFirst[i] ? stepOfFirst : -stepOfSecond;
        if (i + 1 == values.length || values[i + 1] != values[i]) { // equal values step together
          most = Math.max(most, Math.abs(apart));
        }
      }
      return most;
    }
  }
}
