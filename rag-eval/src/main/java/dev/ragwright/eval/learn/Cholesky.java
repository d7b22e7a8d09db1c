package dev.ragwright.eval.learn;

/** Systems of equations. */
final class Cholesky {
  private Cholesky() {}

  /** The solution of a positive definite system; its lower half is overwritten. */
  static double[] solved(double[][] lower, double[] right) {
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
}
