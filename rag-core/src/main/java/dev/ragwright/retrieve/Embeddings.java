package dev.ragwright.retrieve;

import dev.ragwright.call.Usage;
import java.util.List;
import java.util.Locale;

/**
 * The vectors of some texts. The arrays are the caller's: nobody else keeps them.
 *
 * @param vectors one for each text, in their order; unmodifiable
 * @param usage what was counted: tokens read, texts and tokens truncated
 */
public record Embeddings(List<float[]> vectors, Usage usage) {
  /** Copies the list, not the arrays. */
  public Embeddings {
    vectors = List.copyOf(vectors);
  }

  /**
   * The dot product, which is the cosine of vectors of length 1. It is the project's one product of
   * two vectors, and equal vectors give equal bits: on every machine, in an interpreted and in a
   * compiled loop. A product of two floats is exact as a double. Sum {@code i mod 4} takes product
   * {@code i}, in ascending order, since one sum alone would wait for itself; the result is {@code
   * (s0 + s1) + (s2 + s3)}.
   *
   * @return 0 for vectors without numbers
   * @throws IllegalArgumentException if they are not of the same dimension
   */
  public static double dot(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "vectors of the dimensions %d and %d have no dot product",
              a.length,
              b.length));
    }
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += (double) a[i] * b[i];
      s1 += (double) a[i + 1] * b[i + 1];
      s2 += (double) a[i + 2] * b[i + 2];
      s3 += (double) a[i + 3] * b[i + 3];
    }
    s0 += i < a.length ? (double) a[i] * b[i] : 0;
    s1 += i + 1 < a.length ? (double) a[i + 1] * b[i + 1] : 0;
    s2 += i + 2 < a.length ? (double) a[i + 2] * b[i + 2] : 0;
    return (s0 + s1) + (s2 + s3);
  }
}
