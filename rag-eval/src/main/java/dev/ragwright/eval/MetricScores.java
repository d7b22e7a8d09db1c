package dev.ragwright.eval;

import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.text.Decimals;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A metric's scores over some cases, in the order of the cases. Immutable.
 *
 * @param metric the evaluator's name
 * @param scores one for each case; unmodifiable
 */
public record MetricScores(String metric, List<Score> scores) {
  /** Copies the scores. */
  public MetricScores {
    scores = List.copyOf(scores);
  }

  /** The mean of the scored cases, which is over {@link #scored()} cases; empty without any. */
  public OptionalDouble mean() {
    double sum = 0;
    int n = 0;
    for (Score score : scores) {
      if (score instanceof Score.Scored scored) {
        sum += scored.number();
        n++;
      }
    }
    return n == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / n);
  }

  /** How many cases have a number: the mean's denominator. */
  public int scored() {
    return (int) scores.stream().filter(Score.Scored.class::isInstance).count();
  }

  /** How many cases the metric does not apply to. */
  public int notApplicable() {
    return (int) scores.stream().filter(Score.NotApplicable.class::isInstance).count();
  }

  /** How many cases could not be evaluated. */
  public int failed() {
    return (int) scores.stream().filter(Score.Failed.class::isInstance).count();
  }

  /**
   * The scores by case, in their order; unmodifiable.
   *
   * @throws IllegalArgumentException if a case stands twice, as when a question has several answers
   */
  public Map<String, Score> byCase() {
    Map<String, Score> byCase = new LinkedHashMap<>();
    for (Score score : scores) {
      if (byCase.put(score.caseId(), score) != null) {
        throw new IllegalArgumentException(
            "case \"%s\" stands twice in %s, so it cannot be told which is meant"
                .formatted(score.caseId(), metric));
      }
    }
    return Collections.unmodifiableMap(byCase);
  }

  /**
   * Compares with another system's scores by the same metric, pairing cases by their ids.
   *
   * @throws IllegalArgumentException if the metrics have different names, or if a case stands twice
   */
  public MetricComparison comparedWith(MetricScores baseline, Resampling resampling) {
    return MetricComparison.of(this, baseline, resampling);
  }

  /**
   * The mean and what it is over, for people: {@code 0.6780 (300 scored)}, or {@code 0.6780 (297
   * scored, 3 failed, 2 not applicable)}; without any score {@code no mean (0 scored, ...)} with
   * the first failure's reason, if one failed.
   */
  public String summary() {
    OptionalDouble mean = mean();
    String number = mean.isPresent() ? Decimals.fixed(mean.getAsDouble(), 4) : "no mean";
    return number
        + " ("
        + scored()
        + " scored"
        + (failed() == 0 ? "" : ", " + failed() + " failed")
        + (notApplicable() == 0 ? "" : ", " + notApplicable() + " not applicable")
        + (number.equals("no mean") ? firstFailure() : "")
        + ")";
  }

  private String firstFailure() {
    return scores.stream()
        .filter(Score.Failed.class::isInstance)
        .map(Score.Failed.class::cast)
        .findFirst()
        .map(failed -> "; the first, %s: %s".formatted(failed.caseId(), failed.reason()))
        .orElse("");
  }
}
