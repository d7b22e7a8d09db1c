package dev.ragwright.eval;

import dev.ragwright.call.StageDescription;
import dev.ragwright.eval.stats.Resampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What one retriever or run is worth on one set: each metric's score for each query, and the
 * rankings that they rest on. Queries are in the order of their ids as unsigned bytes of UTF-8,
 * which is the order that trec_eval sums them in. Immutable.
 */
public final class Evaluation {
  private static final int SHOWN_FAILURES = 10;

  private final StageDescription subject;
  private final String set;
  private final Map<String, MetricScores> metrics;
  private final Run run;
  private final Map<String, Throwable> failures;

  Evaluation(
      StageDescription subject,
      String set,
      List<MetricScores> metrics,
      Run run,
      Map<String, Throwable> failures) {
    this.subject = subject;
    this.set = set;
    this.metrics = new LinkedHashMap<>();
    metrics.forEach(scores -> this.metrics.put(scores.metric(), scores));
    this.run = run;
    this.failures = failures;
  }

  /** What was evaluated: the retriever, or the run by its tag. */
  public StageDescription subject() {
    return subject;
  }

  /** The set's name. */
  public String set() {
    return set;
  }

  /** Each metric's scores, in the order asked for; unmodifiable. */
  public List<MetricScores> metrics() {
    return List.copyOf(metrics.values());
  }

  /**
   * One metric's scores.
   *
   * @param metric its name, such as {@code ndcg@10}
   * @throws IllegalArgumentException if it was not measured, naming what was
   */
  public MetricScores scores(String metric) {
    MetricScores scores = metrics.get(metric);
    if (scores == null) {
      throw new IllegalArgumentException(
          "\"" + metric + "\" was not measured; " + String.join(", ", metrics.keySet()) + " were");
    }
    return scores;
  }

  /**
   * One metric's mean over the queries that have a score; empty without any.
   *
   * @throws IllegalArgumentException if it was not measured, naming what was
   */
  public OptionalDouble mean(String metric) {
    return scores(metric).mean();
  }

  /**
   * Compares with another evaluation of the same questions, by the metrics that both have, with
   * 10,000 draws from a fixed seed and intervals of 95 %. Only questions with a score in both
   * count; the comparison lists what is left out.
   *
   * @throws IllegalArgumentException if they have no metric in common
   */
  public EvaluationComparison comparedWith(Evaluation baseline) {
    return comparedWith(baseline, Resampling.standard());
  }

  /**
   * As {@link #comparedWith(Evaluation)}, with other draws, another seed or level.
   *
   * @throws IllegalArgumentException if they have no metric in common
   */
  public EvaluationComparison comparedWith(Evaluation baseline, Resampling resampling) {
    return new EvaluationComparison(this, baseline, resampling);
  }

  /** The rankings; without the queries that failed. */
  public Run run() {
    return run;
  }

  /** Why there is no ranking, by query id; these have no score and are in no mean; unmodifiable. */
  public Map<String, Throwable> failures() {
    return failures;
  }

  /**
   * Writes the rankings as a TREC file, of which trec_eval computes the same means, with two
   * exceptions: a query for which nothing was found counts as 0 here, and is not in the file, so
   * {@code trec_eval -c} is needed; that in turn counts a query that failed as 0.
   *
   * @throws IllegalArgumentException if an id has white space
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void writeRun(Path file) {
    run.write(file);
  }

  /** For people: a line for each metric with its mean and what that is over, then the failures. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>(List.of(subject + " on " + set));
    int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
    for (MetricScores scores : metrics.values()) {
      String padding = " ".repeat(width - scores.metric().length());
      lines.add("  " + scores.metric() + padding + "  " + scores.summary());
    }
    failures.entrySet().stream()
        .limit(SHOWN_FAILURES)
        .forEach(failure -> lines.add("  failed: " + failure.getKey() + ": " + failure.getValue()));
    if (failures.size() > SHOWN_FAILURES) {
      lines.add("  and " + (failures.size() - SHOWN_FAILURES) + " more failures");
    }
    return String.join("\n", lines);
  }
}
