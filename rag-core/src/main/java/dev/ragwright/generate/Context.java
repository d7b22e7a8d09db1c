package dev.ragwright.generate;

import java.util.List;

/**
 * What a generator reads besides the question.
 *
 * @param evidence in the order in which it is read; unmodifiable
 * @param tokens of all evidence, titles and history, by the generator's own counter
 * @param dropped the retrieved passages that are not, or not wholly, in it; unmodifiable
 * @param titles what some of the dropped passages are about, a line each, best first. They are no
 *     evidence: nothing can be quoted from them, and a citation of one is refused; unmodifiable
 * @param history the turns before the question, the oldest first, where the generator is to read
 *     any ({@link ContextAssembler.Builder#history}). They are no evidence either; unmodifiable
 */
public record Context(
    List<Evidence> evidence,
    int tokens,
    List<Dropped> dropped,
    List<String> titles,
    List<Turn> history) {
  /** Copies the lists. */
  public Context {
    evidence = List.copyOf(evidence);
    dropped = List.copyOf(dropped);
    titles = List.copyOf(titles);
    history = List.copyOf(history);
  }

  /** A context without history. */
  public Context(List<Evidence> evidence, int tokens, List<Dropped> dropped, List<String> titles) {
    this(evidence, tokens, dropped, titles, List.of());
  }

  /** A context without titles and history. */
  public Context(List<Evidence> evidence, int tokens, List<Dropped> dropped) {
    this(evidence, tokens, dropped, List.of());
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
  public record Dropped(String passageId, Reason reason) {
    /** For people: {@code guide.md#0-22 OVER_BUDGET}. */
    @Override
    public String toString() {
      return passageId + " " + reason;
    }
  }

  /** Why a passage, or a part of it, is not in the context. */
  public enum Reason {
    /** A better passage has the same words. */
    DUPLICATE,
    /** A better passage has nearly the same words. */
    NEAR_DUPLICATE,
    /** It stands behind the largest gap of the scores. */
    SCORE_GAP,
    /** There was no room for it. */
    OVER_BUDGET,
    /** There was room for its beginning only. */
    CUT,
    /** None of its sentences is among the best that fit. */
    NOT_SELECTED,
    /** Some of its sentences are not among the best that fit. */
    SELECTED_IN_PART
  }
}
