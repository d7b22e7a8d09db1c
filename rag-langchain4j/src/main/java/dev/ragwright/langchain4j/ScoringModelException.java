package dev.ragwright.langchain4j;

import dev.ragwright.call.RagException;

/** A scoring model failed, or did not return a number for each passage. */
public final class ScoringModelException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** One about a result that cannot be used. */
  ScoringModelException(String message) {
    super(message);
    retryable = false;
  }

  /** One around what a model threw. */
  ScoringModelException(String model, Throwable thrown) {
    super("the scoring model '%s' failed: %s".formatted(model, Failures.said(thrown)), thrown);
    retryable = Failures.passes(thrown);
  }

  /** Whether the service may answer when it is asked again: it was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
