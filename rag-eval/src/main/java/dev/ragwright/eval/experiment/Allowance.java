package dev.ragwright.eval.experiment;

import java.time.Duration;

/** What is left of a budget. For one thread. */
final class Allowance {
  private final Budget budget;
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
    if (budget.time() != null && elapsed().compareTo(budget.time()) >= 0) {
      throw new SpentException("the budget of " + budget.time().toMillis() / 1e3 + " s is spent");
    }
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
