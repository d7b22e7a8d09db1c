package dev.ragwright.generate;

import java.util.List;

/**
 * What a generator reads besides the question.
 *
 * @param evidence in the order in which it is read; unmodifiable
 * @param tokens of all evidence, by the generator's own counter
 * @param dropped the retrieved passages that are not, or not wholly, in it; unmodifiable
 */
public record Context(List<Evidence> evidence, int tokens, List<Dropped> dropped) {
  /** Copies the lists. */
  public Context {
    evidence = List.copyOf(evidence);
    dropped = List.copyOf(dropped);
  }

  /** Whether a citation quotes, at its place, what is read here. */
  public boolean holds(Citation citation) {
    return evidence.stream()
        .map(Evidence::passage)
        .anyMatch(
            passage ->
                passage.documentId().equals(citation.documentId())
                    && passage.start() <= citation.start()
                    && passage
                        .text()
                        .startsWith(citation.quote(), citation.start() - passage.start()));
  }

  /** A retrieved passage that the generator does not read, or not wholly. */
  public record Dropped(String passageId, Reason reason) {}

  /** Why a passage, or a part of it, is not in the context. */
  public enum Reason {
    /** A better passage has the same words. */
    DUPLICATE,
    /** There was no room for it. */
    OVER_BUDGET,
    /** There was room for its beginning only. */
    CUT
  }
}
