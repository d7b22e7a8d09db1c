package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.Usage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one combination of levels was worth, and what it took. Immutable. */
public final class ArmResult {
  private final String name;
  private final Map<String, String> levels;
  private final Map<String, String> stages;
  private final int topK;
  private final @Nullable Wiring wiring;
  private final @Nullable String failure;
  private final Map<String, MetricResult> metrics;
  private final List<QuestionOutcome> outcomes;

  ArmResult(
      String name,
      Map<String, String> levels,
      Map<String, String> stages,
      int topK,
      @Nullable Wiring wiring,
      @Nullable String failure,
      List<MetricResult> metrics,
      List<QuestionOutcome> outcomes) {
    this.name = name;
    this.levels = Collections.unmodifiableMap(new LinkedHashMap<>(levels));
    this.stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
    this.topK = topK;
    this.wiring = wiring;
    this.failure = failure;
    this.metrics = new LinkedHashMap<>();
    metrics.forEach(metric -> this.metrics.put(metric.metric(), metric));
    this.outcomes = List.copyOf(outcomes);
  }

  /** The same arm on some of its questions. */
  ArmResult on(int[] places) {
    return new ArmResult(
        name,
        levels,
        stages,
        topK,
        wiring,
        failure,
        metrics().stream().map(metric -> metric.on(places)).toList(),
        Arrays.stream(places).mapToObj(outcomes::get).toList());
  }

  /** The names of its levels, joined: {@code bm25 + none + extractive}. */
  public String name() {
    return name;
  }

  /** The level of each factor that was varied, by the factor's name; unmodifiable. */
  public Map<String, String> levels() {
    return levels;
  }

  /** What each of its stages is, by the factor's name; unmodifiable. */
  public Map<String, String> stages() {
    return stages;
  }

  /** How many passages its context was made of. */
  public int topK() {
    return topK;
  }

  /** What it was wired of; empty in a result of before that was kept, and of an arm that failed. */
  Optional<Wiring> wiring() {
    return Optional.ofNullable(wiring);
  }

  /** Why the arm failed on every question; empty if it did not. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Each metric's scores, in the order asked for; unmodifiable. */
  public List<MetricResult> metrics() {
    return List.copyOf(metrics.values());
  }

  /**
   * One metric's scores.
   *
   * @throws IllegalArgumentException if it was not measured, naming what was
   */
  public MetricResult metric(String metric) {
    MetricResult result = metrics.get(metric);
    if (result == null) {
      throw new IllegalArgumentException(
          "\"" + metric + "\" was not measured; " + String.join(", ", metrics.keySet()) + " were");
    }
    return result;
  }

  /** What became of each question, in the order of the result's; unmodifiable. */
  public List<QuestionOutcome> outcomes() {
    return outcomes;
  }

  /** How many questions it abstained from. */
  public int abstained() {
    return count(outcome -> outcome.abstention() != null);
  }

  /** How many questions a stage of it failed on. */
  public int failed() {
    return count(outcome -> outcome.failure() != null);
  }

  /** How many questions it answered. */
  public int answered() {
    return count(outcome -> outcome.answer() != null);
  }

  private int count(Predicate<QuestionOutcome> which) {
    return (int) outcomes.stream().filter(which).count();
  }

  /** The time of the questions that did not fail, measured in this run or an earlier one. */
  public Latency latency() {
    return latency(outcome -> true);
  }

  /** The time of the questions whose stages were all measured in this run. */
  public Latency measuredLatency() {
    return latency(outcome -> !outcome.replayed());
  }

  /** The time of the questions of which at least one stage was measured in an earlier run. */
  public Latency replayedLatency() {
    return latency(QuestionOutcome::replayed);
  }

  private Latency latency(Predicate<QuestionOutcome> which) {
    return Latency.of(
        outcomes.stream()
            .filter(outcome -> outcome.failure() == null)
            .filter(which)
            .map(QuestionOutcome::latency)
            .toList());
  }

  /** The mean time of each stage over the questions that reached it, in the order of the stages. */
  public Map<String, Duration> meanStageTimes() {
    Map<String, Duration> sums = new LinkedHashMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (String stage : Steps.ALL) {
      for (QuestionOutcome outcome : outcomes) {
        Duration sum = null;
        for (StageTime time : outcome.stages()) {
          if (time.stage().equals(stage)) {
            sum = sum == null ? time.wall() : sum.plus(time.wall());
          }
        }
        if (sum != null) {
          sums.merge(stage, sum, Duration::plus);
          counts.merge(stage, 1, Integer::sum);
        }
      }
    }
    sums.replaceAll((stage, sum) -> sum.dividedBy(counts.getOrDefault(stage, 1)));
    return Collections.unmodifiableMap(sums);
  }

  /**
   * The sum of what the stages counted over all questions, in this run or an earlier one; a count
   * is unknown if it is unknown of one stage.
   */
  public Usage usage() {
    return outcomes.stream()
        .flatMap(outcome -> outcome.stages().stream())
        .map(StageTime::usage)
        .reduce(Usage.none(), Usage::plus);
  }

  /**
   * What all questions cost together, in this run or an earlier one; unknown if a part of it is.
   */
  public Cost cost() {
    return costByStage().values().stream()
        .reduce(Cost::plus)
        .orElse(Cost.unknown("anything: no stage ran"));
  }

  /** What all questions cost by stage, in the order of the stages; unmodifiable. */
  public Map<String, Cost> costByStage() {
    Map<String, Cost> costs = new LinkedHashMap<>();
    for (QuestionOutcome outcome : outcomes) {
      for (StageTime time : outcome.stages()) {
        costs.merge(time.stage(), time.cost(), Cost::plus);
      }
    }
    return Collections.unmodifiableMap(costs);
  }

  /** The CPU time of all stages and questions, of the whole process, as it was measured. */
  public Duration cpu() {
    return outcomes.stream()
        .flatMap(outcome -> outcome.stages().stream())
        .map(StageTime::cpu)
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** For people: the name and each metric. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(name);
    metrics.forEach(
        (metric, result) -> line.append("  ").append(metric).append(' ').append(result));
    return failure == null ? line.toString() : line.append("  failed: ").append(failure).toString();
  }
}
