package dev.ragwright.experiment;

import dev.ragwright.call.RagException;
import org.jspecify.annotations.Nullable;

/**
 * A memo cannot be used: another run has it open, it was written by another version, or its disk is
 * full.
 */
public final class MemoException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  MemoException(String message, boolean retryable, @Nullable Throwable cause) {
    super(message);
    this.retryable = retryable;
    if (cause != null) {
      initCause(cause);
    }
  }

  /** Whether the memo was in use, and may be free later. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
