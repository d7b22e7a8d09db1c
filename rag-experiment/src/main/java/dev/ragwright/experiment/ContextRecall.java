package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Score;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import java.util.HashSet;
import java.util.Set;

/**
 * The share of the relevant documents of which the generator reads something: what is left of
 * retrieval's recall once depth, topK, and the context's budget have taken theirs. It needs no
 * answer. Not applicable to a question without a relevant document.
 */
public final class ContextRecall implements Evaluator<Judgments, Context> {
  private ContextRecall() {}

  /** Documents with a grade of 1 or more are relevant. */
  public static ContextRecall create() {
    return new ContextRecall();
  }

  @Override
  public String name() {
    return "context-recall";
  }

  @Override
  public Score evaluate(String caseId, Judgments expected, Context actual, CallContext context) {
    context.throwIfStopped();
    int relevant = expected.atLeast(1);
    if (relevant == 0) {
      return new Score.NotApplicable(caseId, "no relevant document is known");
    }
    Set<String> read = new HashSet<>();
    for (Evidence evidence : actual.evidence()) {
      String document = evidence.passage().documentId();
      if (expected.grade(document).orElse(0) >= 1) {
        read.add(document);
      }
    }
    return new Score.Scored(caseId, (double) read.size() / relevant);
  }
}
