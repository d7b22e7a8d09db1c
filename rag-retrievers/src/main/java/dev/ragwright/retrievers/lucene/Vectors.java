package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.List;

/** Holds an embedder to its promises before its vectors are stored or compared. */
final class Vectors {
  private static final double TOLERANCE = 0.001;

  private Vectors() {}

  /**
   * The vectors.
   *
   * @throws IllegalStateException if their number, dimension or length is not what was promised
   */
  static List<float[]> checked(Embeddings embeddings, int expected, Embedder embedder) {
    List<float[]> vectors = embeddings.vectors();
    if (vectors.size() != expected) {
      throw broken(embedder, vectors.size() + " vectors for " + expected + " texts");
    }
    for (float[] vector : vectors) {
      if (vector.length != embedder.dimension()) {
        throw broken(
            embedder, "a vector of dimension " + vector.length + ", not " + embedder.dimension());
      }
      double length = Math.sqrt(Embeddings.dot(vector, vector));
      if (length != 0 && !(Math.abs(length - 1) <= TOLERANCE)) {
        throw broken(embedder, "a vector of length " + length + ", not 1 (or all zeros)");
      }
    }
    return vectors;
  }

  private static IllegalStateException broken(Embedder embedder, String what) {
    return new IllegalStateException(
        "the embedder " + embedder.description() + " returned " + what);
  }
}
