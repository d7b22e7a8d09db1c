package dev.ragwright.document;

import dev.ragwright.call.RagException;

/**
 * A source of documents cannot be read; the text names the file, and the line where there is one.
 */
public final class DocumentReadException extends RagException {
  private static final long serialVersionUID = 1L;

  /** Creates one without a cause. */
  public DocumentReadException(String message) {
    super(message);
  }

  /** Creates one around the failure that led to it. */
  public DocumentReadException(String message, Throwable cause) {
    super(message, cause);
  }
}
