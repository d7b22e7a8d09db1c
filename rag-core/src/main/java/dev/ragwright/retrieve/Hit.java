package dev.ragwright.retrieve;

import dev.ragwright.document.Passage;
import java.util.Comparator;

/**
 * A passage that was found.
 *
 * @param score higher is better; comparable only among hits of one ranking; never NaN
 * @param source which retriever or reranker gave the score, such as {@code "bm25"}: scores of two
 *     sources cannot be compared, so one that may give scores of another scale (another model, a
 *     calibration) has another source for them
 */
public record Hit(Passage passage, double score, String source) {

  /** The order of every ranking: higher scores first, ties by passage id ascending. */
  public static final Comparator<Hit> BEST_FIRST =
      Comparator.comparingDouble(Hit::score).reversed().thenComparing(hit -> hit.passage().id());

  /** Refuses a score that cannot be ordered. */
  public Hit {
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException("the score of passage " + passage.id() + " is NaN");
    }
  }
}
