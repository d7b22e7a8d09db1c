package dev.ragwright.document;

/**
 * What could not be read while others could: a document, or all documents below an id, such as
 * those of a folder that cannot be listed. Whoever keeps an index of the source must not take the
 * documents that a problem covers for deleted.
 *
 * @param documentId the id that the document would have had, or that the ids of the documents begin
 *     with, without the {@code /} behind it; empty, with {@code everythingBelow}, for all of the
 *     source
 * @param reason what was found, for people
 * @param everythingBelow whether it covers, besides the document of that id, all documents whose id
 *     begins with it and a {@code /}
 */
public record ReadProblem(String documentId, String reason, boolean everythingBelow) {

  /** A problem of one document. */
  public ReadProblem(String documentId, String reason) {
    this(documentId, reason, false);
  }

  /** A problem of all documents whose id is {@code id} or begins with {@code id + "/"}. */
  public static ReadProblem below(String id, String reason) {
    return new ReadProblem(id, reason, true);
  }

  /** For people: {@code guide.md: is not UTF-8}, or {@code docs and all below: may not be read}. */
  @Override
  public String toString() {
    return documentId + (everythingBelow ? " and all below: " : ": ") + reason;
  }
}
