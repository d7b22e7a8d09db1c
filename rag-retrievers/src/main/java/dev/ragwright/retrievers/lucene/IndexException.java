package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.RagException;

/**
 * An index cannot be opened, read or written; the text names it. Thrown itself where the cause is
 * outside the index: another process holds it, its path is not a directory or may not be used.
 */
public class IndexException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** Creates one without a cause. */
  public IndexException(String message) {
    super(message);
    this.retryable = false;
  }

  /** Creates one around the failure that led to it. */
  public IndexException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /** Creates one that says whether the same call may succeed later. */
  public IndexException(String message, Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** True where the index is only in use, or may be about to be made. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
