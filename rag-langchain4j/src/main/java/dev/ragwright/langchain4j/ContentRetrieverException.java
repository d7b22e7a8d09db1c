package dev.ragwright.langchain4j;

import dev.ragwright.call.RagException;

/** A content retriever failed. */
public final class ContentRetrieverException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  ContentRetrieverException(String retriever, Throwable thrown) {
    super(
        "the content retriever '%s' failed: %s".formatted(retriever, Failures.said(thrown)),
        thrown);
    retryable = Failures.passes(thrown);
  }

  /** Whether it may answer when it is asked again: what it asks was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
