package dev.ragwright.eval.answer;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a confidence is a probability: of what is said with 0.8, eight in ten should be right.
 * Immutable.
 *
 * @param brier the mean squared distance of confidence and outcome (Brier, 1950); 0 is perfect, .25
 *     is what always saying 0.5 gets
 * @param expectedError ECE: over bins of equally many cases, the mean distance of mean confidence
 *     and share of right answers, by number of cases (Naeini et al., AAAI 2015; equal-mass bins:
 *     Nguyen and O'Connor, EMNLP 2015). It is biased upwards where bins are small.
 * @param bins least sure first; fewer than asked for if there are fewer cases; unmodifiable
 */
public record Calibration(double brier, double expectedError, List<Bin> bins) {
  /** Copies the bins. */
  public Calibration {
    bins = List.copyOf(bins);
  }

  /**
   * Cases of like confidence.
   *
   * @param cases how many
   * @param confidence their mean
   * @param accuracy the share of them that is right
   */
  public record Bin(int cases, double confidence, double accuracy) {}

  /** Measures over 15 bins. */
  public static Calibration of(double[] confidence, boolean[] correct) {
    return of(confidence, correct, 15);
  }

  /**
   * Measures over bins of equally many cases: of {@code n} in order, bin {@code b} has those from
   * {@code b n / bins} to {@code (b + 1) n / bins}, rounded down. Cases of one confidence that fall
   * into several bins each count there with the mean of their outcomes, so that the order of the
   * input does not matter.
   *
   * @param confidence of each case, from 0 to 1
   * @throws IllegalArgumentException if there are no cases, not as many of one as of the other, a
   *     confidence out of range, or {@code bins < 1}
   */
  public static Calibration of(double[] confidence, boolean[] correct, int bins) {
    if (bins < 1) {
      throw new IllegalArgumentException("bins must be >= 1, was " + bins);
    }
    double[] outcome = new double[correct.length];
    for (int i = 0; i < outcome.length; i++) {
      outcome[i] = correct[i] ? 1 : 0;
    }
    int[] descending = Cases.byDescending("confidence", confidence, "correct", outcome);
    int n = descending.length;
    double[] sure = new double[n];
    double[] right = new double[n];
    double brier = 0;
    for (int i = 0; i < n; i++) {
      int from = descending[n - 1 - i];
      if (!(confidence[from] >= 0 && confidence[from] <= 1)) {
        throw new IllegalArgumentException(
            "confidence must be from 0 to 1, was " + confidence[from] + " at " + from);
      }
      sure[i] = confidence[from];
      right[i] = outcome[from];
      brier += (sure[i] - right[i]) * (sure[i] - right[i]);
    }
    shareOutcomesAmongTies(sure, right);
    List<Bin> result = new ArrayList<>();
    double error = 0;
    for (int b = 0; b < bins; b++) {
      int start = (int) ((long) b * n / bins);
      int end = (int) ((long) (b + 1) * n / bins);
      if (end > start) {
        Bin bin = new Bin(end - start, mean(sure, start, end), mean(right, start, end));
        error += Math.abs(bin.confidence() - bin.accuracy()) * bin.cases() / n;
        result.add(bin);
      }
    }
    return new Calibration(brier / n, error, result);
  }

  private static void shareOutcomesAmongTies(double[] sure, double[] right) {
    for (int start = 0; start < sure.length; ) {
      int end = start;
      while (end < sure.length && sure[end] == sure[start]) {
        end++;
      }
      double mean = mean(right, start, end);
      for (int i = start; i < end; i++) {
        right[i] = mean;
      }
      start = end;
    }
  }

  private static double mean(double[] numbers, int start, int end) {
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += numbers[i];
    }
    return sum / (end - start);
  }
}
