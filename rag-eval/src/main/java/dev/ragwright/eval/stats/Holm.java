package dev.ragwright.eval.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Holm's correction for several tests at once (Scandinavian Journal of Statistics 6, 1979): keeps
 * the chance of any false alarm among them at the level, whatever their dependence.
 */
public final class Holm {
  private Holm() {}

  /**
   * Returns the adjusted p-values in the order of the input: of {@code m}, the {@code k}-th
   * smallest (from 0) times {@code m - k}, at least the one before it and at most 1. What is below
   * the level after that is significant at it.
   *
   * @throws IllegalArgumentException if one is not from 0 to 1
   */
  public static double[] adjusted(double... pValues) {
    for (double p : pValues) {
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("a p-value must be from 0 to 1, was " + p);
      }
    }
    int[] ascending =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = new double[pValues.length];
    double least = 0;
    for (int k = 0; k < ascending.length; k++) {
      least = Math.max(least, Math.min(1, (pValues.length - k) * pValues[ascending[k]]));
      adjusted[ascending[k]] = least;
    }
    return adjusted;
  }
}
