package dev.ragwright.generate;

import dev.ragwright.document.Passage;
import java.util.List;

/**
 * A stretch of a document that a generator reads: a retrieved passage, or several that touch made
 * one.
 *
 * @param passage the text and its place; of merged passages, the union under the best one's id
 * @param score the best of the retrieved passages' scores
 * @param passageIds the retrieved passages that it holds, best first; unmodifiable
 */
public record Evidence(Passage passage, double score, List<String> passageIds) {
  /** Copies the ids. */
  public Evidence {
    passageIds = List.copyOf(passageIds);
  }
}
