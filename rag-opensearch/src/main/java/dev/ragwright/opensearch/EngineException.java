package dev.ragwright.opensearch;

import dev.ragwright.call.RagException;

/** A cluster could not be reached, refused a call, or answered with less than the whole. */
public final class EngineException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  EngineException(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
  }

  EngineException(String message, Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** Whether the cluster may answer when it is asked again: it was busy, or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
