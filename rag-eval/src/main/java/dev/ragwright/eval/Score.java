package dev.ragwright.eval;

import dev.ragwright.text.Said;
import java.util.OptionalDouble;

/**
 * What an evaluator made of one case: a number, or the reason why there is none. A case that a
 * metric does not apply to, and one whose evaluation failed, are never 0 and never dropped.
 */
public sealed interface Score {

  /** The case, such as a query's id. */
  String caseId();

  /** The number; empty when there is none. */
  default OptionalDouble value() {
    return OptionalDouble.empty();
  }

  /**
   * The case has a number.
   *
   * @param number finite
   */
  record Scored(String caseId, double number) implements Score {
    /** Refuses what is not a number. */
    public Scored {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("the score of case " + caseId + " is " + number);
      }
    }

    @Override
    public OptionalDouble value() {
      return OptionalDouble.of(number);
    }
  }

  /**
   * The metric says nothing of the case.
   *
   * @param reason for people, such as "no judgments"
   */
  record NotApplicable(String caseId, String reason) implements Score {}

  /**
   * The evaluation of the case failed, for example because a judge did.
   *
   * @param cause what happened
   */
  record Failed(String caseId, Throwable cause) implements Score {

    /** For people: the cause's message, or its class where it has none. */
    public String reason() {
      return Said.by(cause);
    }
  }
}
