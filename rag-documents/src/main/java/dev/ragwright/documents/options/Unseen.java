package dev.ragwright.documents.options;

/** What becomes of text that a file holds and a reader of the printed page does not see. */
public enum Unseen {
  /** It is not in the document's text. */
  LEAVE_OUT,
  /** It stands where it is in the file, in brackets that say what it is: {@code [hidden: ...]}. */
  MARK
}
