package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.text.Decimals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a run would do. Immutable.
 *
 * <p>Calls that {@linkplain Experiment.Builder#explain explain} wrong answers are not in it: which
 * answers are wrong shows in the run. For each there are a few more calls of the generator, and of
 * the stages that lost its evidence.
 *
 * @param arms their names
 * @param questions how many each is asked
 * @param stages what each stage has to do, by its step in the pipeline, in their order
 */
public record Plan(List<String> arms, int questions, Map<String, Step> stages) {
  /** Copies the names. */
  public Plan {
    arms = List.copyOf(arms);
  }

  /**
   * What one stage has to do.
   *
   * @param calls how often it would be called at most: two ways that turn out to reach the same
   *     input need one call. The queries of an expander that has not run yet count as one
   * @param memoised how many of its results are in the memo
   * @param time what these calls took on average when they were measured; empty if one of the
   *     stages never was
   * @param cost what they cost on average; empty if nothing would be called
   */
  public record Step(long calls, long memoised, Optional<Duration> time, Optional<Cost> cost) {}

  /** How often stages would be called at most. */
  public long calls() {
    return stages.values().stream().mapToLong(Step::calls).sum();
  }

  /** How long that would take; empty if a stage that would be called was never measured. */
  public Optional<Duration> time() {
    Duration sum = Duration.ZERO;
    for (Step step : stages.values()) {
      if (step.calls() > 0) {
        if (step.time().isEmpty()) {
          return Optional.empty();
        }
        sum = sum.plus(step.time().get());
      }
    }
    return Optional.of(sum);
  }

  /** What all calls would cost; empty if nothing would be called. */
  public Optional<Cost> cost() {
    return stages.values().stream().flatMap(step -> step.cost().stream()).reduce(Cost::plus);
  }

  /** For people: the size, a line for each stage, the time and the cost or "unknown". */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add(
        Decimals.counted(arms.size(), "arm") + ", " + Decimals.counted(questions, "question"));
    stages.forEach(
        (stage, step) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "  %-9s at most %,d call%s, %,d in the memo, %s",
                    stage,
                    step.calls(),
                    step.calls() == 1 ? "" : "s",
                    step.memoised(),
                    told(step.time()))));
    lines.add("  in all    " + told(time()));
    lines.add("  cost      " + cost().map(Cost::toString).orElse("nothing"));
    return String.join("\n", lines);
  }

  private static String told(Optional<Duration> time) {
    return time.map(known -> String.format(Locale.ROOT, "about %.1f s", known.toNanos() / 1e9))
        .orElse("time unknown");
  }
}
