package dev.ragwright.tools;

import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.learn.Learner;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A learner for several proofs of one thing, such as by other measures. What it learnt from a part
 * of the questions, a fold's or a curve's, it keeps for the next proof. From all, which every proof
 * asks for first, it learns in each anew: a proof says what that costs.
 */
final class PartsLearntOnce<T> implements Learner<T> {
  private final Learner<T> learner;
  private final Map<Set<String>, T> known = new HashMap<>();
  private @Nullable Set<String> all;

  PartsLearntOnce(Learner<T> learner) {
    this.learner = learner;
  }

  @Override
  public T learn(EvalSet training) {
    Set<String> ids = Set.copyOf(training.questions().keySet());
    if (all == null) {
      all = ids;
    }
    return ids.equals(all)
        ? learner.learn(training)
        : known.computeIfAbsent(ids, part -> learner.learn(training));
  }
}
