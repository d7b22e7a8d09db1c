package dev.ragwright.experiment;

import static java.math.BigDecimal.ONE;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.ragwright.Answer;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.PriceTable.ModelPrice;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.Groundedness;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.eval.ranking.ReciprocalRank;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
  @TempDir Path folder;

  private final Fixture.NoDecoys noDecoys = new Fixture.NoDecoys();
  private final Fixture.Quoting quoting = new Fixture.Quoting("quoting");
  private final QueryExpander twice =
      ((QueryExpander)
              (question, context) ->
                  Expansion.of(List.of(question, Query.of(question.text() + " place"))))
          .named("twice");

  private static <T> Map<String, T> levels(String a, T one, String b, T other) {
    Map<String, T> levels = new LinkedHashMap<>();
    levels.put(a, one);
    levels.put(b, other);
    return levels;
  }

  private Experiment.Builder grid() {
    return Experiment.over(Fixture.set())
        .vary(Factor.EXPANDER, levels("none", QueryExpander.none(), "twice", twice))
        .fix(Factor.RETRIEVER, Fixture.words())
        .vary(Factor.RERANKER, levels("none", Reranker.none(), "no-decoys", noDecoys))
        .vary(Factor.TOP_K, 1, 3)
        .vary(
            Factor.CONTEXT,
            levels(
                "all",
                ContextAssembler.builder().build(),
                "short",
                ContextAssembler.builder().budget(4).build()))
        .fix(Factor.GENERATOR, quoting)
        .measure(
            Ndcg.at(10),
            ContextRecall.create(),
            ExactMatch.squad(),
            TokenF1.squad(),
            Groundedness.lexical());
  }

  @Test
  void everyArmAnswersAsItsPipelineDoes() {
    Experiment experiment = grid().build();
    ExperimentResult result = experiment.run(Progress.none());
    assertThat(result.arms()).hasSize(16);
    for (ArmResult arm : result.arms()) {
      for (int i = 0; i < result.questions().size(); i++) {
        Answer answer = experiment.pipeline(arm.name()).ask(result.questions().get(i).text());
        QuestionOutcome outcome = arm.outcomes().get(i);
        assertThat(outcome.answer()).as(arm.name()).isEqualTo(answer.text());
        assertThat(outcome.citations()).isEqualTo(answer.citations());
        assertThat(outcome.context())
            .isEqualTo(
                answer.context().evidence().stream()
                    .flatMap(e -> e.passageIds().stream())
                    .toList());
        assertThat(outcome.dropped()).isEqualTo(answer.context().dropped());
      }
    }
  }

  @Test
  void aStageIsCalledOnceForTheSameInputInWhateverNumberOfArms() {
    ExperimentResult result = grid().build().run(Progress.none());
    int questions = Fixture.ANIMALS.size();
    assertThat(noDecoys.calls).hasValue(2 * questions); // one or two queries
    assertThat(result.stageCalls())
        .containsEntry("expand", (long) questions)
        .containsEntry("retrieve", 2L * questions)
        .containsEntry("rerank", 2L * questions)
        .containsEntry("generate", (long) quoting.calls.get());
    // 16 arms, but only as many answers as there are contexts
    assertThat(quoting.calls.get()).isLessThan(8 * questions);
  }

  @Test
  void scoresRankingsAsAnEvaluationOfTheRetrieverDoes() {
    EvalSet set = Fixture.set();
    ExperimentResult result =
        Experiment.over(set)
            .vary(Factor.RETRIEVER, Map.of("words", Fixture.words()))
            .vary(Factor.TOP_K, 1, 5)
            .measure(Ndcg.at(10), ReciprocalRank.uncut(), Recall.at(100))
            .build()
            .run(Progress.none());
    Evaluation evaluation =
        RetrievalEvaluation.of(
            set, Fixture.words(), Ndcg.at(10), ReciprocalRank.uncut(), Recall.at(100));
    for (ArmResult arm : result.arms()) {
      for (MetricResult metric : arm.metrics()) {
        assertThat(metric.mean()).isEqualTo(evaluation.mean(metric.metric()));
        assertThat(metric.interval().orElseThrow().contains(metric.mean().orElseThrow())).isTrue();
      }
    }
  }

  @Test
  void depthBelowTheRerankerIsRankedBelowIt() {
    ExperimentResult result =
        Experiment.over(Fixture.set())
            .vary(Factor.RERANKER, Map.of("no-decoys", noDecoys))
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(Factor.RERANK_DEPTH, 2)
            .fix(Factor.TOP_K, 1)
            .measure(Recall.at(100))
            .build()
            .run(Progress.none());
    QuestionOutcome outcome = result.arms().getFirst().outcomes().getFirst();
    assertThat(outcome.ranked()).containsExactly("cat", "decoy-cat");
    assertThat(outcome.retrieved()).startsWith("decoy-cat", "cat").hasSize(16);
    assertThat(result.arms().getFirst().metric("recall@100").mean().orElseThrow()).isEqualTo(1);
  }

  @Test
  void anArmThatThrowsHasItsRowAndTheOthersGoOn() {
    Generator broken =
        (request, context) -> {
          throw new IllegalStateException("no model");
        };
    ExperimentResult result =
        Experiment.over(Fixture.set())
            .fix(Factor.RETRIEVER, Fixture.words())
            .vary(Factor.GENERATOR, levels("broken", broken, "quoting", quoting))
            .measure(Ndcg.at(10), TokenF1.squad())
            .build()
            .run(Progress.none());
    ArmResult failed = result.arm("broken");
    assertThat(failed.failure()).contains("generate: no model");
    assertThat(failed.metric("f1").failed()).isEqualTo(8);
    assertThat(failed.metric("f1").mean()).isEmpty();
    assertThat(failed.metric("ndcg@10").scored()).isEqualTo(8);
    assertThat(failed.metric("f1").score(0)).isInstanceOf(Score.Failed.class);
    assertThat(result.arm("quoting").failure()).isEmpty();
    assertThat(result.arm("quoting").answered()).isEqualTo(8);
    assertThat(result.toString().lines()).element(2, as(STRING)).matches("arm +ndcg@10 +f1");
    assertThat(result.toString().lines())
        .element(3, as(STRING))
        .matches("broken +0\\.\\d{3} ±\\.\\d{3} +- +failed: generate: no model");
  }

  @Test
  void anArmWhoseFusionOrCounterOrDescriptionThrowsIsNotTheEndOfTheRunEither() {
    RankFusion noFusion =
        (rankings, topK) -> {
          throw new IllegalStateException("no fusion");
        };
    Generator closed =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            return Generation.of("never");
          }

          @Override
          public TokenCounter tokenCounter() {
            throw new IllegalStateException("the model is closed");
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("generator", "closed");
          }
        };
    Generator undescribed =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            return Generation.of("never");
          }

          @Override
          public StageDescription description() {
            throw new IllegalStateException("no description");
          }
        };
    Map<String, Generator> generators = new LinkedHashMap<>();
    generators.put("closed", closed);
    generators.put("undescribed", undescribed);
    generators.put("quoting", quoting);
    QueryExpander two = (question, context) -> Expansion.of(List.of(question, Query.of("cat")));
    ExperimentResult result =
        Experiment.over(Fixture.set())
            .fix(Factor.RETRIEVER, Fixture.words())
            .vary(Factor.EXPANDER, levels("none", QueryExpander.none(), "two", two))
            .fix(Factor.FUSION, noFusion)
            .vary(Factor.GENERATOR, generators)
            .measure(Ndcg.at(10))
            .build()
            .run(Progress.none());
    assertThat(result.arms())
        .extracting(arm -> arm.failure().orElse("none"))
        .containsExactly(
            "context: the model is closed",
            "retrieve: no description",
            "none",
            "fuse: no fusion",
            "retrieve: no description",
            "fuse: no fusion");
  }

  @Test
  void aQuestionWithoutGoldCountsForWhatNeedsNone() {
    EvalSet set =
        EvalSet.of(
            "mixed",
            List.of(
                new Question("q1", "where does the cat live", List.of()),
                new Question("q2", "xyzzy", List.of("x"))),
            Qrels.ofGrades(Map.of("q2", Map.of("cat", 1))));
    ArmResult arm =
        Experiment.over(set)
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(Factor.GENERATOR, quoting)
            .measure(Ndcg.at(10), TokenF1.squad(), Groundedness.lexical())
            .build()
            .run(Progress.none())
            .arms()
            .getFirst();
    assertThat(arm.metric("ndcg@10").notApplicable()).isEqualTo(1);
    assertThat(arm.metric("f1").notApplicable()).isEqualTo(1);
    assertThat(arm.metric("groundedness-lexical").scored()).isEqualTo(1);
    assertThat(arm.abstained()).isEqualTo(1); // nothing is found for xyzzy
    assertThat(arm.metric("f1").mean().orElseThrow()).isZero();
  }

  @Test
  void aFileHoldsTheResult() throws IOException {
    ExperimentResult result = grid().build().run(Progress.none());
    Path file = folder.resolve("result.json");
    result.writeJson(file);
    ExperimentResult read = ExperimentResult.read(file);
    Path again = folder.resolve("again.json");
    read.writeJson(again);
    assertThat(again).hasSameTextualContentAs(file);
    assertThat(read.toString()).isEqualTo(result.toString());
    assertThat(read.arms().getLast().outcomes()).isEqualTo(result.arms().getLast().outcomes());
    assertThat(read.judgments()).isEqualTo(result.judgments());
    Files.writeString(again, "\uFEFF" + Files.readString(file));
    assertThat(ExperimentResult.read(again).toString()).isEqualTo(result.toString());
  }

  @Test
  void aBudgetEndsTheRunWithTheQuestionsThatAllArmsWereAsked() {
    ExperimentResult result =
        grid().budget(Budget.unlimited().withCalls(60)).build().run(Progress.none());
    assertThat(result.stopped()).contains("the budget of 60 calls is spent");
    assertThat(result.questions()).hasSizeBetween(1, 7);
    assertThat(result.arms())
        .allSatisfy(arm -> assertThat(arm.outcomes()).hasSameSizeAs(result.questions()));
    assertThatThrownBy(
            () -> grid().budget(Budget.unlimited().withCalls(3)).build().run(Progress.none()))
        .hasMessage(
            "the budget of 3 calls is spent before the first of 8 questions was through all 16 arms; raise the budget or take fewer arms");
  }

  @Test
  void aDryRunCallsNothingAndForetellsTheCalls() {
    Experiment experiment = grid().build();
    Plan plan = experiment.dryRun();
    assertThat(noDecoys.calls).hasValue(0);
    assertThat(plan.arms()).hasSize(16);
    assertThat(plan.time()).isEmpty();
    ExperimentResult result = experiment.run(Progress.none());
    assertThat(plan.stages().keySet()).containsExactlyElementsOf(result.stageCalls().keySet());
    assertThat(step(plan, "generate").calls())
        .isGreaterThanOrEqualTo(result.stageCalls().get("generate"));
    assertThat(step(plan, "rerank").calls()).isEqualTo(result.stageCalls().get("rerank"));
    assertThat(plan.toString())
        .startsWith("16 arms, 8 questions")
        .contains("in all    time unknown");
  }

  static Plan.Step step(Plan plan, String stage) {
    return Objects.requireNonNull(plan.stages().get(stage));
  }

  @Test
  void progressIsToldAfterEachQuestionOfEachArm() {
    List<Progress.State> told = new ArrayList<>();
    grid().questions(2).build().run(told::add);
    assertThat(told).hasSize(32);
    assertThat(told.getLast().done()).isEqualTo(told.getLast().total());
  }

  @Test
  void levelsKeepTheirOrderAndCombinationsCanBeExcluded() {
    Experiment experiment =
        Experiment.over(Fixture.set())
            .vary(
                Factor.RETRIEVER,
                Map.<String, Retriever>of("b", Fixture.words(), "a", FakeRetriever.of("x")))
            .vary(Factor.TOP_K, 5, 3)
            .exclude(levels -> levels.equals(Map.of("retriever", "a", "topK", "3")))
            .measure(Ndcg.at(10))
            .build();
    assertThat(experiment.arms()).containsExactly("a + topK 5", "b + topK 5", "b + topK 3");
  }

  @Test
  void questionsAreDrawnByTheSeed() {
    Experiment.Builder one = grid().questions(3).seed(1);
    ExperimentResult result = one.build().run(Progress.none());
    assertThat(result.questions()).hasSize(3).isSubsetOf(Fixture.set().questions().values());
    assertThat(one.build().run(Progress.none()).questions()).isEqualTo(result.questions());
    assertThat(result.arms().getFirst().metric("f1").mean().orElseThrow())
        .isCloseTo(.5, within(.5));
  }

  @Test
  void refusesWhatCannotBeRun() {
    Experiment.Builder bare = Experiment.over(Fixture.set());
    assertThatThrownBy(bare::build).hasMessage("the factor retriever is required, but was not set");
    bare.fix(Factor.RETRIEVER, Fixture.words());
    assertThatThrownBy(bare::build).hasMessage("no metric is given; measure(...) takes some");
    bare.measure(TokenF1.squad());
    assertThatThrownBy(bare::build)
        .hasMessage(
            "the metric f1 looks at answers, but there is no generator; set the factor generator");
    assertThatThrownBy(() -> bare.vary(Factor.RETRIEVER, Map.of("x", Fixture.words())))
        .hasMessage("the factor retriever is set twice");
    assertThatThrownBy(() -> bare.vary(Factor.TOP_K, 0)).hasMessage("topK must be >= 1, was 0");
    assertThatThrownBy(() -> bare.vary(Factor.RERANKER, Map.of()))
        .hasMessage("the factor reranker has no level");
    assertThatThrownBy(
            () ->
                Experiment.over(Fixture.set())
                    .fix(Factor.RETRIEVER, Fixture.words())
                    .vary(Factor.RERANKER, Map.of("no-decoys", noDecoys))
                    .fix(Factor.RERANK_DEPTH, 5)
                    .measure(Ndcg.at(10))
                    .build())
        .hasMessage(
            "the arm no-decoys: the rerank depth must be >= topK, was 5 with topK 8; exclude(...) leaves such arms out");
    assertThatThrownBy(() -> grid().exclude(levels -> true).build())
        .hasMessage("every combination of levels is excluded; none is left");
  }

  /** FakeGenerator under the name of a hosted model, so that it is charged for what it counts. */
  private static Generator hosted() {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        return FakeGenerator.create().generate(request, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", "hosted").with(StageDescription.MODEL, "gpt-x");
      }
    };
  }

  private static PriceTable prices() {
    return PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
        .model("gpt-x", new ModelPrice(ONE, null, BigDecimal.TEN, BigDecimal.ZERO))
        .build();
  }

  private static Experiment.Builder priced(Generator generator) {
    return Experiment.over(Fixture.set())
        .fix(Factor.RETRIEVER, Fixture.words())
        .fix(Factor.GENERATOR, generator)
        .measure(TokenF1.squad());
  }

  @Test
  void whatServicesChargeIsSummedAndWhatIsNotKnownStaysUnknown() {
    ArmResult arm =
        priced(hosted()).prices(prices()).build().run(Progress.none()).arms().getFirst();
    long read = arm.usage().count(Usage.INPUT_TOKENS).orElseThrow();
    long written = arm.usage().count(Usage.OUTPUT_TOKENS).orElseThrow();
    assertThat(arm.cost())
        .isEqualTo(Cost.of(Money.of(BigDecimal.valueOf(read + 10 * written, 6), "USD")));
    assertThat(arm.costByStage().get("retrieve")).isEqualTo(prices().none());
    assertThat(priced(hosted()).build().run(Progress.none()).arms().getFirst().cost().toString())
        .isEqualTo("unknown (prices: none were given)");
    assertThat(
            priced(quoting).prices(prices()).build().run(Progress.none()).arms().getFirst().cost())
        .hasToString("unknown (the model of quoting)");
  }

  @Test
  void aBudgetOfMoneyIsKeptOrRefused() {
    Budget budget = Budget.unlimited().withMoney(Money.of("0.0005", "USD"));
    ExperimentResult result =
        priced(hosted()).prices(prices()).budget(budget).build().run(Progress.none());
    assertThat(result.stopped()).contains("the budget of 0.0005 USD is spent");
    assertThat(result.questions()).hasSizeBetween(1, 7);
    assertThatThrownBy(() -> priced(hosted()).budget(budget).build())
        .hasMessage("a budget of 0.0005 USD needs prices; prices(...) takes a table");
    assertThatThrownBy(
            () -> priced(quoting).prices(prices()).budget(budget).build().run(Progress.none()))
        .hasMessage(
            "a budget of 0.0005 USD cannot be kept: what generate costs is unknown (the model of quoting)");
  }

  @Test
  void aDryRunTellsTheCostOfWhatIsNew() {
    priced(hosted()).prices(prices()).memo(folder).questions(3).build().run(Progress.none());
    Experiment more = priced(hosted()).prices(prices()).memo(folder).build();
    Plan plan = more.dryRun();
    assertThat(step(plan, "generate").calls()).isEqualTo(5);
    assertThat(step(plan, "generate").memoised()).isEqualTo(3);
    assertThat(plan.time()).isPresent();
    assertThat(plan.cost().orElseThrow().isKnown()).isTrue();
    assertThat(priced(hosted()).prices(prices()).build().dryRun().cost().orElseThrow())
        .hasToString(
            "unknown (how much context uses; how much generate uses; how much retrieve uses)");
  }
}
