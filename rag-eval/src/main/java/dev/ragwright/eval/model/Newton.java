package dev.ragwright.eval.model;

/** What steps of Newton's method are made of. */
public final class Newton {
  private Newton() {}

  /** The solution of a positive definite system by Cholesky; its lower half is overwritten. */
  public static double[] solved(double[][] lower, double[] right) {
    int n = right.length;
    double[] x = right.clone();
    for (int j = 0; j < n; j++) {
      for (int k = 0; k <= j; k++) {
        double sum = lower[j][k];
        for (int m = 0; m < k; m++) {
          sum -= lower[j][m] * lower[k][m];
        }
        lower[j][k] = j == k ? Math.sqrt(Math.max(sum, 1e-300)) : sum / lower[k][k];
      }
      for (int m = 0; m < j; m++) {
        x[j] -= lower[j][m] * x[m];
      }
      x[j] /= lower[j][j];
    }
    for (int j = n - 1; j >= 0; j--) {
      for (int m = j + 1; m < n; m++) {
        x[j] -= lower[m][j] * x[m];
      }
      x[j] /= lower[j][j];
    }
    return x;
  }

  /** The weights, so far against the direction; a new array. */
  public static double[] moved(double[] weights, double[] direction, double size) {
    double[] next = weights.clone();
    for (int j = 0; j < next.length; j++) {
      next[j] -= size * direction[j];
    }
    return next;
  }

  /** The dot product of vectors of one length. */
  public static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }
}
