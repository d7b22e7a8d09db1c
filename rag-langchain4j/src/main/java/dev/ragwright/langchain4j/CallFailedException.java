package dev.ragwright.langchain4j;

import dev.ragwright.call.RagException;

/** A call of LangChain4j failed, or its result cannot be used. */
abstract sealed class CallFailedException extends RagException
    permits ChatModelException,
        ContentRetrieverException,
        EmbeddingModelException,
        ScoringModelException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** One about a result. */
  CallFailedException(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
  }

  /**
   * One around what was thrown.
   *
   * @param what was called, by kind and name
   * @param advice what follows the failure's own words
   */
  CallFailedException(String what, Throwable thrown, String advice) {
    super("the %s failed: %s%s".formatted(what, Failures.said(thrown), advice), thrown);
    this.retryable = Failures.passes(thrown);
  }

  /** Whether the service may answer when it is asked again: it was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
