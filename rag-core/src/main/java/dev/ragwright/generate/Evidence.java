package dev.ragwright.generate;

import dev.ragwright.document.Passage;
import java.util.List;

/**
 * A stretch of a document that a generator reads: a retrieved passage, or several that touch,
 * merged.
 *
 * @param passage the text and its place; of merged passages, the union under the best one's id
 * @param score the best of the retrieved passages' scores
 * @param retrieved the retrieved passages that it holds, best first; unmodifiable
 */
public record Evidence(Passage passage, double score, List<Passage> retrieved) {
  /** Copies the list and refuses an empty one. */
  public Evidence {
    retrieved = List.copyOf(retrieved);
    if (retrieved.isEmpty()) {
      throw new IllegalArgumentException("the evidence " + passage.id() + " has no passage");
    }
  }

  /** A passage as it was retrieved. */
  public static Evidence of(Passage passage, double score) {
    return new Evidence(passage, score, List.of(passage));
  }

  /** The ids of the retrieved passages, best first; unmodifiable. */
  public List<String> passageIds() {
    return retrieved.stream().map(Passage::id).toList();
  }

  /**
   * The best retrieved passage that holds a place of the document, with the headings that stand
   * over it; the best of all when none does.
   */
  public Passage at(int place) {
    return retrieved.stream()
        .filter(part -> part.start() <= place && place < part.end())
        .findFirst()
        .orElse(retrieved.getFirst());
  }

  /**
   * Cites {@code [start, end)} of the document, under the id of the retrieved passage that the
   * quote begins in. A quote may end in the next one, where passages were cut within a sentence.
   *
   * @throws IndexOutOfBoundsException if the place is not within this evidence
   */
  public Citation cite(int start, int end, int answerStart, int answerEnd) {
    Passage part = at(start);
    return new Citation(
        part.id(),
        part.documentId(),
        start,
        end,
        passage.text().substring(start - passage.start(), end - passage.start()),
        part.headings(),
        passage.places().at(start, end),
        answerStart,
        answerEnd,
        true);
  }

  /**
   * Cites all of it, {@linkplain Citation#quoted() without a quote}, under its best passage's id.
   */
  public Citation cite(int answerStart, int answerEnd) {
    return new Citation(
        passage.id(),
        passage.documentId(),
        passage.start(),
        passage.end(),
        passage.text(),
        passage.headings(),
        passage.places().at(passage.start(), passage.end()),
        answerStart,
        answerEnd,
        false);
  }
}
