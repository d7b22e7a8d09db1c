package dev.ragwright.eval.gate;

import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.AbstractAssert;

/** Assertions on an {@link Evaluation}; {@link EvaluationAssertions#assertThat} makes them. */
@SuppressWarnings(
    "exports") // whoever uses it reads AssertJ: see docs/decisions/assertj-is-optional.md
public class EvaluationAssert extends AbstractAssert<EvaluationAssert, Evaluation> {

  /** Public for AssertJ, which makes soft assertions of it. */
  public EvaluationAssert(Evaluation actual) {
    super(actual, EvaluationAssert.class);
  }

  /**
   * Goes on with one metric.
   *
   * @param name as in reports, such as {@code ndcg@10}
   * @throws AssertionError if it was not measured, naming what was
   */
  public MetricAssert metric(String name) {
    isNotNull();
    return MetricAssert.of(name, actual.metrics(), info);
  }

  /**
   * Passes if every question could be asked and every metric computed; what is not applicable is no
   * failure.
   *
   * @throws AssertionError naming the questions and why they failed
   */
  public EvaluationAssert hasNoFailures() {
    isNotNull();
    Map<String, String> failures = new LinkedHashMap<>();
    actual.failures().forEach((id, cause) -> failures.put(id, id + ": " + cause));
    for (MetricScores scores : actual.metrics()) {
      for (Score score : scores.scores()) {
        if (score instanceof Score.Failed failed) {
          failures.putIfAbsent(
              failed.caseId(), failed.caseId() + ": " + scores.metric() + ": " + failed.cause());
        }
      }
    }
    if (!failures.isEmpty()) {
      List<String> lines = new ArrayList<>();
      lines.add(
          String.format(
              Locale.ROOT,
              "%s on %s was expected to have no failures, but has %d:",
              actual.subject(),
              actual.set(),
              failures.size()));
      lines.addAll(Listing.lines(List.copyOf(failures.values())));
      throw failure("%s", String.join("\n", lines));
    }
    return this;
  }
}
