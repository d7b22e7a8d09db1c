package dev.ragwright.document;

/**
 * A document that could not be read while others could.
 *
 * @param documentId the id that it would have had
 * @param reason what was found, for people
 */
public record ReadProblem(String documentId, String reason) {
  @Override
  public String toString() {
    return documentId + ": " + reason;
  }
}
