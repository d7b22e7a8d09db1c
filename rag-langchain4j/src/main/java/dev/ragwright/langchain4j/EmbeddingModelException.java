package dev.ragwright.langchain4j;

/** An embedding model failed, or did not return a usable vector for each text. */
public final class EmbeddingModelException extends CallFailedException {
  private static final long serialVersionUID = 1L;

  /** One about a result that cannot be used. */
  EmbeddingModelException(String message) {
    super(message, false);
  }

  /** One around what a model threw. */
  EmbeddingModelException(String model, Throwable thrown) {
    super("embedding model '%s'".formatted(model), thrown, "");
  }
}
