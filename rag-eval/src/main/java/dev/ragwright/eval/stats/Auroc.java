package dev.ragwright.eval.stats;

import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How well a score tells right cases from wrong ones: the chance that a right one scores higher
 * than a wrong one, ties counted half. 0.5 is guessing.
 *
 * <p>Variance and covariance are DeLong's (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988),
 * by midranks in {@code n log n} (Sun and Xu, IEEE Signal Processing Letters 21, 2014).
 */
public final class Auroc {
  private Auroc() {}

  /**
   * Returns the area with its normal interval, cut to {@code [0, 1]}. Where the score tells all
   * cases apart the interval is the point 1, which says that the cases are too few or too easy, not
   * that the score is perfect.
   *
   * @param scores finite; higher says right
   * @param right whether each case is right
   * @throws IllegalArgumentException unless there are at least two cases of each kind, and as many
   *     scores
   */
  public static Estimate of(double[] scores, boolean[] right, double level) {
    Checks.level(level);
    Placements placements = Placements.of(scores, right);
    double half = Numbers.twoSidedZ(level) * Math.sqrt(covariance(placements, placements));
    return new Estimate(
        placements.area(),
        new Interval(
            Math.max(0, placements.area() - half), Math.min(1, placements.area() + half), level));
  }

  /**
   * Returns how much larger the first score's area is than the second's on the same cases, with its
   * normal interval: an interval above 0 says that the first tells right from wrong better. It
   * takes into account that both err on the same cases, which two separate intervals do not.
   *
   * @throws IllegalArgumentException unless there are at least two cases of each kind, and as many
   *     scores
   */
  public static Estimate difference(
      double[] first, double[] second, boolean[] right, double level) {
    Checks.level(level);
    Placements one = Placements.of(first, right);
    Placements other = Placements.of(second, right);
    double value = one.area() - other.area();
    double variance = covariance(one, one) + covariance(other, other) - 2 * covariance(one, other);
    double half = Numbers.twoSidedZ(level) * Math.sqrt(Math.max(0, variance));
    return new Estimate(value, new Interval(value - half, value + half, level));
  }

  private static double covariance(Placements one, Placements other) {
    return covariance(one.ofRight(), other.ofRight()) / one.ofRight().length
        + covariance(one.ofWrong(), other.ofWrong()) / one.ofWrong().length;
  }

  private static double covariance(double[] one, double[] other) {
    double mean = Numbers.mean(one);
    double otherMean = Numbers.mean(other);
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (one[i] - mean) * (other[i] - otherMean);
    }
    return sum / (one.length - 1);
  }

  /**
   * Where each case stands among those of the other kind.
   *
   * @param ofRight for each right case, the share of the wrong ones below it
   * @param ofWrong for each wrong case, the share of the right ones above it
   */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this class
  private record Placements(double area, double[] ofRight, double[] ofWrong) {

    static Placements of(double[] scores, boolean[] right) {
      Checks.sameLength("scores", scores.length, "right", right.length);
      Checks.finite("scores", scores, 0);
      int[] rightOnes = IntStream.range(0, right.length).filter(i -> right[i]).toArray();
      int[] wrongOnes = IntStream.range(0, right.length).filter(i -> !right[i]).toArray();
      if (rightOnes.length < 2 || wrongOnes.length < 2) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "an AUROC needs at least two cases of each kind, there are %d right and %d wrong",
                rightOnes.length,
                wrongOnes.length));
      }
      double[] all = midranks(scores, IntStream.range(0, right.length).toArray());
      double[] amongRight = midranks(scores, rightOnes);
      double[] amongWrong = midranks(scores, wrongOnes);
      double[] ofRight = new double[rightOnes.length];
      double[] ofWrong = new double[wrongOnes.length];
      for (int i = 0; i < ofRight.length; i++) {
        ofRight[i] = (all[rightOnes[i]] - amongRight[i]) / wrongOnes.length;
      }
      for (int i = 0; i < ofWrong.length; i++) {
        ofWrong[i] = 1 - (all[wrongOnes[i]] - amongWrong[i]) / rightOnes.length;
      }
      return new Placements(Numbers.mean(ofRight), ofRight, ofWrong);
    }

    /** Ranks from 1 among the given cases, in their order; ties have the mean of their ranks. */
    private static double[] midranks(double[] scores, int[] cases) {
      int[] ascending =
          IntStream.range(0, cases.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> scores[cases[i]]))
              .mapToInt(Integer::intValue)
              .toArray();
      double[] ranks = new double[cases.length];
      for (int start = 0; start < ascending.length; ) {
        int end = start;
        while (end < ascending.length
            && scores[cases[ascending[end]]] == scores[cases[ascending[start]]]) {
          end++;
        }
        for (int i = start; i < end; i++) {
          ranks[ascending[i]] = (start + 1 + end) / 2.0;
        }
        start = end;
      }
      return ranks;
    }
  }
}
