package dev.ragwright.eval.learn;

import dev.ragwright.eval.EvalSet;
import java.util.function.Function;

/**
 * Learns something from judged questions: a fusion's weights, a map of vectors. The same questions
 * teach the same thing, bit for bit.
 *
 * @param <T> what is learnt; immutable
 */
@FunctionalInterface
public interface Learner<T> {

  /**
   * Learns from these questions alone. What has to be chosen on the way (a penalty, when to stop)
   * is chosen on a part of them: {@code training.split(0.8, seed)}.
   *
   * @param training questions in no particular order, of which at least one has a relevant document
   * @throws IllegalArgumentException if nothing can be learnt from them; the text says why
   */
  T learn(EvalSet training);

  /**
   * Learns the same, and makes something of it: a retriever of a fusion's weights, say, which is a
   * level of an experiment.
   */
  default <R> Learner<R> then(Function<? super T, ? extends R> made) {
    return training -> made.apply(learn(training));
  }
}
