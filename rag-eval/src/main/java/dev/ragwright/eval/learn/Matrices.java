package dev.ragwright.eval.learn;

/**
 * Products of matrices of floats, as rows. Every sum is taken in one order, four products at a
 * time, and no loop that the compiler makes vectors of adds across its steps: equal numbers give
 * equal bits on every machine.
 */
final class Matrices {
  private Matrices() {}

  static float[][] identity(int size) {
    float[][] rows = new float[size][size];
    for (int i = 0; i < size; i++) {
      rows[i][i] = 1;
    }
    return rows;
  }

  static float[][] transposed(float[][] rows, int columns) {
    float[][] turned = new float[columns][rows.length];
    for (int i = 0; i < rows.length; i++) {
      float[] row = rows[i];
      for (int j = 0; j < columns; j++) {
        turned[j][i] = row[j];
      }
    }
    return turned;
  }

  /** The product of a (n, m) and b (m, columns). */
  static float[][] product(float[][] a, float[][] b, int columns) {
    float[][] out = new float[a.length][columns];
    addProduct(a, b, out);
    return out;
  }

  /** Adds the product of a (n, m) and b (m, p) to out (n, p). */
  static void addProduct(float[][] a, float[][] b, float[][] out) {
    int n = a.length & ~1;
    for (int i = 0; i < n; i += 2) {
      addTwo(a[i], a[i + 1], b, out[i], out[i + 1]);
    }
    if (n < a.length) {
      addOne(a[n], b, out[n]);
    }
  }

  private static void addTwo(float[] a, float[] c, float[][] b, float[] out, float[] other) {
    int m = b.length & ~3;
    for (int k = 0; k < m; k += 4) {
      add(
          out, other, b[k], b[k + 1], b[k + 2], b[k + 3], a[k], a[k + 1], a[k + 2], a[k + 3], c[k],
          c[k + 1], c[k + 2], c[k + 3]);
    }
    for (int k = m; k < b.length; k++) {
      addScaled(out, a[k], b[k]);
      addScaled(other, c[k], b[k]);
    }
  }

  private static void addOne(float[] a, float[][] b, float[] out) {
    int m = b.length & ~3;
    for (int k = 0; k < m; k += 4) {
      float[] b0 = b[k];
      float[] b1 = b[k + 1];
      float[] b2 = b[k + 2];
      float[] b3 = b[k + 3];
      float a0 = a[k];
      float a1 = a[k + 1];
      float a2 = a[k + 2];
      float a3 = a[k + 3];
      for (int j = 0; j < out.length; j++) {
        out[j] += (a0 * b0[j] + a1 * b1[j]) + (a2 * b2[j] + a3 * b3[j]);
      }
    }
    for (int k = m; k < b.length; k++) {
      addScaled(out, a[k], b[k]);
    }
  }

  /** Two rows at once, for which each number of b is read once. */
  private static void add(
      float[] out,
      float[] other,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float a0,
      float a1,
      float a2,
      float a3,
      float c0,
      float c1,
      float c2,
      float c3) {
    for (int j = 0; j < out.length; j++) {
      float x0 = b0[j];
      float x1 = b1[j];
      float x2 = b2[j];
      float x3 = b3[j];
      out[j] += (a0 * x0 + a1 * x1) + (a2 * x2 + a3 * x3);
      other[j] += (c0 * x0 + c1 * x1) + (c2 * x2 + c3 * x3);
    }
  }

  static void addScaled(float[] out, float by, float[] row) {
    for (int j = 0; j < out.length; j++) {
      out[j] += by * row[j];
    }
  }
}
