package dev.ragwright.eval.learn;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The directions in which vectors are longest: the right singular vectors of the matrix whose rows
 * they are. The products of its columns are a symmetric matrix, whose rows are turned two by two
 * until each is across all others (one-sided Jacobi; Golub and Van Loan, "Matrix Computations",
 * 8.6). Sums are taken in one order, so equal vectors give equal bits.
 */
final class Directions {
  private static final double ACROSS = 1e-10; // cosine
  private static final int SWEEPS = 40; // ten are usual

  private Directions() {}

  /** So many rows of length 1, the longest direction first. */
  static float[][] longest(float[][] vectors, int count) {
    double[][] rows = products(vectors);
    double[] squares = Arrays.stream(rows).mapToDouble(row -> dot(row, row)).toArray();
    boolean turned = true;
    for (int sweep = 0; sweep < SWEEPS && turned; sweep++) {
      turned = false;
      for (int i = 0; i < rows.length; i++) {
        for (int j = i + 1; j < rows.length; j++) {
          turned |= turn(rows, squares, i, j);
        }
      }
    }
    return Arrays.stream(rows)
        .sorted(Comparator.comparingDouble((double[] row) -> dot(row, row)).reversed())
        .limit(count)
        .map(Directions::unit)
        .toArray(float[][]::new);
  }

  private static double[][] products(float[][] vectors) {
    int dimension = vectors[0].length;
    double[][] products = new double[dimension][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        double by = vector[i];
        double[] row = products[i];
        for (int j = 0; j < dimension; j++) {
          row[j] += by * vector[j];
        }
      }
    }
    return products;
  }

  private static boolean turn(double[][] rows, double[] squares, int i, int j) {
    double both = dot(rows[i], rows[j]);
    if (Math.abs(both) <= ACROSS * Math.sqrt(squares[i] * squares[j])) {
      return false;
    }
    double ratio = (squares[j] - squares[i]) / (2 * both);
    double tangent = Math.copySign(1, ratio) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
    double cosine = 1 / Math.sqrt(1 + tangent * tangent);
    double sine = cosine * tangent;
    double[] a = rows[i];
    double[] b = rows[j];
    for (int k = 0; k < a.length; k++) {
      double x = a[k];
      double y = b[k];
      a[k] = cosine * x - sine * y;
      b[k] = sine * x + cosine * y;
    }
    squares[i] = dot(a, a);
    squares[j] = dot(b, b);
    return true;
  }

  private static double dot(double[] a, double[] b) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int end = a.length & ~3;
    for (int k = 0; k < end; k += 4) {
      sum0 += a[k] * b[k];
      sum1 += a[k + 1] * b[k + 1];
      sum2 += a[k + 2] * b[k + 2];
      sum3 += a[k + 3] * b[k + 3];
    }
    for (int k = end; k < a.length; k++) {
      sum0 += a[k] * b[k];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private static float[] unit(double[] row) {
    double length = Math.sqrt(dot(row, row));
    float[] unit = new float[row.length];
    for (int k = 0; k < unit.length && length > 0; k++) {
      unit[k] = (float) (row[k] / length);
    }
    return unit;
  }
}
