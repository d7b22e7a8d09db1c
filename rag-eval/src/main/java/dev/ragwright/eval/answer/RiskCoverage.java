package dev.ragwright.eval.answer;

import java.util.ArrayList;
import java.util.List;

/**
 * What answering only the surest cases would cost: the risk (mean loss) at each coverage, and the
 * area under that curve (Geifman and El-Yaniv, NeurIPS 2017). Immutable.
 *
 * @param points one for each distinct confidence, surest first; unmodifiable
 * @param area AURC: the mean over {@code k = 1..n} of the risk of the {@code k} surest cases; among
 *     cases of one confidence the risk that is expected if they come in random order, so that the
 *     order of the input does not matter. The lower, the better.
 */
public record RiskCoverage(List<Point> points, double area) {
  /** Copies the points. */
  public RiskCoverage {
    points = List.copyOf(points);
  }

  /**
   * What happens if all cases of at least this confidence are answered.
   *
   * @param coverage the share of the cases that are answered
   * @param risk their mean loss
   */
  public record Point(double confidence, double coverage, double risk) {}

  /**
   * The curve of some cases.
   *
   * @param confidence of each case, higher is surer; on any scale
   * @param loss of each case: 1 for a wrong answer and 0 for a right one, or anything finite
   * @throws IllegalArgumentException if there are no cases, not as many of one as of the other, or
   *     numbers that are not finite
   */
  public static RiskCoverage of(double[] confidence, double[] loss) {
    int[] order = Cases.byDescending("confidence", confidence, "loss", loss);
    int n = order.length;
    List<Point> points = new ArrayList<>();
    double lost = 0;
    double area = 0;
    for (int start = 0; start < n; ) {
      int end = start;
      double lostHere = 0;
      while (end < n && confidence[order[end]] == confidence[order[start]]) {
        lostHere += loss[order[end++]];
      }
      for (int k = start + 1; k <= end; k++) {
        area += (lost + lostHere * (k - start) / (end - start)) / k;
      }
      lost += lostHere;
      points.add(new Point(confidence[order[start]], (double) end / n, lost / end));
      start = end;
    }
    return new RiskCoverage(points, area / n);
  }
}
