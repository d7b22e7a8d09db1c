package dev.ragwright.index;

import dev.ragwright.call.RagException;

/**
 * An index cannot be opened, read or written, or lacks what a call needs; the text names it. Each
 * index has exceptions of its own beside this one.
 */
public class IndexException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** Creates one without a cause. */
  public IndexException(String message) {
    super(message);
    this.retryable = false;
  }

  /** Creates one without a cause that says whether the same call may succeed later. */
  public IndexException(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
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

  /** True where the index is only in use, busy, out of reach, or may be about to be made. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
