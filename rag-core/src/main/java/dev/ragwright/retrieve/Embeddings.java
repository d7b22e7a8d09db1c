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

  /** How far from 1 the length of a vector of an embedder may be, which is rounding. */
  private static final double TOLERANCE = 0.001;

  /**
   * The vectors, after the embedder was held to its promises.
   *
   * @param texts how many there were
   * @throws IllegalStateException if the vectors' number, dimension or length is not what was
   *     promised
   */
  public List<float[]> checked(int texts, Embedder embedder) {
    if (vectors.size() != texts) {
      throw broken(embedder, vectors.size() + " vectors for " + texts + " texts");
    }
    for (float[] vector : vectors) {
      if (vector.length != embedder.dimension()) {
        throw broken(
            embedder, "a vector of dimension " + vector.length + ", not " + embedder.dimension());
      }
      double length = length(vector);
      if (length != 0 && !isOne(length)) {
        throw broken(embedder, "a vector of length " + length + ", not 1 (or all zeros)");
      }
    }
    return vectors;
  }

  private static IllegalStateException broken(Embedder embedder, String what) {
    return new IllegalStateException(
        "the embedder " + embedder.description() + " returned " + what);
  }

  /**
   * Refuses a vector whose length is not 1.
   *
   * @param whose for the error's text
   * @throws IllegalArgumentException if the length is further from 1 than rounding takes it
   */
  public static void checkLength(float[] vector, String whose) {
    double length = length(vector);
    if (!isOne(length)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the vector of %s must be of length 1, was of %s", whose, length));
    }
  }

  private static double length(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  private static boolean isOne(double length) {
    return Math.abs(length - 1) <= TOLERANCE;
  }

  /**
   * The cosine of two vectors, where the first is of length 1: {@link #dot} where the second is so
   * too, but for rounding, and what it would be if it were where it is not.
   *
   * @return within [-1, 1]; 0 for a second vector of zeros, or with what is no number in it
   */
  public static double cosine(float[] unit, float[] other) {
    double length = length(other);
    if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
      return 0;
    }
    double dot = dot(unit, other);
    return Math.clamp(isOne(length) ? dot : dot / length, -1, 1);
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
