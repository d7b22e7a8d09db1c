package dev.ragwright.eval;

import dev.ragwright.eval.stats.Holm;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * An evaluation beside its baseline, metric by metric, as {@link Evaluation#comparedWith} makes it.
 * The metrics are one family of tests: the more of them there are, the more likely one of them
 * looks better by chance, which the {@linkplain #adjustedPValue adjusted p-values} make up for.
 * Immutable.
 */
public final class EvaluationComparison {
  private final String subject;
  private final String baseline;
  private final Map<String, MetricComparison> metrics = new LinkedHashMap<>();
  private final Map<String, Double> adjusted = new LinkedHashMap<>();
  private final List<String> onlyInOne;

  EvaluationComparison(Evaluation evaluation, Evaluation baseline, Resampling resampling) {
    this.subject = evaluation.subject() + " on " + evaluation.set();
    this.baseline = baseline.subject() + " on " + baseline.set();
    Set<String> before = new LinkedHashSet<>();
    baseline.metrics().forEach(scores -> before.add(scores.metric()));
    Set<String> onlyInOne = new LinkedHashSet<>(before);
    for (MetricScores scores : evaluation.metrics()) {
      String metric = scores.metric();
      if (before.contains(metric)) {
        onlyInOne.remove(metric);
        metrics.put(metric, scores.comparedWith(baseline.scores(metric), resampling));
      } else {
        onlyInOne.add(metric);
      }
    }
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException(
          "the evaluations have no metric in common: %s, and %s in the baseline"
              .formatted(
                  String.join(
                      ", ", evaluation.metrics().stream().map(MetricScores::metric).toList()),
                  String.join(", ", before)));
    }
    this.onlyInOne = List.copyOf(onlyInOne);
    adjust();
  }

  private void adjust() {
    metrics.forEach(
        (metric, comparison) ->
            comparison.paired().ifPresent(paired -> adjusted.put(metric, paired.pValue())));
    double[] values =
        Holm.adjusted(adjusted.values().stream().mapToDouble(Double::doubleValue).toArray());
    int i = 0;
    for (Map.Entry<String, Double> entry : adjusted.entrySet()) {
      entry.setValue(values[i++]);
    }
  }

  /** The metrics that both have, in the order of the evaluation; unmodifiable. */
  public List<MetricComparison> metrics() {
    return List.copyOf(metrics.values());
  }

  /**
   * One metric's comparison.
   *
   * @throws IllegalArgumentException if one of them lacks it, naming those that both have
   */
  public MetricComparison metric(String metric) {
    MetricComparison comparison = metrics.get(metric);
    if (comparison == null) {
      throw new IllegalArgumentException(
          "\"%s\" was not compared; %s %s"
              .formatted(
                  metric,
                  String.join(", ", metrics.keySet()),
                  metrics.size() == 1 ? "was" : "were"));
    }
    return comparison;
  }

  /**
   * A metric's p-value by Holm's correction over all metrics compared; empty if no question has a
   * score in both.
   *
   * @throws IllegalArgumentException if one of them lacks it, naming those that both have
   */
  public OptionalDouble adjustedPValue(String metric) {
    metric(metric);
    Double value = adjusted.get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** The metrics that only one of the two has, which are not compared; unmodifiable. */
  public List<String> onlyInOne() {
    return onlyInOne;
  }

  /**
   * For people: what was compared, and a line for each metric such as {@code ndcg@10 +.031 [+.012,
   * +.050], p .002, 300 questions, Holm-adjusted p .004}; with a single metric there is nothing to
   * adjust.
   */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>(List.of(subject + " compared with " + baseline));
    int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
    metrics.forEach(
        (metric, comparison) -> {
          Double p = adjusted.size() > 1 ? adjusted.get(metric) : null;
          lines.add(
              "  "
                  + metric
                  + " ".repeat(width - metric.length())
                  + "  "
                  + comparison.toString(
                      p == null ? "" : ", Holm-adjusted p " + Decimals.pValue(p)));
        });
    if (!onlyInOne.isEmpty()) {
      lines.add("  not compared, only one has it: " + String.join(", ", onlyInOne));
    }
    return String.join("\n", lines);
  }
}
