package dev.ragwright.eval;

import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One metric's scores beside a baseline's, over the cases that both have scored. The other cases do
 * not count as 0; they are listed. All ids are in the order of their bytes in UTF-8. Immutable.
 */
public final class MetricComparison {
  private final String metric;
  private final Map<String, Double> differences;
  private final List<String> unscored;
  private final List<String> onlyHere;
  private final List<String> onlyInBaseline;
  private final Optional<PairedComparison> paired;

  private MetricComparison(
      String metric,
      Map<String, Double> differences,
      List<String> unscored,
      List<String> onlyHere,
      List<String> onlyInBaseline,
      Optional<PairedComparison> paired) {
    this.metric = metric;
    this.differences = differences;
    this.unscored = unscored;
    this.onlyHere = onlyHere;
    this.onlyInBaseline = onlyInBaseline;
    this.paired = paired;
  }

  static MetricComparison of(MetricScores scores, MetricScores baseline, Resampling resampling) {
    if (!scores.metric().equals(baseline.metric())) {
      throw new IllegalArgumentException(
          "two metrics cannot be compared: " + scores.metric() + " and " + baseline.metric());
    }
    Map<String, Score> before = sorted(baseline);
    List<String> unscored = new ArrayList<>();
    List<String> onlyHere = new ArrayList<>();
    Map<String, Double> differences = new LinkedHashMap<>();
    List<Double> first = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    sorted(scores)
        .forEach(
            (id, score) -> {
              Score old = before.remove(id);
              if (old == null) {
                onlyHere.add(id);
              } else if (score instanceof Score.Scored now && old instanceof Score.Scored then) {
                differences.put(id, now.number() - then.number());
                first.add(now.number());
                second.add(then.number());
              } else {
                unscored.add(id);
              }
            });
    return new MetricComparison(
        scores.metric(),
        Collections.unmodifiableMap(differences),
        List.copyOf(unscored),
        List.copyOf(onlyHere),
        List.copyOf(before.keySet()),
        first.isEmpty()
            ? Optional.empty()
            : Optional.of(PairedComparison.of(array(first), array(second), resampling)));
  }

  private static Map<String, Score> sorted(MetricScores scores) {
    Map<String, Score> sorted = new TreeMap<>(Utf8Order::compare);
    sorted.putAll(scores.byCase());
    return sorted;
  }

  private static double[] array(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The metric's name. */
  public String metric() {
    return metric;
  }

  /** By how much it is better, and how sure that is; empty if no case has a score in both. */
  public Optional<PairedComparison> paired() {
    return paired;
  }

  /** The score less the baseline's, by case, of the cases that both have scored; unmodifiable. */
  public Map<String, Double> differences() {
    return differences;
  }

  /** The cases of both evaluations that one of them, or both, could not score; unmodifiable. */
  public List<String> unscored() {
    return unscored;
  }

  /** The cases that the baseline does not have; unmodifiable. */
  public List<String> onlyHere() {
    return onlyHere;
  }

  /** The cases that only the baseline has; unmodifiable. */
  public List<String> onlyInBaseline() {
    return onlyInBaseline;
  }

  /**
   * For people: {@code +.031 [+.012, +.050], p .002, 300 questions}, and behind it how many were
   * left out and why, if any were: {@code ; left out: 2 without a score in both, 1 only here}.
   */
  @Override
  public String toString() {
    return toString("");
  }

  /** With something said between the comparison and what was left out. */
  String toString(String more) {
    List<String> leftOut = new ArrayList<>();
    if (!unscored.isEmpty()) {
      leftOut.add(unscored.size() + " without a score in both");
    }
    if (!onlyHere.isEmpty()) {
      leftOut.add(onlyHere.size() + " only here");
    }
    if (!onlyInBaseline.isEmpty()) {
      leftOut.add(onlyInBaseline.size() + " only in the baseline");
    }
    return paired.map(PairedComparison::toString).orElse("no question has a score in both")
        + more
        + (leftOut.isEmpty() ? "" : "; left out: " + String.join(", ", leftOut));
  }
}
