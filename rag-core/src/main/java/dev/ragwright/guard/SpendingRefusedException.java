package dev.ragwright.guard;

import dev.ragwright.call.Money;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call was not made, since it might have cost more than a {@link SpendingLimit} allows. */
public final class SpendingRefusedException extends RagException {
  private static final long serialVersionUID = 1L;

  private final transient Money limit;
  private final transient Money spent;
  private final transient Money reserved;
  private final transient Money asked;
  private final String setting;
  private final @Nullable Duration renewed;

  SpendingRefusedException(
      String message,
      Money limit,
      Money spent,
      Money reserved,
      Money asked,
      String setting,
      @Nullable Duration renewed) {
    super(message);
    this.limit = limit;
    this.spent = spent;
    this.reserved = reserved;
    this.asked = asked;
    this.setting = setting;
    this.renewed = renewed;
  }

  /** What is allowed in all. */
  public Money limit() {
    return limit;
  }

  /** What is spent of it; 0 where each call has a limit of its own. */
  public Money spent() {
    return spent;
  }

  /** What is set aside of it for calls that were running. */
  public Money reserved() {
    return reserved;
  }

  /** The most that the call would have cost. */
  public Money asked() {
    return asked;
  }

  /** The method of {@link SpendingLimit.Builder} that sets the limit, such as {@code perDay}. */
  public String setting() {
    return setting;
  }

  /**
   * How long it is until the limit begins anew; empty where it never does, and where the call is
   * refused then, too, since it may cost more than the whole limit.
   */
  @Override
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(renewed);
  }

  /** Nothing: nobody was asked. */
  @Override
  public Usage usage() {
    return Usage.none();
  }
}
