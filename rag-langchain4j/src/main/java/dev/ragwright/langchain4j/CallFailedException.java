package dev.ragwright.langchain4j;

import dev.ragwright.call.RagException;
import dev.ragwright.foreign.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call of LangChain4j failed, or its result cannot be used. */
abstract sealed class CallFailedException extends RagException
    permits ChatModelException,
        ContentRetrieverException,
        EmbeddingModelException,
        ScoringModelException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;
  private final @Nullable Duration retryAfter;

  /**
   * One about a result.
   *
   * @param retryAfter how long the service asks to wait; null if it does not
   */
  CallFailedException(String message, boolean retryable, @Nullable Duration retryAfter) {
    super(Secrets.hidden(message, List.of()));
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /** One about a result. */
  CallFailedException(String message, boolean retryable) {
    this(message, retryable, null);
  }

  /**
   * One around what was thrown, in words of its own.
   *
   * @param secrets not to be shown, besides what looks like a key
   */
  CallFailedException(
      String message,
      Throwable thrown,
      boolean retryable,
      @Nullable Duration retryAfter,
      List<String> secrets) {
    super(Secrets.hidden(message, secrets), Secrets.hidden(thrown, secrets));
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /**
   * One around what was thrown.
   *
   * @param what was called, by kind and name
   * @param advice what follows the failure's own words
   */
  CallFailedException(String what, Throwable thrown, String advice) {
    this(
        "the %s failed: %s%s".formatted(what, Failures.said(thrown), advice),
        thrown,
        Failures.passes(thrown),
        null,
        List.of());
  }

  /** Whether the service may answer when it is asked again: it was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }

  @Override
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
