package dev.ragwright.store;

import dev.ragwright.call.RagException;

/** A database of vectors refused a call, failed, or cannot be reached. */
public class StoreException extends RagException {
  private static final long serialVersionUID = 1L;

  /** With what was found and what was allowed. */
  public StoreException(String message) {
    super(message);
  }

  /** With the failure of the store's client. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
