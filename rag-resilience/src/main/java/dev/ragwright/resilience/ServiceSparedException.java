package dev.ragwright.resilience;

import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import java.time.Duration;
import java.util.Optional;

/** A service was not asked, since most of the last calls failed: its circuit breaker is open. */
public final class ServiceSparedException extends RagException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  ServiceSparedException(String stage, Duration pause) {
    super(
        "%s was not asked: too many of its last calls failed, so it is spared for %s, which breaker(...) of Resilience sets"
            .formatted(stage, pause));
    this.retryAfter = pause;
  }

  /** True: it is asked again after a while. */
  @Override
  public boolean retryable() {
    return true;
  }

  /** The longest time until it is asked again. */
  @Override
  public Optional<Duration> retryAfter() {
    return Optional.of(retryAfter);
  }

  /** Nothing: nobody was asked. */
  @Override
  public Usage usage() {
    return Usage.none();
  }
}
