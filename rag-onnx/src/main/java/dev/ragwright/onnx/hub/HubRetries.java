package dev.ragwright.onnx.hub;

import dev.ragwright.call.CallContext;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often and how long to try again: each wait is twice the one before it, or what the hub asks
 * for with {@code Retry-After}, up to a bound.
 *
 * @param attempts how many attempts without any progress, 1 at least
 * @param firstWait before the second attempt
 * @param longestWait a hub that asks for more is not waited for
 */
record HubRetries(int attempts, Duration firstWait, Duration longestWait) {
  /** draft-ietf-httpapi-ratelimit-headers: {@code "api";r=0;t=55}. */
  private static final Pattern NONE_LEFT = Pattern.compile(";\\s*r=0\\s*;\\s*t=(\\d{1,9})");

  /** A refusal that may not last. */
  static final class Later extends HubException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> after;

    Later(String message, Optional<Duration> after) {
      super(Reason.UNAVAILABLE, message);
      this.after = after;
    }
  }

  /** Runs something until it succeeds, fails for good, or has failed too often. */
  <T> T run(int most, CallContext context, Supplier<T> action) {
    for (int attempt = 1; ; attempt++) {
      try {
        return action.get();
      } catch (HubException e) {
        if (!e.retryable()) {
          throw e;
        }
        await(attempt, most, e, context);
      }
    }
  }

  /**
   * Waits before the next attempt.
   *
   * @param attempt how many have failed
   * @throws HubException the failure, if that was the last attempt
   */
  void await(int attempt, int most, HubException failure, CallContext context) {
    Optional<Duration> asked = failure instanceof Later later ? later.after : Optional.empty();
    Duration wait = asked.orElse(firstWait.multipliedBy(1L << Math.min(attempt - 1, 20)));
    if (asked.isPresent() && wait.compareTo(longestWait) > 0) {
      throw new HubException(
          HubException.Reason.UNAVAILABLE,
          failure.getMessage() + ", and asked to be left alone for " + wait.toSeconds() + " s",
          failure);
    }
    if (most == 1) {
      throw failure;
    }
    if (attempt >= most) {
      throw new HubException(
          HubException.Reason.UNAVAILABLE,
          String.format(
              Locale.ROOT,
              "%s, at attempt %d of %d (ModelHub.Builder.attempts)",
              failure.getMessage(),
              attempt,
              most),
          failure);
    }
    HubLock.pause(wait.compareTo(longestWait) > 0 ? longestWait : wait, context);
  }

  /** {@code Retry-After} in seconds or as a date, else what {@code RateLimit} says is left. */
  static Optional<Duration> retryAfter(HttpHeaders headers) {
    Matcher limit = NONE_LEFT.matcher(headers.firstValue("RateLimit").orElse(""));
    if (headers.firstValue("Retry-After").isEmpty() && limit.find()) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(limit.group(1))));
    }
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), until);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
