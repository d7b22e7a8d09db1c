package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.experiment.Advice.Basis;
import dev.ragwright.experiment.Probe.Given;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which change the probe of one question speaks for. Few rules, each from an intervention that
 * turned the answer right, or showed that none could:
 *
 * <ul>
 *   <li>Evidence that is not indexed, filtered or cut apart speaks for the index, the filter, the
 *       cut.
 *   <li>Where the stage that lost it was repaired, and the answer turned right, for that stage's
 *       setting.
 *   <li>Evidence below depth that reading four times topK does not bring to an answer: for a
 *       reranker where there is none and the evidence is deep enough to be given to one; else for
 *       the retriever. Where no reranker follows and the retriever found it, also for learning from
 *       judgments to rank, unless that was tried: then it stands among the arms.
 *   <li>A repair that did not turn the answer right speaks for nothing: what it let in harms as
 *       much.
 *   <li>Evidence that was read, and is enough alone: for the prompt, which says what to do with
 *       evidence and with what stands beside it.
 *   <li>Gold evidence that the generator abstains from, as it did from what the pipeline gave it:
 *       for its threshold, or what its prompt says of when to abstain. Where it answered in the
 *       pipeline, abstaining less would not change that answer.
 *   <li>Gold evidence that changes nothing, since the answer is the one without any: for the
 *       prompt, too, as it is not read.
 *   <li>Gold evidence that does not bring it to the answer otherwise: for another generator, unless
 *       one was tried that failed as well. Then size does not help, and training may.
 *   <li>An answer from gold evidence that has a reference answer in it, and is wrong all the same:
 *       its form is, not what it knows. That is for the prompt, for another generator, or for
 *       training; where another generator has failed as well, for training alone.
 * </ul>
 *
 * <p>An answer that is right without a context speaks for none of these.
 */
final class ChangeRules {
  private static final SubstringAccuracy HOLDS = SubstringAccuracy.create();
  private static final String FORM =
      "with the gold evidence the answer has a reference answer in it: its form is wrong, not what it knows";
  private static final String TOO_LOW =
      "the answer is right with a passage that is found, but too low to be read";
  private static final String INDEX_AGAIN = "the corpus is indexed again, which takes unknown time";

  private final ExperimentResult result;
  private final ArmResult arm;
  private final String training;

  /**
   * Of an arm.
   *
   * @param right how many right answers it has, to train with
   */
  ChangeRules(ExperimentResult result, ArmResult arm, long right) {
    this.result = result;
    this.arm = arm;
    this.training =
        String.format(
            Locale.ROOT,
            "training, at an unknown price, on right answers, of which this arm has %d",
            right);
  }

  /** A kind of change with what speaks for it; equal for the questions for which it is the same. */
  record Rule(PipelineChange kind, String change, Basis basis, String because, String once) {}

  /** The rules that the question's probe falls under; none if it speaks for nothing. */
  List<Rule> of(QuestionOutcome outcome, Probe probe) {
    return switch (probe.cause()) {
      case RETRIEVAL_FAILED -> lost(probe, probe.lost().orElseThrow());
      case MISUSED_EVIDENCE ->
          gold(
              PipelineChange.PROMPT,
              "the evidence was read, and the answer is right when nothing stands beside it",
              "a prompt is written and tried");
      case GENERATION_FAILED -> generation(outcome, probe);
      case QUESTION_OR_GOLD_AT_FAULT ->
          List.of(
              ceiling(
                  PipelineChange.EVAL_SET,
                  "the gold documents do not have the gold answer",
                  "somebody reads the questions"));
      case NOT_NEEDED, UNTESTED -> List.of();
    };
  }

  private List<Rule> lost(Probe probe, Probe.EvidencePath lost) {
    boolean repaired = probe.right(Given.REPAIRED);
    return switch (Objects.requireNonNull(lost.loss())) {
      case NOT_INDEXED ->
          gold(
              PipelineChange.INDEX_CONTENT,
              "the answer is right with the document, which is not indexed",
              INDEX_AGAIN);
      case FILTERED ->
          gold(
              PipelineChange.FILTER,
              "the answer is right with a passage that is not found by its own words",
              "");
      case CUT_APART ->
          gold(
              PipelineChange.CHUNKING,
              "the answer is right with the stretch of the document that its passages cut apart",
              INDEX_AGAIN);
      case BELOW_DEPTH -> repaired ? deeper() : notRanked(lost.rank());
      case RERANKED_AWAY ->
          repaired(repaired, PipelineChange.RERANKER, "the answer is right without the reranker");
      case GATED -> repaired(repaired, PipelineChange.GATE, "the answer is right without the gate");
      case DROPPED_BY_DEDUPE ->
          repaired(
              repaired,
              PipelineChange.DEDUPLICATION,
              "the answer is right when repetitions are left in the context");
      case CUT_BY_BUDGET ->
          repaired(
              repaired,
              PipelineChange.CONTEXT_BUDGET,
              "the answer is right when the budget is lifted");
    };
  }

