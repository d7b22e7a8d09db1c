package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Holm;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Proportion;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.eval.stats.SignFlipTest;
import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Turns what probes and neighbouring arms showed into {@link Advice}. The rules for one question
 * are {@link ChangeRules}; here they are counted, and compared with what was measured.
 */
final class Advisor {
  private static final Map<String, PipelineChange> BY_FACTOR =
      Map.ofEntries(
          Map.entry(Factor.EXPANDER.name(), PipelineChange.RETRIEVER),
          Map.entry(Factor.RETRIEVER.name(), PipelineChange.RETRIEVER),
          Map.entry(Factor.FILTER.name(), PipelineChange.FILTER),
          Map.entry(Factor.FUSION.name(), PipelineChange.RETRIEVER),
          Map.entry(Factor.RERANKER.name(), PipelineChange.RERANKER),
          Map.entry(Factor.RERANK_DEPTH.name(), PipelineChange.RETRIEVAL_DEPTH),
          Map.entry(Factor.TOP_K.name(), PipelineChange.RETRIEVAL_DEPTH),
          Map.entry(Factor.GATE.name(), PipelineChange.GATE),
          Map.entry(Factor.FALLBACK.name(), PipelineChange.RETRIEVER),
          Map.entry(Factor.FALLBACK_FUSION.name(), PipelineChange.RETRIEVER),
          Map.entry(Factor.CONTEXT.name(), PipelineChange.CONTEXT_BUDGET),
          Map.entry(Factor.PROMPT.name(), PipelineChange.PROMPT),
          Map.entry(Factor.GENERATOR.name(), PipelineChange.BIGGER_MODEL));

  private final ExperimentResult result;
  private final ArmResult arm;
  private final Attribution why;
  private final Attribution.OfArm wrong;
  private final Resampling resampling;
  private final double[] right; // 1, 0, or NaN without a score
  private final ChangeCost.PerQuestion now;

  private Advisor(ExperimentResult result, String armName) {
    this.result = result;
    this.arm = result.arm(armName);
    this.why = result.whyWrong();
    this.wrong = why.arm(armName);
    this.resampling = result.header().resampling();
    this.right = right(arm);
    this.now =
        ChangeCost.PerQuestion.of(arm.outcomes().stream().map(QuestionOutcome::stages).toList());
  }

  static Advice of(ExperimentResult result, String arm) {
    return new Advisor(result, arm).advice();
  }

  /** A change before it is compared with the others. */
  private record Draft(
      PipelineChange kind,
      String change,
      Advice.Basis basis,
      List<String> fixed,
      List<String> broken,
      Estimate gain,
      double pValue,
      String evidence,
      ChangeCost cost) {}

