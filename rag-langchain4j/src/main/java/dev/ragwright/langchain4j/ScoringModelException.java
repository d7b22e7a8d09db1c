package dev.ragwright.langchain4j;

/** A scoring model failed, or did not return a number for each passage. */
public final class ScoringModelException extends CallFailedException {
  private static final long serialVersionUID = 1L;

  /** One about a result that cannot be used. */
  ScoringModelException(String message) {
    super(message, false);
  }

  /** One around what a model threw. */
  ScoringModelException(String model, Throwable thrown) {
    super("scoring model '%s'".formatted(model), thrown, "");
  }
}
