package dev.ragwright.retrievers.rerank;

import dev.ragwright.retrievers.vectors.TokenVectors;

/**
 * Vectors in a byte a number, each with a scale of its own: the greatest number becomes 127. A
 * product with another vector {@code q} is off by at most half the scale times the sum of {@code
 * |q|}, since each number is off by at most half the scale. Immutable.
 */
final class QuantizedVectors {
  private final byte[] values; // (token, dimension)
  private final float[] scales; // (token)
  private final int dimension;

  private QuantizedVectors(byte[] values, float[] scales, int dimension) {
    this.values = values;
    this.scales = scales;
    this.dimension = dimension;
  }

  static QuantizedVectors of(TokenVectors vectors) {
    int dimension = vectors.dimension();
    float[] exact = vectors.values();
    byte[] values = new byte[exact.length];
    float[] scales = new float[vectors.size()];
    for (int token = 0; token < scales.length; token++) {
      int start = token * dimension;
      float most = 0;
      for (int i = start; i < start + dimension; i++) {
        most = Math.max(most, Math.abs(exact[i]));
      }
      scales[token] = most / Byte.MAX_VALUE;
      for (int i = start; most > 0 && i < start + dimension; i++) {
        values[i] = (byte) Math.round(exact[i] / scales[token]);
      }
    }
    return new QuantizedVectors(values, scales, dimension);
  }

  int size() {
    return scales.length;
  }

  float scale(int token) {
    return scales[token];
  }

  /** The product with the vector that begins at {@code start} of {@code others}. */
  float dot(int token, float[] others, int start) {
    int from = token * dimension;
    float sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += values[from + i] * others[start + i];
    }
    return sum * scales[token];
  }

  /** The sum over the other vectors of the greatest product with one of these; 0 without any. */
  double maxSim(TokenVectors others) {
    double sum = 0;
    for (int other = 0; other < others.size() && size() > 0; other++) {
      float most = Float.NEGATIVE_INFINITY;
      for (int token = 0; token < size(); token++) {
        most = Math.max(most, dot(token, others.values(), other * dimension));
      }
      sum += most;
    }
    return sum;
  }

  /** About what it takes in memory. */
  long bytes() {
    return values.length + (long) Float.BYTES * scales.length + 64;
  }
}
