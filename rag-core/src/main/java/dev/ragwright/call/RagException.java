package dev.ragwright.call;

import java.time.Duration;
import java.util.Optional;

/**
 * The root of what the library throws besides {@link IllegalArgumentException} (a bug in the call)
 * and {@link IllegalStateException} (use after close). Unchecked; its subtypes are split by what
 * the caller can do, and their texts say what was found, what was allowed and which setting changes
 * it.
 */
public class RagException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates one without a cause. */
  public RagException(String message) {
    super(message);
  }

  /** Creates one around the failure that led to it. */
  public RagException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether the same call may succeed when it is made again, unchanged. */
  public boolean retryable() {
    return false;
  }

  /**
   * How long the service that failed asks to wait before another try; empty if it does not. That of
   * the cause, where that is one of these, unless overridden.
   */
  public Optional<Duration> retryAfter() {
    return getCause() instanceof RagException cause ? cause.retryAfter() : Optional.empty();
  }

  /**
   * What was counted before it failed: an attempt that failed may be charged for. That of the
   * cause, where that is one of these, and else unknown, unless overridden.
   */
  public Usage usage() {
    return getCause() instanceof RagException cause ? cause.usage() : Usage.unknown();
  }

  /** The stage of a pipeline that failed, such as {@code "retrieve"}; empty outside a pipeline. */
  public Optional<String> stage() {
    return Optional.empty();
  }
}
