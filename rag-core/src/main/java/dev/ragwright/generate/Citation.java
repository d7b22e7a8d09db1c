package dev.ragwright.generate;

import dev.ragwright.document.Passage;
import java.util.List;
import java.util.Locale;

/**
 * Words of a document that a part of the answer rests on. Places are UTF-16 units, start inclusive,
 * end exclusive.
 *
 * @param passageId the retrieved passage that the quote begins in
 * @param documentId the document that it is from
 * @param start the quote's place in the document's text
 * @param end {@code start + quote.length()}
 * @param quote the document's text from {@code start} to {@code end}; without a quote, all of what
 *     was read of the passage
 * @param headings the headings that this passage stands under, outermost first; unmodifiable
 * @param location where the quote stands in the file, as {@link dev.ragwright.document.Places#at}
 *     says it, such as {@code page iii}; empty where that is not known
 * @param answerStart where the words of the answer that rest on it begin
 * @param answerEnd {@code >= answerStart}
 * @param quoted whether it is known which words of the passage are meant; if not, the answer names
 *     the passage and says it in words of its own
 */
public record Citation(
    String passageId,
    String documentId,
    int start,
    int end,
    String quote,
    List<String> headings,
    String location,
    int answerStart,
    int answerEnd,
    boolean quoted) {

  /** Copies the headings and refuses places that cannot be. */
  public Citation {
    if (start < 0 || end - start != quote.length() || answerStart < 0 || answerEnd < answerStart) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "[%d, %d) of %s cannot be the place of a quote of %d units for [%d, %d) of the answer",
              start,
              end,
              documentId,
              quote.length(),
              answerStart,
              answerEnd));
    }
    headings = List.copyOf(headings);
  }

  /** A quote from a text whose places in a file are not known. */
  public Citation(
      String passageId,
      String documentId,
      int start,
      int end,
      String quote,
      List<String> headings,
      int answerStart,
      int answerEnd) {
    this(passageId, documentId, start, end, quote, headings, "", answerStart, answerEnd, true);
  }

  /**
   * Cites {@code [start, end)} of the document that a passage is from.
   *
   * @throws IndexOutOfBoundsException if the place is not within the passage
   */
  public static Citation of(Passage passage, int start, int end, int answerStart, int answerEnd) {
    return new Citation(
        passage.id(),
        passage.documentId(),
        start,
        end,
        passage.text().substring(start - passage.start(), end - passage.start()),
        passage.headings(),
        passage.places().at(start, end),
        answerStart,
        answerEnd,
        true);
  }

  /**
   * For people: {@code docs/guide.md › Generators [1042, 1187)}, or that {@code without a quote}.
   */
  @Override
  public String toString() {
    return Passage.placeOf(documentId, headings, location, start, end)
        + (quoted ? "" : " without a quote");
  }
}
