package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import java.util.List;

/** A metric whose score is the best that the answer gets against one of the reference answers. */
abstract class BestReference implements Evaluator<List<String>, String> {
  private final String name;

  BestReference(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Subject<List<String>, String> looksAt() {
    return Subject.ANSWER;
  }

  /** The score against one reference answer. */
  abstract double against(String reference, String answer);

  /** The reference answers that count. */
  List<String> admitted(List<String> references) {
    return references;
  }

  /**
   * Returns the best score over the reference answers.
   *
   * @param expected the reference answers; the metric is not applicable without any
   * @param actual the answer's text; an empty one is an answer like others
   */
  @Override
  public final Score evaluate(
      String caseId, List<String> expected, String actual, CallContext context) {
    context.throwIfStopped();
    if (expected.isEmpty()) {
      return new Score.NotApplicable(caseId, "no reference answers");
    }
    double best = 0;
    for (String reference : admitted(expected)) {
      best = Math.max(best, against(reference, actual));
    }
    return new Score.Scored(caseId, best);
  }

  /**
   * SQuAD 2.0's rule: a reference answer of which the normalisation leaves nothing does not count;
   * when there is no other, nothing is the right answer.
   */
  static List<String> withWords(List<String> references) {
    List<String> left =
        references.stream().filter(reference -> !SquadText.tokens(reference).isEmpty()).toList();
    return left.isEmpty() ? List.of("") : left;
  }

  @Override
  public final String toString() {
    return name;
  }
}
