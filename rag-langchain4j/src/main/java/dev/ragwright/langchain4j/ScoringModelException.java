package dev.ragwright.langchain4j;

import com.fasterxml.jackson.core.JacksonException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RetriableException;
import dev.ragwright.call.RagException;
import java.io.IOException;

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
    super(
        "the scoring model '%s' failed: %s"
            .formatted(model, thrown.getMessage() == null ? thrown : thrown.getMessage()),
        thrown);
    retryable = passes(thrown);
  }

  private static boolean passes(Throwable thrown) {
    return switch (thrown) {
      case RetriableException e -> true;
      case NonRetriableException e -> false;
      case HttpException e ->
          e.statusCode() == 408 || e.statusCode() == 429 || e.statusCode() >= 500;
      case IOException e -> !(e instanceof JacksonException);
      default -> thrown.getCause() != null && passes(thrown.getCause());
    };
  }

  /** Whether the service may answer when it is asked again: it was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
