package dev.ragwright.resilience;

import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;

/** Several attempts failed, or several generators; the cause is the last one's failure. */
public final class AttemptsFailedException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;
  private final transient Usage usage;

  AttemptsFailedException(String message, Throwable last, boolean retryable, Usage usage) {
    super(message, last);
    this.retryable = retryable;
    this.usage = usage;
  }

  /** Whether the last failure was. */
  @Override
  public boolean retryable() {
    return retryable;
  }

  /** What all of them counted together. */
  @Override
  public Usage usage() {
    return usage;
  }
}
