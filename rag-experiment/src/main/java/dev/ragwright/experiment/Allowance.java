package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is left of a budget. For one thread. */
final class Allowance {
  private final Budget budget;
  private @Nullable Money spent;
  private final long start = System.nanoTime();

  Allowance(Budget budget) {
    this.budget = budget;
  }

  /** The budget does not allow the next call. */
  static final class SpentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpentException(String what) {
      super(what, null, false, false);
    }
  }

  /**
   * Lets a call pass.
   *
   * @param calls how many were made
   * @throws SpentException if it may not be made, with what is spent
   */
  void beforeCall(long calls) {
    if (budget.calls() != null && calls >= budget.calls()) {
      throw new SpentException("the budget of " + budget.calls() + " calls is spent");
    }
    if (budget.money() != null && spent != null && spent.compareTo(budget.money()) >= 0) {
      throw new SpentException("the budget of " + budget.money() + " is spent");
    }
    if (budget.time() != null && elapsed().compareTo(budget.time()) >= 0) {
      throw new SpentException("the budget of " + budget.time().toMillis() / 1e3 + " s is spent");
    }
  }

  /**
   * Counts what a call cost.
   *
   * @throws IllegalArgumentException if that is not known, and there is a budget of money
   */
  void spend(StageKey key, Cost cost) {
    if (budget.money() == null) {
      return;
    }
    Money money =
        cost.money()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "a budget of %s cannot be kept: what %s costs is %s"
                            .formatted(budget.money(), key.stage(), cost)));
    spent = spent == null ? money : spent.plus(money);
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
