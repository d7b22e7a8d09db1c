package dev.ragwright.tools;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How fast something grows: the median of the slopes between all pairs of points (Theil and Sen),
 * which a few odd points do not move, and an interval from the distribution of Kendall's S. That
 * takes the points for independent but for the trend; where neighbours are alike it is too narrow.
 *
 * @param slope in units of y for one of x
 * @param low the lower end of the interval of 95 %
 * @param high its upper end
 */
record Trend(double slope, double low, double high) {
  private static final double Z = 1.959963984540054;

  /**
   * Of at least two points.
   *
   * @param x increasing
   */
  static Trend of(double[] x, double[] y) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      for (int j = i + 1; j < x.length; j++) {
        slopes.add((y[j] - y[i]) / (x[j] - x[i]));
      }
    }
    if (slopes.isEmpty()) {
      throw new IllegalArgumentException("a trend needs two points, had " + x.length);
    }
    Collections.sort(slopes);
    int n = x.length;
    int all = slopes.size();
    double spread = Z * Math.sqrt(n * (n - 1.) * (2. * n + 5) / 18);
    int low = (int) Math.max(0, Math.floor((all - spread) / 2));
    int high = (int) Math.min(all - 1., Math.ceil((all + spread) / 2));
    double median = (slopes.get((all - 1) / 2) + slopes.get(all / 2)) / 2;
    return new Trend(median, slopes.get(low), slopes.get(high));
  }
}
