package dev.ragwright.retrieve;

import dev.ragwright.call.Usage;
import java.util.List;

/**
 * The vectors of some texts. The arrays are the caller's: nobody else keeps them.
 *
 * @param vectors one for each text, in their order; unmodifiable
 * @param usage tokens read, texts and tokens cut
 */
public record Embeddings(List<float[]> vectors, Usage usage) {
  /** Copies the list, not the arrays. */
  public Embeddings {
    vectors = List.copyOf(vectors);
  }

  /** Summed in double precision in the order of the numbers, so equal vectors give equal bits. */
  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
