package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.Town.Fault;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.testkit.FakeRetriever;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributionTest {
  @TempDir Path folder;

  private static final Map<Fault, EvidenceLoss> LOSSES =
      Map.of(
          Fault.NOT_INDEXED, EvidenceLoss.NOT_INDEXED,
          Fault.FILTERED, EvidenceLoss.FILTERED,
          Fault.CUT_APART, EvidenceLoss.CUT_APART,
          Fault.TOO_DEEP, EvidenceLoss.BELOW_DEPTH,
          Fault.UNRANKED, EvidenceLoss.BELOW_DEPTH,
          Fault.RERANKED_AWAY, EvidenceLoss.RERANKED_AWAY,
          Fault.OVER_BUDGET, EvidenceLoss.CUT_BY_BUDGET,
          Fault.DUPLICATE, EvidenceLoss.DROPPED_BY_DEDUPE);

  private static Cause cause(Fault fault) {
    return switch (fault) {
      case MISREAD, IGNORED -> Cause.GENERATION_FAILED;
      case CONFUSED -> Cause.MISUSED_EVIDENCE;
      case MISLED -> Cause.NOT_NEEDED;
      case WRONG_GOLD -> Cause.QUESTION_OR_GOLD_AT_FAULT;
      default -> Cause.RETRIEVAL_FAILED;
    };
  }

  private static Town town() {
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      faults.addAll(List.of(Fault.values()));
    }
    return new Town(7, faults);
  }

  @Test
  void namesEachPlantedFaultAndTheStageThatLostTheEvidence() {
    Town town = town();
    ExperimentResult result = town.experiment().build().run(Progress.none());
    List<QuestionOutcome> outcomes = result.arms().getFirst().outcomes();
    for (int i = 0; i < outcomes.size(); i++) {
      Fault fault = town.faults().get(i);
      Probe probe = outcomes.get(i).probe();
      if (fault == Fault.NONE) {
        assertThat(probe).isNull();
        continue;
      }
      Probe tried = Objects.requireNonNull(probe, () -> fault + " is not seen");
      assertThat(tried.cause()).as("%s: %s", fault, tried).isEqualTo(cause(fault));
      assertThat(tried.lost().map(Probe.EvidencePath::loss).orElse(null))
          .as("%s: %s", fault, tried)
          .isEqualTo(LOSSES.get(fault));
    }
    assertThat(rank(outcomes, town, Fault.TOO_DEEP)).isEqualTo(6);
    assertThat(rank(outcomes, town, Fault.UNRANKED)).isEqualTo(151); // asked deeper than 100
  }

  private static Integer rank(List<QuestionOutcome> outcomes, Town town, Fault fault) {
    Probe probe = Objects.requireNonNull(outcomes.get(town.faults().indexOf(fault)).probe());
    return Objects.requireNonNull(probe.lost().orElseThrow().rank());
  }

  @Test
  void aStageThatIsRepairedTurnsTheAnswerRight() {
    Town town = town();
    ExperimentResult result = town.experiment().build().run(Progress.none());
    for (Fault fault :
        List.of(Fault.TOO_DEEP, Fault.RERANKED_AWAY, Fault.OVER_BUDGET, Fault.DUPLICATE)) {
      QuestionOutcome outcome =
          result.arms().getFirst().outcomes().get(town.faults().indexOf(fault));
      assertThat(Objects.requireNonNull(outcome.probe()).trial(Probe.Given.REPAIRED))
          .as("%s", fault)
          .hasValueSatisfying(trial -> assertThat(trial.right()).isTrue());
    }
  }

  @Test
  void countsAsSharesOfTheQuestionsScoredWithWilsonsInterval() {
    Attribution why = town().experiment().build().run(Progress.none()).whyWrong();
    Attribution.OfArm arm = why.arm("fixed");
    assertThat(arm.scored()).isEqualTo(56);
    assertThat(arm.wrong()).hasSize(52);
    assertThat(arm.causes().get(Cause.RETRIEVAL_FAILED)).hasSize(32);
    assertThat(arm.losses().get(EvidenceLoss.BELOW_DEPTH)).hasSize(8);
    assertThat(why.toString())
        .startsWith("right: em of 1.0 or more\n\nfixed: 52 of 56 answers are wrong\n")
        .contains("  retrieval failed             32   57.1 % [44.1, 69.2]\n")
        .contains("    cut by budget                 4    7.1 % [2.8, 17.0]\n");
    assertThatThrownBy(() -> why.arm("x")).hasMessage("there is no arm \"x\"; there are [fixed]");
  }

  @Test
  void aFileHoldsWhatWasTriedAndASecondRunTriesNothing() {
    ExperimentResult first = town().experiment().memo(folder).build().run(Progress.none());
    assertThat(first.stageCalls().get("generate")).isGreaterThan(100);
    ExperimentResult read = ExperimentResult.read(folder.resolve(Experiment.RESULT));
    assertThat(read.arms().getFirst().outcomes()).isEqualTo(first.arms().getFirst().outcomes());
    assertThat(read.whyWrong()).isEqualTo(first.whyWrong());
    assertThat(read.nextChange()).isEqualTo(first.nextChange());
    ExperimentResult second = town().experiment().memo(folder).build().run(Progress.none());
    assertThat(second.stageCalls().values()).containsOnly(0L);
    assertThat(second.whyWrong()).isEqualTo(first.whyWrong());
  }

  private static final String ASKED = "where do ada and bob meet";

  private static Probe probe(Generator generator, Map<String, String> texts, List<String> indexed) {
    List<Document> source =
        texts.entrySet().stream().map(e -> Document.of(e.getKey(), e.getValue())).toList();
    List<Passage> passages =
        source.stream()
            .filter(document -> indexed.contains(document.id()))
            .map(document -> Passage.of(document.id(), document.text()))
            .toList();
    EvalSet set =
        EvalSet.of(
            "pair",
            List.of(new Question("q", ASKED, List.of("rome"))),
            Qrels.ofGrades(Map.of("q", Map.of("ada", 1, "bob", 1))));
    ExperimentResult result =
        Experiment.over(set)
            .fix(Factor.RETRIEVER, FakeRetriever.of(passages))
            .fix(Factor.GENERATOR, generator)
            .measure(ExactMatch.squad())
            .explain(
                Corpus.of(
                    DocumentSource.of(source),
                    id -> passages.stream().filter(p -> p.documentId().equals(id)).toList()),
                "em",
                1)
            .build()
            .run(Progress.none());
    return Objects.requireNonNull(result.arms().getFirst().outcomes().getFirst().probe());
  }

  private static final Map<String, String> PAIR =
      Map.of("ada", "ada is with bob", "bob", "bob is in rome", "noise", "ada and bob meet nobody");

  private static Generator reader(boolean needsBoth) {
    return (request, context) -> {
      List<String> read =
          request.context().evidence().stream()
              .map(Evidence::passage)
              .map(Passage::documentId)
              .toList();
      boolean enough = needsBoth ? read.contains("ada") && read.contains("bob") : !read.isEmpty();
      return Generation.of(enough && !read.contains("noise") ? "rome" : "paris");
    };
  }

  @Test
  void ofSeveralGoldDocumentsTheOneThatIsMissingIsToBlameIfTheOthersAreNotEnough() {
    Probe probe = probe(reader(true), PAIR, List.of("ada", "noise"));
    assertThat(probe.trial(Probe.Given.DOCUMENT).orElseThrow().right()).isTrue();
    assertThat(probe.cause()).isEqualTo(Cause.RETRIEVAL_FAILED);
    assertThat(probe.lost().orElseThrow())
        .isEqualTo(new Probe.EvidencePath("bob", null, EvidenceLoss.NOT_INDEXED, null));
  }

  @Test
  void ofSeveralGoldDocumentsThoseThatWereReadAreMisusedIfTheyAreEnough() {
    Probe probe = probe(reader(false), PAIR, List.of("ada", "noise"));
    assertThat(probe.trial(Probe.Given.GOLD_READ).orElseThrow().right()).isTrue();
    assertThat(probe.cause()).isEqualTo(Cause.MISUSED_EVIDENCE);
    assertThat(probe.lost()).isEmpty();
  }

  @Test
  void whatCannotBeTriedIsUntested() {
    Generator thrower =
        (request, context) -> {
          if (request.context().evidence().size() != 3) {
            throw new IllegalStateException("out of memory");
          }
          return Generation.of("paris");
        };
    Probe probe = probe(thrower, PAIR, List.of("ada", "bob", "noise"));
    assertThat(probe.cause()).isEqualTo(Cause.UNTESTED);
    assertThat(probe.trial(Probe.Given.GOLD).orElseThrow().failure())
        .isEqualTo("generate: out of memory");
  }

  @Test
  void goldDocumentsThatTheSourceDoesNotHaveAreAtFault() {
    Probe probe = probe(reader(true), Map.of("noise", "ada and bob meet"), List.of("noise"));
    assertThat(probe.cause()).isEqualTo(Cause.QUESTION_OR_GOLD_AT_FAULT);
  }

  @Test
  void refusesWhatCannotTellAWrongAnswer() {
    Town town = town();
    assertThatThrownBy(() -> town.experiment().explain(town.corpus(), "f1", 1).build())
        .hasMessage("\"f1\" is not measured; [em] are");
    assertThatThrownBy(
            () ->
                town.experiment().measure(Ndcg.at(10)).explain(town.corpus(), "ndcg@10", 1).build())
        .hasMessage(
            "the metric ndcg@10 does not look at the answer's text against reference answers, so it cannot tell a wrong one");
    assertThatThrownBy(() -> town.experiment().explain(town.corpus(), "em", 0))
        .hasMessage("the least score of a right answer must be > 0, was 0.0");
    ExperimentResult unexplained =
        Experiment.over(Fixture.set())
            .fix(Factor.RETRIEVER, Fixture.words())
            .measure(Ndcg.at(10))
            .build()
            .run(Progress.none());
    assertThat(unexplained.isExplained()).isFalse();
    assertThatThrownBy(unexplained::whyWrong)
        .hasMessage(
            "the result does not say why answers are wrong; run the experiment with explain(...)");
  }
}