  private Advice advice() {
    List<Draft> drafts = new ArrayList<>(measured());
    drafts.addAll(fromProbes());
    double[] adjusted = Holm.adjusted(drafts.stream().mapToDouble(Draft::pValue).toArray());
    List<Advice.Option> options = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      Draft draft = drafts.get(i);
      boolean supported = adjusted[i] <= 1 - resampling.level() && draft.gain().value() > 0;
      options.add(
          new Advice.Option(
              new Advice.Option.Values(
                  draft.kind(),
                  draft.change(),
                  draft.basis(),
                  draft.fixed(),
                  draft.broken(),
                  draft.gain(),
                  adjusted[i],
                  draft.evidence(),
                  draft.cost(),
                  supported)));
    }
    options.sort(
        Comparator.comparing(Advice.Option::supported)
            .thenComparing(option -> option.basis() != Advice.Basis.CEILING)
            .thenComparingDouble(option -> option.gain().interval().low())
            .thenComparingDouble(option -> option.gain().value())
            .reversed()
            .thenComparing(Advice.Option::kind));
    List<Advice.Option> rivals =
        options.stream()
            .filter(Advice.Option::supported)
            .filter(option -> option.kind() != options.getFirst().kind())
            .filter(option -> !isLess(option, options.getFirst()))
            .toList();
    return new Advice(
        arm.name(), wrong.scored(), wrong.wrong().size(), options, rivals, resampling.level());
  }

  /** Whether a change wins less than another, over the questions on which they differ. */
  private boolean isLess(Advice.Option option, Advice.Option first) {
    Map<String, Integer> more = new LinkedHashMap<>();
    first.fixed().forEach(id -> more.merge(id, 1, Integer::sum));
    first.broken().forEach(id -> more.merge(id, -1, Integer::sum));
    option.fixed().forEach(id -> more.merge(id, -1, Integer::sum));
    option.broken().forEach(id -> more.merge(id, 1, Integer::sum));
    double[] signs =
        more.values().stream().filter(won -> won != 0).mapToDouble(Integer::doubleValue).toArray();
    return signs.length > 0
        && Arrays.stream(signs).sum() > 0
        && SignFlipTest.pValue(signs, resampling) <= 1 - resampling.level();
  }

  private double[] right(ArmResult of) {
    double[] scores = of.metric(why.metric()).values();
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Double.isNaN(scores[i]) ? Double.NaN : scores[i] >= why.right() ? 1 : 0;
    }
    return scores;
  }

  /** What each arm that differs in one factor alone is worth beside this one. */
  private List<Draft> measured() {
    List<Draft> drafts = new ArrayList<>();
    for (ArmResult other : result.arms()) {
      List<String> differing =
          arm.levels().entrySet().stream()
              .filter(level -> !level.getValue().equals(other.levels().get(level.getKey())))
              .map(Map.Entry::getKey)
              .toList();
      if (differing.size() == 1 && !other.levels().isEmpty()) {
        measured(other, differing.getFirst(), drafts);
      }
    }
    return drafts;
  }

  private void measured(ArmResult other, String factor, List<Draft> drafts) {
    double[] theirs = right(other);
    List<double[]> pairs = new ArrayList<>();
    List<String> fixed = new ArrayList<>();
    List<String> broken = new ArrayList<>();
    for (int i = 0; i < right.length; i++) {
      if (!Double.isNaN(right[i]) && !Double.isNaN(theirs[i])) {
        pairs.add(new double[] {theirs[i], right[i]});
        if (theirs[i] > right[i]) {
          fixed.add(result.questions().get(i).id());
        } else if (theirs[i] < right[i]) {
          broken.add(result.questions().get(i).id());
        }
      }
    }
    if (fixed.size() <= broken.size()) {
      return;
    }
    String learnt = result.settings().get(Lessons.setting(factor, String.valueOf(other.levels().get(factor))));
    PairedComparison paired =
        PairedComparison.of(
            pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
            pairs.stream().mapToDouble(pair -> pair[1]).toArray(),
            resampling);
    drafts.add(
        new Draft(
            learnt == null
                ? BY_FACTOR.getOrDefault(factor, PipelineChange.RETRIEVER)
                : PipelineChange.LEARN,
            "%s %s instead of %s"
                .formatted(factor, other.levels().get(factor), arm.levels().get(factor)),
            Advice.Basis.MEASURED,
            fixed,
            broken,
            new Estimate(paired.difference(), paired.interval()),
            paired.pValue(),
            String.format(
                Locale.ROOT, "it turns %d answers right and %d wrong", fixed.size(), broken.size()),
            new ChangeCost(
                learnt == null ? "" : "learnt in " + learnt,
                now,
                ChangeCost.PerQuestion.of(
                    other.outcomes().stream().map(QuestionOutcome::stages).toList()))));
  }

  private List<Draft> fromProbes() {
    ChangeRules rules =
        new ChangeRules(result, arm, Arrays.stream(right).filter(one -> one == 1).count());
    Map<ChangeRules.Rule, List<QuestionOutcome>> byRule = new LinkedHashMap<>();
    for (QuestionOutcome outcome : arm.outcomes()) {
      Probe probe = outcome.probe();
      if (probe != null) {
        for (ChangeRules.Rule rule : rules.of(outcome, probe)) {
          byRule.computeIfAbsent(rule, r -> new ArrayList<>()).add(outcome);
        }
      }
    }
    List<Draft> drafts = new ArrayList<>();
    byRule.forEach((rule, questions) -> drafts.add(draft(rule, questions)));
    return drafts;
  }

  private Draft draft(ChangeRules.Rule rule, List<QuestionOutcome> questions) {
    List<String> fixed = questions.stream().map(QuestionOutcome::questionId).toList();
    double[] ones = new double[fixed.size()];
    Arrays.fill(ones, 1);
    List<List<StageTime>> repaired =
        questions.stream()
            .flatMap(
                outcome ->
                    outcome.probe() == null
                        ? Stream.empty()
                        : outcome.probe().trial(Probe.Given.REPAIRED).stream())
            .map(Probe.Trial::stages)
            .toList();
    boolean tried = rule.basis() == Advice.Basis.REPAIRED;
    return new Draft(
        rule.kind(),
        rule.change(),
        rule.basis(),
        fixed,
        List.of(),
        Proportion.wilson(fixed.size(), wrong.scored(), resampling.level()),
        SignFlipTest.pValue(ones, resampling),
        String.format(
            Locale.ROOT,
            "%d of %d wrong answers: %s%s",
            fixed.size(),
            wrong.wrong().size(),
            rule.because(),
            rule.kind() == PipelineChange.FINE_TUNE ? besideRetrieval(fixed.size()) : ""),
        new ChangeCost(rule.once(), now, tried ? ChangeCost.PerQuestion.of(repaired) : null));
  }

  /** Whether training, which changes how is answered, would mend more than all of retrieval. */
  private String besideRetrieval(int questions) {
    int lost = wrong.causes().getOrDefault(Cause.RETRIEVAL_FAILED, List.of()).size();
    double[] signs = new double[questions + lost];
    Arrays.fill(signs, 0, questions, 1);
    Arrays.fill(signs, questions, signs.length, -1);
    double pValue = SignFlipTest.pValue(signs, resampling);
    return String.format(
        Locale.ROOT,
        "; of %d others retrieval lost the evidence (p %s): %s",
        lost,
        Decimals.pValue(pValue),
        pValue > 1 - resampling.level()
            ? "which comes first is not told"
            : questions > lost
                ? "training comes before retrieval"
                : "retrieval comes before training");
  }
}
