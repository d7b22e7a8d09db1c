package dev.ragwright.experiment;

import dev.ragwright.call.Money;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The most that a run may spend; what comes from the memo costs nothing. When it is spent the run
 * ends with the questions that all arms have been asked, so that they stay comparable.
 *
 * @param money by the experiment's prices; null for no bound. The call that reaches it is still
 *     paid
 * @param calls of stages; null for no bound
 * @param time from the run's beginning; null for no bound. A stage that works is not stopped
 */
public record Budget(@Nullable Money money, @Nullable Long calls, @Nullable Duration time) {

  /** Refuses bounds that are not above 0. */
  public Budget {
    if (money != null && money.amount().signum() <= 0) {
      throw new IllegalArgumentException("the budget must be > 0 money, was " + money);
    }
    if (calls != null && calls < 1) {
      throw new IllegalArgumentException("the budget must be >= 1 call, was " + calls);
    }
    if (time != null && (time.isZero() || time.isNegative())) {
      throw new IllegalArgumentException("the budget must be > 0 time, was " + time);
    }
  }

  /** No bound. */
  public static Budget unlimited() {
    return new Budget(null, null, null);
  }

  /** This budget with about so much money at most; the experiment needs prices then. */
  public Budget withMoney(Money most) {
    return new Budget(most, calls, time);
  }

  /** This budget with at most so many calls of stages. */
  public Budget withCalls(long most) {
    return new Budget(money, most, time);
  }

  /** This budget with at most so much time. */
  public Budget withTime(Duration most) {
    return new Budget(money, calls, most);
  }
}
