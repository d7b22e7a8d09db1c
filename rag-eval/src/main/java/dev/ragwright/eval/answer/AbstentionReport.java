package dev.ragwright.eval.answer;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How well a system knows when not to answer, over cases of which it is known whether the passages
 * or the collection can answer them. Every case is counted in exactly one of the five.
 *
 * @param answeredRight answerable, answered, and right
 * @param answeredWrong answerable, answered, and wrong
 * @param answeredUnanswerable not answerable, yet answered: wrong whatever was said
 * @param abstainedUnanswerable not answerable, and not answered: as it should be
 * @param abstainedAnswerable answerable, yet not answered
 */
public record AbstentionReport(
    int answeredRight,
    int answeredWrong,
    int answeredUnanswerable,
    int abstainedUnanswerable,
    int abstainedAnswerable) {

  /**
   * One question.
   *
   * @param answerable whether it can be answered
   * @param abstained whether it was not answered
   * @param correct whether the answer is right; not read after an abstention, nor where no answer
   *     can be
   */
  public record Case(boolean answerable, boolean abstained, boolean correct) {}

  /** Counts the cases. */
  public static AbstentionReport of(List<Case> cases) {
    int[] counts = new int[5];
    for (Case one : cases) {
      if (one.abstained()) {
        counts[one.answerable() ? 4 : 3]++;
      } else if (one.answerable()) {
        counts[one.correct() ? 0 : 1]++;
      } else {
        counts[2]++;
      }
    }
    return new AbstentionReport(counts[0], counts[1], counts[2], counts[3], counts[4]);
  }

  /** The share of the abstentions that are of unanswerable questions; empty if there were none. */
  public OptionalDouble precision() {
    return share(abstainedUnanswerable, abstainedUnanswerable + abstainedAnswerable);
  }

  /**
   * The share of the unanswerable questions that it abstained from; empty if all can be answered.
   */
  public OptionalDouble recall() {
    return share(abstainedUnanswerable, abstainedUnanswerable + answeredUnanswerable);
  }

  /** The share of the answers that are right; empty if nothing was answered. */
  public OptionalDouble accuracyOnAnswered() {
    return share(answeredRight, answered());
  }

  /** The share of the questions that were answered; empty if there are none. */
  public OptionalDouble coverage() {
    return share(answered(), cases());
  }

  /** How many were answered, rightly or wrongly. */
  public int answered() {
    return answeredRight + answeredWrong + answeredUnanswerable;
  }

  /** How many questions there are. */
  public int cases() {
    return answered() + abstainedUnanswerable + abstainedAnswerable;
  }

  private static OptionalDouble share(int part, int whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }
}
