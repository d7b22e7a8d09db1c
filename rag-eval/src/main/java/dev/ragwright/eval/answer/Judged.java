package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Score;
import java.util.function.Supplier;

/** The rule for metrics that ask somebody else: what fails there is a failed case, not an error. */
final class Judged {
  private Judged() {}

  /** The score; failed if its making threw, unless the call as a whole was stopped. */
  static Score score(String caseId, CallContext context, Supplier<Score> making) {
    context.throwIfStopped();
    try {
      return making.get();
    } catch (RuntimeException e) {
      context.throwIfStopped();
      return new Score.Failed(caseId, e);
    }
  }
}
