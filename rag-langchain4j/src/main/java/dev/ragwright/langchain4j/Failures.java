package dev.ragwright.langchain4j;

import com.fasterxml.jackson.core.JacksonException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RetriableException;
import java.io.IOException;

/** What is told of the failures of LangChain4j's models and stores. */
final class Failures {
  private Failures() {}

  /** The failure's own words, or its type where it has none. */
  static String said(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.toString() : message.strip();
  }

  /**
   * Whether the failure may be gone next time. What its service says of it counts before its type;
   * what wraps another failure is as that one is.
   */
  static boolean passes(Throwable thrown) {
    Boolean said = ServiceReply.of(thrown.getMessage()).passes();
    if (said != null) {
      return said;
    }
    return switch (thrown) {
      case RetriableException e -> true;
      case NonRetriableException e -> false;
      case HttpException e ->
          e.statusCode() == 408 || e.statusCode() == 429 || e.statusCode() >= 500;
      case IOException e -> !(e instanceof JacksonException);
      default -> thrown.getCause() != null && passes(thrown.getCause());
    };
  }
}
