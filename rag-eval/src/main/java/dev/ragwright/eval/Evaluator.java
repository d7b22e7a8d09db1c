package dev.ragwright.eval;

import dev.ragwright.call.CallContext;
import java.util.function.ToDoubleBiFunction;

/**
 * Scores one case by a metric. Implementations are immutable and safe to share.
 *
 * @param <E> what is expected: judgments, reference answers
 * @param <A> what is there: a ranking, an answer
 */
public interface Evaluator<E, A> {

  /** The metric's name with its parameters, the same in every report, such as {@code ndcg@10}. */
  String name();

  /** What it looks at, from which an experiment knows what to give it. */
  Subject<? extends E, A> looksAt();

  /**
   * Returns the case's score; it does not throw, whatever the case holds, but returns {@link
   * Score.NotApplicable} or {@link Score.Failed}.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Score evaluate(String caseId, E expected, A actual, CallContext context);

  /**
   * A metric of a function, such as {@code Evaluator.of("words", Subject.ANSWER, (references,
   * answer) -> answer.split(" ").length)}. A case for which it throws has failed.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  static <E, A> Evaluator<E, A> of(
      String name, Subject<E, A> looksAt, ToDoubleBiFunction<? super E, ? super A> value) {
    return new OfFunction<>(name, looksAt, value);
  }
}
