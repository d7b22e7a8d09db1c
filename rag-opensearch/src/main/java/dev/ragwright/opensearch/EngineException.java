package dev.ragwright.opensearch;

import dev.ragwright.index.IndexException;

/**
 * A cluster could not be reached, refused a call, or answered with less than the whole. {@link
 * #retryable} where it was busy, or out of reach.
 */
public final class EngineException extends IndexException {
  private static final long serialVersionUID = 1L;

  EngineException(String message, boolean retryable) {
    super(message, retryable);
  }

  EngineException(String message, Throwable cause, boolean retryable) {
    super(message, cause, retryable);
  }
}
