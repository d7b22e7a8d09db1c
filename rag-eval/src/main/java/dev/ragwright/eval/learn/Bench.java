package dev.ragwright.eval.learn;

import dev.ragwright.eval.EvalSet;
import dev.ragwright.retrieve.Retriever;
import java.util.Objects;
import java.util.function.Function;

/**
 * Where a learnt thing is measured: questions, what answers them now, and what would answer them
 * with the learnt thing.
 *
 * @param questions with their judgments
 * @param baseline what the gain is over
 * @param applied makes the retriever that uses what was learnt, over the same passages
 */
public record Bench<T>(
    EvalSet questions, Retriever baseline, Function<? super T, ? extends Retriever> applied) {
  /** Refuses null. */
  public Bench {
    Objects.requireNonNull(questions, "questions");
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(applied, "applied");
  }
}
