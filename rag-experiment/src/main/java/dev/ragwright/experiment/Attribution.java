package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Proportion;
import dev.ragwright.text.Decimals;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why answers are wrong, and which stage lost the evidence where that is why: counts of what each
 * question's interventions showed. Immutable.
 *
 * @param metric the metric of answers that decides
 * @param right the least score of a right answer
 * @param arms in the order of the result
 */
public record Attribution(String metric, double right, List<OfArm> arms) {
  /** Copies the arms. */
  public Attribution {
    arms = List.copyOf(arms);
  }

  /**
   * One arm's wrong answers.
   *
   * @param name the arm's
   * @param scored how many questions the metric says something of: the denominator of all shares
   * @param failed how many questions a stage threw on; they are not among these
   * @param wrong the questions with a wrong answer, or none, in the result's order
   * @param level of the intervals
   */
  public record OfArm(String name, int scored, int failed, List<Wrong> wrong, double level) {
    /** Copies the list. */
    public OfArm {
      wrong = List.copyOf(wrong);
    }

    /** The questions by cause, without the causes that no question has, in the enum's order. */
    public Map<Cause, List<Wrong>> causes() {
      Map<Cause, List<Wrong>> causes = new EnumMap<>(Cause.class);
      wrong.forEach(one -> causes.computeIfAbsent(one.cause(), c -> new ArrayList<>()).add(one));
      return Collections.unmodifiableMap(causes);
    }

    /** The questions of failed retrieval by the stage that lost the evidence, in its order. */
    public Map<EvidenceLoss, List<Wrong>> losses() {
      Map<EvidenceLoss, List<Wrong>> losses = new EnumMap<>(EvidenceLoss.class);
      for (Wrong one : wrong) {
        EvidenceLoss loss = one.lost().map(Probe.EvidencePath::loss).orElse(null);
        if (loss != null) {
          losses.computeIfAbsent(loss, l -> new ArrayList<>()).add(one);
        }
      }
      return Collections.unmodifiableMap(losses);
    }

    /**
     * So many questions as a share of those scored, with Wilson's interval.
     *
     * @throws IllegalStateException if no question is scored
     */
    public Estimate share(int questions) {
      if (scored == 0) {
        throw new IllegalStateException("no question of the arm " + name + " is scored");
      }
      return Proportion.wilson(questions, scored, level);
    }

    /** For people: {@code 18 of 60 wrong: 10 retrieval failed ...}, a line for each count. */
    @Override
    public String toString() {
      List<String> lines = new ArrayList<>();
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: %d of %d answers are wrong%s",
              name,
              wrong.size(),
              scored,
              failed == 0
                  ? ""
                  : "; a stage failed on " + Decimals.counted(failed, "more question")));
      causes()
          .forEach(
              (cause, questions) -> {
                lines.add(line("  ", cause, questions.size()));
                if (cause == Cause.RETRIEVAL_FAILED) {
                  losses().forEach((loss, lost) -> lines.add(line("    ", loss, lost.size())));
                }
              });
      return String.join("\n", lines);
    }

    private String line(String indent, Enum<?> name, int questions) {
      Estimate share = share(questions);
      return String.format(
              Locale.ROOT,
              "%s%-26s %4d  %5s %% [%s, %s]",
              indent,
              Words.of(name),
              questions,
              percent(share.value()),
              percent(share.interval().low()),
              percent(share.interval().high()))
          .stripTrailing();
    }

    private static String percent(double share) {
      return Decimals.fixed(100 * share, 1);
    }
  }

  /**
   * A question with a wrong answer.
   *
   * @param lost the gold document whose loss is to blame; empty unless retrieval is
   */
  public record Wrong(String questionId, Cause cause, Optional<Probe.EvidencePath> lost) {}

  /** Reads the probes of a result. */
  static Attribution of(ExperimentResult result) {
    String metric = result.settings().get(Explanation.METRIC);
    String right = result.settings().get(Explanation.RIGHT);
    if (metric == null || right == null) {
      throw new IllegalStateException(
          "the result does not say why answers are wrong; run the experiment with explain(...)");
    }
    List<OfArm> arms =
        result.arms().stream()
            .map(arm -> of(arm, metric, result.header().resampling().level()))
            .toList();
    return new Attribution(metric, Double.parseDouble(right), arms);
  }

  private static OfArm of(ArmResult arm, String metric, double level) {
    List<Wrong> wrong = new ArrayList<>();
    for (QuestionOutcome outcome : arm.outcomes()) {
      Probe probe = outcome.probe();
      if (probe != null) {
        wrong.add(new Wrong(outcome.questionId(), probe.cause(), probe.lost()));
      }
    }
    return new OfArm(
        arm.name(), arm.metric(metric).scored(), arm.metric(metric).failed(), wrong, level);
  }

  /**
   * One arm's wrong answers.
   *
   * @throws IllegalArgumentException if there is no such arm, naming what there is
   */
  public OfArm arm(String name) {
    Map<String, OfArm> byName = new LinkedHashMap<>();
    arms.forEach(arm -> byName.put(arm.name(), arm));
    OfArm arm = byName.get(name);
    if (arm == null) {
      throw new IllegalArgumentException(
          "there is no arm \"%s\"; there are %s".formatted(name, byName.keySet()));
    }
    return arm;
  }

  /** For people: the counts of each arm, as shares of the questions scored. */
  @Override
  public String toString() {
    return "right: %s of %s or more%n%n".formatted(metric, right)
        + arms.stream().map(OfArm::toString).collect(Collectors.joining("\n\n"));
  }
}
