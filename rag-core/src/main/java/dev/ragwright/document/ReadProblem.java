package dev.ragwright.document;

/**
 * What could not be read while others could: a part of a document, such as a page without text; a
 * document; or all documents below an id, such as those of a folder that cannot be listed. Whoever
 * keeps an index of the source must not take the documents that a problem covers for deleted.
 *
 * @param documentId the id that the document has or would have had, or that the ids of the
 *     documents begin with, without the {@code /} behind it; empty, with {@link Extent#BELOW}, for
 *     all of the source
 * @param reason what was found, for people; of a part, where: {@code page 3: has no text}
 * @param extent what was not read
 */
public record ReadProblem(String documentId, String reason, Extent extent) {

  /** How much a problem covers. */
  public enum Extent {
    /** A part; the rest of the document is there. */
    PART,
    /** The document, which is left out. */
    DOCUMENT,
    /** The document of that id, and all documents whose id begins with it and a {@code /}. */
    BELOW
  }

  /** A problem of one document, which is left out. */
  public ReadProblem(String documentId, String reason) {
    this(documentId, reason, Extent.DOCUMENT);
  }

  /** A problem of a part of a document, whose other parts are read. */
  public static ReadProblem in(String documentId, String place, String reason) {
    String where = place.isEmpty() ? "" : place + ": ";
    return new ReadProblem(documentId, where + reason, Extent.PART);
  }

  /** A problem of all documents whose id is {@code id} or begins with {@code id + "/"}. */
  public static ReadProblem below(String id, String reason) {
    return new ReadProblem(id, reason, Extent.BELOW);
  }

  /** Whether it covers, besides the document of that id, all documents below it. */
  public boolean everythingBelow() {
    return extent == Extent.BELOW;
  }

  /** For people: {@code guide.md: is not UTF-8}, or {@code docs and all below: may not be read}. */
  @Override
  public String toString() {
    return documentId + (everythingBelow() ? " and all below: " : ": ") + reason;
  }
}
