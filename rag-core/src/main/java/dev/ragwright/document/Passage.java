package dev.ragwright.document;

import java.util.List;
import java.util.Locale;

/**
 * A piece of a document that is found, ranked and cited on its own: {@code text} is exactly the
 * document's text from {@code start} to {@code end}.
 *
 * @param id names it among all passages of an index; passages made by {@link #of} are named by
 *     their document and place, so the same cut of the same document gives the same ids
 * @param documentId the document that it is a piece of
 * @param start the first UTF-16 unit in the document's text, inclusive
 * @param end the last, exclusive; {@code end - start == text.length()}
 * @param text the words themselves
 * @param headings the headings that it stands under, outermost first; empty when there are none
 * @param metadata the document's
 * @param places the pages, slides, sheets and cells that it touches, if these are known
 */
public record Passage(
    String id,
    String documentId,
    int start,
    int end,
    String text,
    List<String> headings,
    Metadata metadata,
    Places places) {

  /**
   * In the metadata of a passage: a text by which it is found and which is no part of it, such as
   * what it is about in its document.
   */
  public static final String NOTE = "contextNote";

  /** Copies the headings and refuses a place that is not as long as the text. */
  public Passage {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a passage's id must not be empty");
    }
    if (start < 0 || end - start != text.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "passage %s: [%d, %d) is not the place of a text of %d units",
              id,
              start,
              end,
              text.length()));
    }
    headings = List.copyOf(headings);
  }

  /** A passage of a text whose places in a file are not known. */
  public Passage(
      String id,
      String documentId,
      int start,
      int end,
      String text,
      List<String> headings,
      Metadata metadata) {
    this(id, documentId, start, end, text, headings, metadata, Places.unknown());
  }

  /**
   * The passage of a document from {@code start} to {@code end}, with the id {@code
   * documentId#start-end}.
   *
   * @throws IndexOutOfBoundsException if the document's text has no such place
   */
  public static Passage of(Document document, int start, int end, List<String> headings) {
    return new Passage(
        document.id() + "#" + start + "-" + end,
        document.id(),
        start,
        end,
        document.text().substring(start, end),
        headings,
        document.metadata(),
        document.places().within(start, end));
  }

  /** A text that is a document of its own: one passage that covers it, named as the document is. */
  public static Passage of(String id, String text) {
    return new Passage(id, id, 0, text.length(), text, List.of(), Metadata.empty());
  }

  /**
   * What search reads: the headings, where there are some, then the {@linkplain #NOTE note}, where
   * there is one, then the text. A piece from the middle of a section is found by the section's
   * subject too.
   */
  public String searchText() {
    String front = headings.isEmpty() ? "" : String.join(" › ", headings) + "\n";
    return front + (metadata.get(NOTE) instanceof String note ? note + "\n" + text : text);
  }

  /**
   * For people: {@code guide.md › Generators [1042, 1187)}, {@code tariff.xlsx › Tariff › B3:E3 [8,
   * 60)}.
   */
  public String place() {
    return placeOf(documentId, headings, places.at(start, end), start, end);
  }

  /**
   * A place for people: the document, the headings over it, and {@linkplain Places#at where it
   * stands}, whose sheet is left out where the innermost heading names it.
   */
  public static String placeOf(
      String documentId, List<String> headings, String location, int start, int end) {
    StringBuilder place = new StringBuilder(documentId);
    headings.forEach(heading -> place.append(" › ").append(heading));
    String sheet = headings.isEmpty() ? "" : headings.getLast();
    String rest =
        location.startsWith(sheet + " › ") ? location.substring(sheet.length() + 3) : location;
    if (!rest.isEmpty() && !rest.equals(sheet)) {
      place.append(" › ").append(rest);
    }
    return place.append(" [").append(start).append(", ").append(end).append(')').toString();
  }
}
