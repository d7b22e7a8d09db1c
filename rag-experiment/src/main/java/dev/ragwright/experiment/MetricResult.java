package dev.ragwright.experiment;

import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One metric's scores in one arm: a number for each question, or the reason why there is none.
 * Immutable.
 */
public final class MetricResult {
  private final String metric;
  private final List<String> questions;
  private final double[] values; // NaN where there is no number
  private final Map<Integer, Score> missing;
  private final @Nullable Interval interval;

  MetricResult(
      String metric,
      List<String> questions,
      double[] values,
      Map<Integer, Score> missing,
      @Nullable Interval interval) {
    this.metric = metric;
    this.questions = questions;
    this.values = values;
    this.missing = Collections.unmodifiableMap(new TreeMap<>(missing));
    this.interval = interval;
  }

  /** The same metric on some of its questions, without an interval. */
  MetricResult on(int[] places) {
    Map<Integer, Score> left = new TreeMap<>();
    for (int i = 0; i < places.length; i++) {
      Score none = missing.get(places[i]);
      if (none != null) {
        left.put(i, none);
      }
    }
    return new MetricResult(
        metric,
        Arrays.stream(places).mapToObj(questions::get).toList(),
        Arrays.stream(places).mapToDouble(place -> values[place]).toArray(),
        left,
        null);
  }

  /** The metric's name. */
  public String metric() {
    return metric;
  }

  /** The mean over the questions that have a score; empty without any. */
  public OptionalDouble mean() {
    double sum = 0;
    for (double value : values) {
      sum += Double.isNaN(value) ? 0 : value;
    }
    return scored() == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / scored());
  }

  /** The mean's interval, by the bootstrap over questions; empty without a score. */
  public Optional<Interval> interval() {
    return Optional.ofNullable(interval);
  }

  /** How many questions have a score: the mean's denominator. */
  public int scored() {
    return values.length - missing.size();
  }

  /** How many questions the metric says nothing of. */
  public int notApplicable() {
    return (int) missing.values().stream().filter(Score.NotApplicable.class::isInstance).count();
  }

  /** How many questions could not be scored, because a stage or the metric failed. */
  public int failed() {
    return (int) missing.values().stream().filter(Score.Failed.class::isInstance).count();
  }

  /** The scores in the order of the result's questions; NaN where there is none. A copy. */
  public double[] values() {
    return values.clone();
  }

  /** The values themselves, for reading. */
  double[] shared() {
    return values;
  }

  /**
   * One question's score.
   *
   * @param question its place among the result's questions
   */
  public Score score(int question) {
    Score none = missing.get(question);
    return none == null ? new Score.Scored(questions.get(question), values[question]) : none;
  }

  /** All scores, as evaluations and baselines have them. */
  public MetricScores scores() {
    List<Score> scores = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      scores.add(score(i));
    }
    return new MetricScores(metric, scores);
  }

  /** For people: {@code 0.6780 [+.631, +.722] (297 scored, 3 failed)}. */
  @Override
  public String toString() {
    String summary = scores().summary();
    return interval == null
        ? summary
        : summary.replaceFirst(" ", " " + interval.toString().replace("$", "\\$") + " ");
  }
}