  private List<Rule> deeper() {
    int deep = Repair.DEEPER * arm.topK();
    return List.of(
        new Rule(
            PipelineChange.RETRIEVAL_DEPTH,
            String.format(Locale.ROOT, "read %d passages instead of %d", deep, arm.topK()),
            Basis.REPAIRED,
            String.format(Locale.ROOT, "the answer is right when %d passages are read", deep),
            ""));
  }

  private List<Rule> notRanked(@Nullable Integer rank) {
    boolean reranked = arm.stages().containsKey(Factor.RERANKER.name());
    int place = rank == null || reranked ? Integer.MAX_VALUE : rank; // that the retriever gave it
    List<Rule> rules = new ArrayList<>();
    if (place <= Grid.DEFAULT_RERANK_DEPTH) {
      rules.add(
          new Rule(
              PipelineChange.RERANKER,
              "a reranker over the first " + Grid.DEFAULT_RERANK_DEPTH,
              Basis.GOLD,
              TOO_LOW,
              "a reranker is chosen"));
    } else {
      rules.addAll(
          gold(
              PipelineChange.RETRIEVER,
              "the answer is right with a passage that is found far too low, or not at all",
              "a retriever is chosen, and may need another index"));
    }
    if (place <= result.depth() && !Lessons.tried(result, Factor.RETRIEVER)) {
      rules.addAll(gold(PipelineChange.LEARN, TOO_LOW, learning()));
    }
    return rules;
  }

  private String learning() {
    long judged =
        result.judgments().judgments().values().stream().filter(j -> j.atLeast(1) > 0).count();
    return String.format(
        Locale.ROOT,
        "learnt from the %d judged questions at hand, in CPU-seconds that nobody has measured here",
        judged);
  }

  private static List<Rule> repaired(boolean repaired, PipelineChange kind, String because) {
    return repaired
        ? List.of(new Rule(kind, kind.inWords(), Basis.REPAIRED, because, ""))
        : List.of();
  }

  private static List<Rule> gold(PipelineChange kind, String because, String once) {
    return List.of(new Rule(kind, kind.inWords(), Basis.GOLD, because, once));
  }

  private static Rule ceiling(PipelineChange kind, String because, String once) {
    return new Rule(kind, kind.inWords(), Basis.CEILING, because, once);
  }

  private List<Rule> generation(QuestionOutcome outcome, Probe probe) {
    String with = answer(probe, Given.DOCUMENT).or(() -> answer(probe, Given.GOLD)).orElse(null);
    if (with == null && outcome.abstention() != null) {
      return List.of(
          ceiling(
              PipelineChange.ABSTENTION,
              "the generator abstains, also from the gold evidence; what it would answer is not known",
              ""));
    }
    if (with != null && answer(probe, Given.NOTHING).filter(with::equals).isPresent()) {
      return List.of(
          ceiling(
              PipelineChange.PROMPT,
              "with the gold evidence the answer is, word for word, that without any",
              "a prompt is written and tried"));
    }
    boolean form = with != null && isReference(outcome.questionId(), with);
    if (othersFailed(outcome.questionId())) {
      return List.of(
          ceiling(
              PipelineChange.FINE_TUNE,
              form ? FORM : "no generator that was tried answers it from the gold evidence",
              training));
    }
    Rule bigger =
        ceiling(
            PipelineChange.BIGGER_MODEL,
            "the gold evidence does not bring it to the answer; no other generator was tried and failed",
            "a model is chosen, and tried in an arm");
    return form
        ? List.of(
            ceiling(PipelineChange.PROMPT, FORM, "a prompt is written and tried"),
            bigger,
            ceiling(PipelineChange.FINE_TUNE, FORM, training))
        : List.of(bigger);
  }

  /** Whether an answer has a reference answer in it. */
  private boolean isReference(String id, String answer) {
    List<String> references =
        result.questions().stream()
            .filter(question -> question.id().equals(id))
            .map(Question::answers)
            .findFirst()
            .orElseThrow();
    return HOLDS.evaluate(id, references, answer, CallContext.unbounded()).value().orElse(0) >= 1;
  }

  private static Optional<String> answer(Probe probe, Given given) {
    return probe.trial(given).map(Probe.Trial::answer);
  }

  /** Whether arms with another generator have the same question wrong for the same cause. */
  private boolean othersFailed(String question) {
    String generator = arm.stages().get(Factor.GENERATOR.name());
    List<QuestionOutcome> others =
        result.arms().stream()
            .filter(
                other -> !Objects.equals(other.stages().get(Factor.GENERATOR.name()), generator))
            .flatMap(other -> other.outcomes().stream())
            .filter(outcome -> outcome.questionId().equals(question))
            .toList();
    return !others.isEmpty()
        && others.stream()
            .map(QuestionOutcome::probe)
            .allMatch(probe -> probe != null && probe.cause() == Cause.GENERATION_FAILED);
  }
}
