package dev.ragwright.retrievers.stored;

import dev.ragwright.call.StageDescription;
import dev.ragwright.retrievers.lucene.PassageWords;

/**
 * How BM25 weighs, as of {@link dev.ragwright.retrievers.lucene.LuceneIndex.Builder#bm25(double,
 * double, double)}.
 *
 * @param k1 repetition in a passage
 * @param b a passage's length
 * @param k3 repetition in the question
 */
public record Bm25Weights(double k1, double b, double k3) {

  /** Refuses what does not weigh. */
  public Bm25Weights {
    if (!(k1 >= 0) || Double.isInfinite(k1) || !(b >= 0 && b <= 1) || !(k3 >= 0)) {
      throw new IllegalArgumentException(
          "k1 must be finite and >= 0, b in [0, 1] and k3 >= 0, were %s, %s and %s"
              .formatted(k1, b, k3));
    }
  }

  /** Those that an index has by default. */
  public static Bm25Weights usual() {
    return new Bm25Weights(1.5, 0.75, Double.POSITIVE_INFINITY);
  }

  /**
   * The description of a retriever by words.
   *
   * @param engine which engine's which index, in a name that is the same in each process
   */
  public StageDescription description(PassageWords words, String engine) {
    return StageDescription.of("retriever", "bm25")
        .with("k1", k1)
        .with("b", b)
        .with("k3", k3)
        .with("words", words.name())
        .with("engine", engine);
  }
}
