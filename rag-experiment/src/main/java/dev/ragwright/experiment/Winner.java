package dev.ragwright.experiment;

import dev.ragwright.eval.gate.Baseline;
import java.math.BigDecimal;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arm to take, as code. Among the arms that {@linkplain Winners cannot be told from the best}
 * it is the simplest: the one with the fewest stages that run a model; of those with as many, the
 * one of the fewest stages; then the cheapest, where all costs are known; then the one with the
 * least median time of a question, one without a time last; then the first of the experiment. It
 * need not be the arm with the best mean, and with few questions hardly any arm is told from
 * another: {@link #choice} has all of them, with their differences.
 */
public final class Winner {
  private final ExperimentResult result;
  private final Winners choice;
  private final ArmResult arm;

  private Winner(ExperimentResult result, Winners choice, ArmResult arm) {
    this.result = result;
    this.choice = choice;
    this.arm = arm;
  }

  static Winner of(ExperimentResult result, Winners choice) {
    List<ArmResult> among = choice.indistinguishable().stream().map(result::arm).toList();
    for (ArmResult each : among) {
      if (each.wiring().isEmpty()) {
        throw new IllegalStateException(
            "the result does not say what \"%s\" is wired of: it is of an earlier version; run the experiment again, which calls no stage again where it has its memo"
                .formatted(each.name()));
      }
    }
    boolean priced = among.stream().allMatch(each -> each.cost().isKnown());
    Comparator<ArmResult> simplest =
        Comparator.<ArmResult>comparingInt(each -> wiring(each).models())
            .thenComparingInt(each -> wiring(each).size())
            .thenComparing(
                each -> priced ? each.cost().money().orElseThrow().amount() : BigDecimal.ZERO)
            .thenComparing(
                each ->
                    Optional.ofNullable(each.latency().p50())
                        .orElse(ChronoUnit.FOREVER.getDuration()))
            .thenComparingInt(each -> result.arms().indexOf(each));
    return new Winner(result, choice, among.stream().min(simplest).orElseThrow());
  }

  private static Wiring wiring(ArmResult arm) {
    return arm.wiring().orElseThrow();
  }

  /** The arm, with all that was measured of it. */
  public ArmResult arm() {
    return arm;
  }

  /** What it was chosen from: the best by the metric, and those that cannot be told from it. */
  public Winners choice() {
    return choice;
  }

  /** The run that it was found in. */
  ExperimentResult result() {
    return result;
  }

  Wiring wiring() {
    return wiring(arm);
  }

  /**
   * A class that opens the models and the index, and wires the pipeline; its Javadoc has what was
   * measured, and what has to be on the class path. It needs nothing of this module. Of an arm
   * without a generator it quotes sentences, and says so.
   *
   * @param className with its package, such as {@code com.example.SearchPipeline}; without one the
   *     class is in none
   * @throws IllegalArgumentException if a stage of the arm cannot be written, such as a lambda,
   *     naming it; if the name is none of a class
   */
  public String toJava(String className) {
    return new WinnerSource(this, className).pipeline();
  }

  /**
   * A test of the class that {@link #toJava} writes, for JUnit and AssertJ: that models, settings
   * and index are those that were measured, and that the metric is not worse than it was by more
   * than 0.01. It reads the question set, what {@link #toJson} and {@link #baseline} give, and the
   * index; where they are is at its top.
   *
   * <p>There is none of an arm with a level that was learnt: the arm was measured by what was
   * learnt without each question, and the class has what was learnt from all of them. Gate it with
   * questions that it was not learnt from.
   *
   * @param className of the pipeline's class; the test is called {@code Test} behind it
   * @throws IllegalArgumentException as {@link #toJava}; if the metric is none that is found by its
   *     name
   * @throws IllegalStateException if the run was stopped before its end: its questions could not be
   *     drawn again; if a level of the arm was learnt
   */
  public String toTest(String className) {
    refuseLearnt();
    return new WinnerSource(this, className).test();
  }

  /**
   * The wiring as a file, for {@link RagPipelines#read}, with the digests of models and index: it
   * is also the lock that {@link RagPipelines#differences} compares with.
   *
   * <p>Of what was learnt there is the digest of its numbers, not of its file: a fusion's is its
   * setting {@code modelNumbers}, an adapter's {@code modelSha256}. The file to be read is called
   * {@code fusion-} or {@code adapter-}, then the first eight digits of that, then {@code .json}.
   *
   * @throws IllegalArgumentException as {@link #toJava}
   */
  public String toJson() {
    StockStages.of(wiring()); // or it could not be read
    Map<String, PipelineFile.Measured> measured = new LinkedHashMap<>();
    for (MetricResult metric : arm.metrics()) {
      @Nullable Double mean = metric.mean().isPresent() ? metric.mean().getAsDouble() : null;
      measured.put(
          metric.metric(),
          new PipelineFile.Measured(mean, metric.interval().orElse(null), metric.scored()));
    }
    return PipelineFile.of(arm.name(), result.set(), measured, wiring()).json();
  }

  /**
   * Its scores by the metric that it was chosen by, for later ones to be held against.
   *
   * @throws IllegalStateException if a level of the arm was learnt, as for {@link #toTest}
   */
  public Baseline baseline() {
    refuseLearnt();
    return Baseline.of(
            arm.name() + " on " + result.set(), List.of(arm.metric(choice.metric()).scores()))
        .withResampling(result.header().resampling());
  }

  private void refuseLearnt() {
    arm.levels()
        .forEach(
            (factor, level) -> {
              if (result.settings().containsKey(Lessons.setting(factor, level))) {
                throw new IllegalStateException(
                    "the %s \"%s\" of the arm \"%s\" was learnt from the questions of %s: each was scored by what was learnt without it, and the pipeline has what was learnt from all, so these scores would not gate it; measure the pipeline on questions that it was not learnt from, and gate it with those"
                        .formatted(factor, level, arm.name(), result.set()));
              }
            });
  }

  /** For people: the arm, what it was chosen by, and what it was chosen among. */
  @Override
  public String toString() {
    return "%s by %s on %s, the simplest of %s"
        .formatted(arm.name(), choice.metric(), result.set(), choice.indistinguishable());
  }
}
