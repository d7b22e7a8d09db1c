package dev.ragwright.resilience;

import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.Attempted;
import dev.ragwright.trace.StageRecord;
import java.util.List;

/** Several attempts failed, or several generators; the cause is the last one's failure. */
public final class AttemptsFailedException extends RagException implements Attempted {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;
  private final transient Usage usage;
  private final transient List<StageRecord> attempts;

  AttemptsFailedException(
      String message, Throwable last, boolean retryable, List<StageRecord> attempts) {
    super(message, last);
    this.retryable = retryable;
    this.usage = Attempts.usage(attempts);
    this.attempts = List.copyOf(attempts);
  }

  /** One attempt whose time was up: what it counted is not known. */
  AttemptsFailedException(String message, Throwable last) {
    super(message, last);
    this.retryable = true;
    this.usage = Usage.unknown();
    this.attempts = List.of();
  }

  /** Whether the last failure was. */
  @Override
  public boolean retryable() {
    return retryable;
  }

  /** What each of them came to, and counted. */
  @Override
  public List<StageRecord> attempts() {
    return attempts;
  }

  /** What all of them counted together. */
  @Override
  public Usage usage() {
    return usage;
  }
}
