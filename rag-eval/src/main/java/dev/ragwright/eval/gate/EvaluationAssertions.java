package dev.ragwright.eval.gate;

import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.MetricScores;

/**
 * Where gates begin; to be imported statically, beside AssertJ's {@code Assertions} if need be.
 *
 * {@snippet :
 * assertThat(evaluation).hasNoFailures()
 *     .metric("ndcg@10").isAtLeast(0.67)
 *     .and().isNotWorseThan(Baseline.read(Path.of("baseline.json")), margin(0.01));
 * }
 */
public final class EvaluationAssertions {
  private EvaluationAssertions() {}

  /** Assertions on the evaluation of a retriever or a run. */
  public static EvaluationAssert assertThat(Evaluation evaluation) {
    return new EvaluationAssert(evaluation);
  }

  /** Assertions on one metric's scores, such as those of answers. */
  public static MetricAssert assertThat(MetricScores scores) {
    return new MetricAssert(scores);
  }

  /**
   * How much worse still counts as not worse, in the metric's own unit.
   *
   * @throws IllegalArgumentException unless it is above 0 and finite
   */
  public static Margin margin(double width) {
    return new Margin(width);
  }
}
