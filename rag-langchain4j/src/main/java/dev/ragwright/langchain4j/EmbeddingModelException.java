package dev.ragwright.langchain4j;

import dev.ragwright.call.RagException;

/** An embedding model failed, or did not return a usable vector for each text. */
public final class EmbeddingModelException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** One about a result that cannot be used. */
  EmbeddingModelException(String message) {
    super(message);
    retryable = false;
  }

  /** One around what a model threw. */
  EmbeddingModelException(String model, Throwable thrown) {
    super("the embedding model '%s' failed: %s".formatted(model, Failures.said(thrown)), thrown);
    retryable = Failures.passes(thrown);
  }

  /** Whether the service may answer when it is asked again: it was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
