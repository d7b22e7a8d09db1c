package dev.ragwright.eval.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.NoThresholdException;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.route.AcceptanceScore;
import dev.ragwright.route.Cascade;
import dev.ragwright.route.RouteModel;
import dev.ragwright.route.Router;
import dev.ragwright.route.RoutingRule;
import dev.ragwright.text.Sampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteTrialTest {
  private static final PriceTable PRICES =
      PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
          .model("small", PriceTable.ModelPrice.perMillionTokens("1", "2"))
          .model("large", PriceTable.ModelPrice.perMillionTokens("10", "20"))
          .build();

  /** Finds one passage, whose score is what is drawn for the question. */
  private static final Retriever RETRIEVER =
      ((Retriever)
              (request, context) -> {
                String question = request.query().text();
                return question.startsWith("nothing")
                    ? Retrieval.of(List.of(), Usage.none())
                    : Retrieval.of(
                        List.of(new Hit(Passage.of("p", "It is so."), drawn(question, 1), "drawn")),
                        Usage.none());
              })
          .named("drawn");

  private static final RagPipeline PIPELINE =
      RagPipeline.builder().retriever(RETRIEVER).generator(new Small()).build();

  /** From 0 to 1, the same for the same question. */
  private static double drawn(String question, long seed) {
    return Sampling.fraction(question, seed);
  }

  private static Usage usage(long read) {
    return Usage.of(Usage.INPUT_TOKENS, read).with(Usage.OUTPUT_TOKENS, 10).with(Usage.REQUESTS, 1);
  }

  private static class Small implements Generator {
    final AtomicInteger calls = new AtomicInteger();

    /** Right more often where the score is high; so sure as the score is, with noise. */
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      calls.incrementAndGet();
      String question = request.question().text();
      double score = drawn(question, 1);
      boolean right = drawn(question, 2) < 0.2 + 0.8 * score;
      return Generation.of(
              right ? "yes" : "no", List.of(), Generation.FinishReason.STOP, usage(100))
          .withConfidence(score + 0.1 * drawn(question, 3));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "small").with(StageDescription.MODEL, "small");
    }
  }

  /** Nearly always right. */
  private static final class Large extends Small {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      calls.incrementAndGet();
      boolean right = drawn(request.question().text(), 4) < 0.95;
      return Generation.of(
          right ? "yes" : "no", List.of(), Generation.FinishReason.STOP, usage(100));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "large").with(StageDescription.MODEL, "large");
    }
  }

  @TempDir Path folder;

  private final Small small = new Small();
  private final Large large = new Large();

  private static EvalSet set(int questions) {
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "question " + i, List.of("yes")));
    }
    return EvalSet.of("drawn", all, Qrels.ofGrades(Map.of()));
  }

  private RouteTrial.Builder trial() {
    return RouteTrial.of(PIPELINE, ExactMatch.squad())
        .generator("cheap", small)
        .generator("strong", large)
        .prices(PRICES);
  }

  private RouteTrial run(int questions) {
    return trial().run(set(questions), CallContext.unbounded());
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  @Test
  void eachGeneratorIsAskedEachQuestionOnce() {
    List<Integer> heard = new ArrayList<>();
    EvalSet set =
        EvalSet.of(
            "few",
            List.of(
                new Question("a", "one", List.of("yes")),
                new Question("b", "nothing is found", List.of("yes")),
                new Question("c", "no answer is known", List.of())),
            Qrels.ofGrades(Map.of()));
    RouteTrial trial = trial().progress(heard::add).run(set, CallContext.unbounded());
    assertThat(trial.questions()).extracting(Question::id).containsExactly("a");
    assertThat(trial.unanswered()).isEqualTo(1);
    assertThat(trial.name()).isEqualTo("few");
    assertThat(trial.costUnit()).isEqualTo("USD");
    assertThat(heard).containsExactly(1, 2, 3);
    assertThat(small.calls).hasValue(1);
    assertThat(large.calls).hasValue(1);
    assertThat(trial.alone("cheap").cost()).containsExactly(new double[] {0.00012}, within(1e-15));
    assertThat(trial.alone("strong").cost()).containsExactly(new double[] {0.0012}, within(1e-15));
    assertThat(trial.features().getFirst().values().getFirst()).isEqualTo(1);
    assertThatThrownBy(() -> trial.alone("best"))
        .hasMessage("there is no generator \"best\"; there are [cheap, strong]");
  }

  /** What is tried out is what runs: answers, costs and escalations of each question. */
  @Test
  void routesGiveWhatTheTrialSays() {
    RouteTrial trial = run(200);
    RouteTrial.Split split = trial.split(0.5, 1);
    RouteModel model = RouteLearning.of(split.choosing());
    RouteTrial judged = split.reporting();
    RouteTrial.Scores scores =
        judged.scores("cheap", AcceptanceScore.confidence(), CallContext.unbounded());
    Generator router =
        Router.by(RoutingRule.learnt(model, 0.8, PIPELINE.description()))
            .generator("cheap", small)
            .generator("strong", large)
            .build();
    assertRuns(judged, router, judged.routed("router", model, 0.8));
    Generator cascade =
        Cascade.first("cheap", small, AcceptanceScore.confidence(), 0.7).last("strong", large);
    assertRuns(judged, cascade, judged.cascaded("cascade", List.of(scores.atLeast(0.7))));
    RoutingRule even =
        RoutingRule.by(
            "even", request -> request.question().text().endsWith("0") ? "strong" : "cheap");
    assertRuns(
        judged,
        Router.by(even).generator("cheap", small).generator("strong", large).build(),
        judged.routed("rule", even, CallContext.unbounded()));
  }

  private void assertRuns(RouteTrial trial, Generator generator, RoutePolicy policy) {
    RagPipeline rag = PIPELINE.with(with -> with.generator(generator));
    int before = large.calls.get();
    for (int i = 0; i < trial.questions().size(); i++) {
      Answer answer = rag.ask(trial.questions().get(i).text());
      assertThat(policy.quality()[i]).isEqualTo(answer.text().equals("yes") ? 1 : 0);
      assertThat(policy.cost()[i])
          .isCloseTo(
              answer.trace().cost(PRICES).money().orElseThrow().amount().doubleValue(),
              within(1e-15));
    }
    int asked = large.calls.get() - before;
    assertThat(policy.escalatedShare()).isEqualTo((double) asked / policy.questions());
    assertThat(asked).isBetween(1, policy.questions() - 1);
  }

  /**
   * Thresholds of ten splits, each with a bound of 0.15 at confidence 0.9, hold on the other half
   * of the same answers in nine or more.
   */
  @Test
  void theBoundHoldsOnTheOtherHalf() {
    RouteTrial trial = run(2_000);
    for (RouteTrial.Risk risk : RouteTrial.Risk.values()) {
      int held = 0;
      for (int seed = 0; seed < 10; seed++) {
        RouteTrial.Split split = trial.split(0.5, seed);
        Threshold threshold =
            scores(split.choosing())
                .calibration(risk)
                .errorAtMost(0.15)
                .confidence(0.9)
                .threshold();
        RouteTrial.Scores others = scores(split.reporting());
        OptionalDouble error = others.risk(threshold.value(), risk);
        held += error.orElse(0) <= 0.15 ? 1 : 0;
        assertThat(threshold.accepted()).isPositive();
        // It is a threshold of a cascade over this generator, and of no other.
        Cascade.first("cheap", small, AcceptanceScore.confidence(), threshold);
        assertThatThrownBy(
                () -> Cascade.first("cheap", large, AcceptanceScore.confidence(), threshold))
            .hasMessageContaining("the threshold was learnt from scores of \"confidence of small(");
      }
      assertThat(held).as(risk.name()).isGreaterThanOrEqualTo(9);
    }
  }

  private static RouteTrial.Scores scores(RouteTrial trial) {
    return trial.scores("cheap", AcceptanceScore.confidence(), CallContext.unbounded());
  }

  @Test
  void saysWhenNoThresholdCanHoldTheBound() {
    assertThatThrownBy(
            () ->
                scores(run(50))
                    .calibration(RouteTrial.Risk.WRONG)
                    .errorAtMost(0.01)
                    .confidence(0.9)
                    .threshold())
        .isInstanceOf(NoThresholdException.class)
        .hasMessageContaining("no threshold promises a share of at most 0.01 errors");
    AcceptanceScore none =
        ((AcceptanceScore) (request, made, context) -> AcceptanceScore.Scored.none())
            .named("silent");
    RouteTrial trial = run(5);
    assertThatThrownBy(
            () ->
                trial
                    .scores("cheap", none, CallContext.unbounded())
                    .calibration(RouteTrial.Risk.WRONG))
        .hasMessage(
            "none of the 5 answers of \"cheap\" has a silent, so there is nothing to learn from");
  }

  @Test
  void riskAndCoverage() {
    RouteTrial.Scores scores = scores(run(500));
    double wrong = 1 - mean(run(500).alone("cheap").quality());
    assertThat(scores.riskCoverage().points().getLast().risk()).isCloseTo(wrong, within(1e-12));
    assertThat(scores.riskCoverage().area()).isLessThan(wrong); // surer is better
    assertThat(scores.risk(2, RouteTrial.Risk.WRONG)).isEmpty();
    assertThat(scores.risk(0, RouteTrial.Risk.WRONG).orElseThrow()).isCloseTo(wrong, within(1e-12));
  }

  /** Quality rises with the score alone, so a model of it beats the mix on the other half. */
  @Test
  void aLearntRouterIsAboveTheMix() {
    RouteTrial.Split split = run(1_000).split(0.5, 3);
    RouteModel model = RouteLearning.of(split.choosing());
    RoutePolicy routed = split.reporting().routed("learnt", model, 0.75);
    RoutePoint point =
        RouteComparison.of(split.reporting().alone(), List.of(routed)).routes().getFirst();
    assertThat(point.escalated()).isBetween(0.2, 0.8);
    assertThat(point.verdict()).contains(RoutePoint.Verdict.ABOVE);
    assertThat(RouteLearning.of(split.choosing())).isEqualTo(model); // to the last bit
    assertThatThrownBy(() -> split.choosing().routed("learnt", model, 0.75))
        .hasMessage(
            "the model was learnt on drawn[choosing, share 0.5, seed 3], and judged on drawn[choosing, share 0.5, seed 3] it would be judged by what it knows; judge it on the other part of its split, or on another set");
    assertThatThrownBy(() -> split.choosing().split(0.5, 1))
        .hasMessageEndingWith("is part of a split; split the whole trial");
  }

  /** Answers "yes" to questions that begin with one of its words. */
  private record Knows(String words, int tokens) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      boolean right = words.contains(request.question().text().split(" ", 2)[0]);
      return Generation.of(
          right ? "yes" : "no", List.of(), Generation.FinishReason.STOP, usage(tokens));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "knows")
          .with("words", words)
          .with(StageDescription.MODEL, "small");
    }
  }

  /**
   * The first of three knows the short questions, the second the long ones, the third all: the
   * second does not suffice where the first does.
   */
  @Test
  void ofThreeEachIsLearntByItsOwnAnswers() {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String text = i % 2 == 0 ? "easy " + i : "hard one that has many more words " + i;
      questions.add(new Question("q" + i, text, List.of("yes")));
    }
    RouteTrial.Split split =
        RouteTrial.of(PIPELINE, ExactMatch.squad())
            .generator("first", new Knows("easy", 1))
            .generator("second", new Knows("hard", 10))
            .generator("third", new Knows("easy hard", 100))
            .prices(PRICES)
            .run(
                EvalSet.of("two kinds", questions, Qrels.ofGrades(Map.of())),
                CallContext.unbounded())
            .split(0.5, 1);
    RouteModel model = RouteLearning.of(split.choosing());
    for (int i = 0; i < split.choosing().questions().size(); i++) {
      boolean easy = split.choosing().questions().get(i).text().startsWith("easy");
      assertThat(model.suffices(0, split.choosing().features().get(i)) > 0.5).isEqualTo(easy);
      assertThat(model.suffices(1, split.choosing().features().get(i)) > 0.5).isEqualTo(!easy);
    }
    RoutePolicy routed = split.reporting().routed("learnt", model, 0.7);
    assertThat(mean(routed.quality())).isEqualTo(1);
  }

  /** Neither the whole nor another split tells whether a model knows its questions. */
  @Test
  void aModelIsJudgedOnWhatItDoesNotKnow() {
    RouteTrial whole = run(200);
    RouteTrial.Split one = whole.split(0.5, 1);
    RouteTrial.Split other = whole.split(0.5, 2);
    RouteModel ofPart = RouteLearning.of(one.choosing());
    RouteModel ofWhole = RouteLearning.of(whole);
    assertThat(one.reporting().routed("x", ofPart, 0.5).questions()).isPositive();
    RouteModel ofReporting = RouteLearning.of(one.reporting());
    assertThat(one.choosing().routed("x", ofReporting, 0.5).questions()).isPositive();
    RouteTrial part = trial().run(set(200).split(0.5, 1).reporting(), CallContext.unbounded());
    assertThat(part.name()).isEqualTo("drawn[reporting, share 0.5, seed 1]");
    assertThat(part.routed("x", ofPart, 0.5).questions()).isPositive();
    assertKnown(part, ofWhole);
    assertKnown(whole, ofWhole);
    assertKnown(one.reporting(), ofWhole);
    assertKnown(whole, ofPart);
    assertKnown(other.reporting(), ofPart);
    assertKnown(other.choosing(), ofPart);
    assertKnown(whole.split(0.3, 1).reporting(), ofPart);
    EvalSet foreign =
        EvalSet.of("drawn too", set(9).questions().values(), Qrels.ofGrades(Map.of()));
    RouteTrial elsewhere = trial().run(foreign, CallContext.unbounded());
    assertThat(elsewhere.routed("x", ofWhole, 0.5).questions()).isEqualTo(9);
  }

  private static void assertKnown(RouteTrial trial, RouteModel model) {
    assertThatThrownBy(() -> trial.routed("x", model, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the model was learnt on %s, and judged on %s it would be judged by what it knows; judge it on the other part of its split, or on another set",
            model.learntOn(), trial.name());
  }

  /** What was answered before says nothing of the generators. */
  @Test
  void aPipelinesCacheIsNotAsked() {
    try (AnswerCache cache = AnswerCache.builder().open()) {
      RagPipeline cached = PIPELINE.with(with -> with.cache(cache));
      cached.ask("question 1");
      RouteTrial trial =
          RouteTrial.of(cached, ExactMatch.squad())
              .generator("cheap", small)
              .generator("strong", large)
              .run(set(3), CallContext.unbounded());
      assertThat(trial.questions()).hasSize(3);
      assertThat(trial.unanswered()).isZero();
      assertThat(large.calls).hasValue(3);
    }
  }

  /** The first of three is right on easy questions, the second wrong on some of the hard ones. */
  @Test
  void whatIsLearntOverAllQuestionsIsNoPromiseOfALaterStep() {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      questions.add(new Question("q" + i, (i % 5 == 0 ? "hard " : "easy ") + i, List.of("yes")));
    }
    Generator first = new Knows("easy", 1);
    Generator second =
        ((Generator)
                (request, context) -> {
                  String text = request.question().text();
                  boolean wrong = text.startsWith("hard") && drawn(text, 5) < 0.4;
                  return Generation.of(wrong ? "no" : "yes").withConfidence(drawn(text, 6));
                })
            .named("second");
    RouteTrial.Split split =
        RouteTrial.of(PIPELINE, ExactMatch.squad())
            .generator("first", first)
            .generator("second", second)
            .generator("third", large)
            .run(EvalSet.of("x", questions, Qrels.ofGrades(Map.of())), CallContext.unbounded())
            .split(0.5, 1);
    AcceptanceScore own = AcceptanceScore.confidence();
    Threshold threshold =
        split
            .choosing()
            .scores("second", own, CallContext.unbounded())
            .calibration(RouteTrial.Risk.WRONG)
            .errorAtMost(0.1)
            .confidence(0.9)
            .threshold();
    RouteTrial.Scores judged = split.reporting().scores("second", own, CallContext.unbounded());
    // It is kept where the second is asked all, and in no cascade where it is not.
    assertThat(judged.risk(threshold.value(), RouteTrial.Risk.WRONG).orElseThrow()).isLessThan(0.1);
    Cascade kept = Cascade.first("second", second, own, threshold).last("third", large);
    assertThatThrownBy(() -> Cascade.first("first", first).last("rest", kept))
        .hasMessageContaining("here it is asked those that others refused");
    assertThat(threshold.source()).isEqualTo("confidence of second (error: em below 0.5)");
    Threshold loses =
        split
            .choosing()
            .scores("second", own, CallContext.unbounded())
            .calibration(RouteTrial.Risk.LOSES)
            .errorAtMost(0.2)
            .confidence(0.9)
            .threshold();
    assertThat(loses.source())
        .isEqualTo("confidence of second (error: em below that of large(model=large))");
  }

  @Test
  void aModelIsKeptAsJson() throws Exception {
    RouteModel model = RouteLearning.of(run(300).split(0.5, 1).choosing());
    Path file = folder.resolve("route.json");
    RouteModelFile.write(model, file);
    assertThat(RouteModelFile.read(file)).isEqualTo(model);
    String text = Files.readString(file);
    assertThat(text).contains("\"learntOn\" : \"drawn[choosing, share 0.5, seed 1]\"");
    assertThat(text).contains("\"description\" : \"small(model=small)\"");
    Files.writeString(file, text.replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> RouteModelFile.read(file))
        .hasMessageEndingWith(
            "it is \"ragwright-route\" version 2, expected \"ragwright-route\" version 1; learn the model anew");
    Files.writeString(file, text.replaceFirst("\"penalty\" : 1.0,", ""));
    assertThatThrownBy(() -> RouteModelFile.read(file)).hasMessageContaining("penalty");
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> RouteModelFile.read(file))
        .hasMessageContaining("not a router's model");
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> RouteModelFile.read(file)).hasMessageContaining("it is \"\" version ");
    Files.writeString(file, text.replaceFirst("\"means\" : \\[ [^,]+, ", "\"means\" : [ "));
    assertThatThrownBy(() -> RouteModelFile.read(file)).hasMessageContaining("had 7, 8 and");
    assertThatThrownBy(() -> RouteModelFile.read(folder.resolve("none.json")))
        .hasMessageContaining("there is no router's model");
  }

  @Test
  void nothingIsLearntWhereNothingDiffers() {
    RouteTrial same =
        RouteTrial.of(PIPELINE, ExactMatch.squad())
            .generator("cheap", small)
            .generator("strong", new Small())
            .prices(PRICES)
            .run(set(20), CallContext.unbounded());
    assertThatThrownBy(() -> RouteLearning.of(same))
        .hasMessage(
            "nothing tells the questions of drawn apart: \"cheap\" answers no worse than the dearer ones on all of 20; use one generator for all, or judge more questions");
    for (double penalty : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> RouteLearning.of(same, penalty))
          .hasMessage("penalty must be above 0 and finite, was " + penalty);
    }
    RouteTrial opaque =
        RouteTrial.of(PIPELINE, ExactMatch.squad())
            .generator("cheap", (request, context) -> Generation.of("no"))
            .generator("strong", small)
            .run(set(20), CallContext.unbounded());
    assertThatThrownBy(() -> RouteLearning.of(opaque))
        .hasMessageContaining("so nothing can be learnt for it; give it a name");
  }

  @Test
  void withoutPricesCostsAreProcessorTime() {
    RouteTrial trial =
        RouteTrial.of(PIPELINE, ExactMatch.squad())
            .generator("cheap", small)
            .generator("strong", large)
            .run(set(3), CallContext.unbounded());
    assertThat(trial.costUnit()).isEqualTo("CPU-seconds");
    assertThat(trial.alone("cheap").cost()).hasSize(3);
  }

  @Test
  void refusesWhatCannotBeTried() {
    PriceTable other =
        PriceTable.builder("EUR", LocalDate.of(2026, 11, 1))
            .model("small", PriceTable.ModelPrice.perMillionTokens("1", "2"))
            .build();
    assertThatThrownBy(() -> trial().prices(other).run(set(1), CallContext.unbounded()))
        .hasMessageContaining(
            "what large(model=large) costs is unknown (the price of large); give the prices what is missing, or none at all to count CPU-seconds");
    assertThatThrownBy(() -> PriceTable.ModelPrice.perMillionTokens("-1", "2"))
        .hasMessage("input must be >= 0, was -1");
    assertThatThrownBy(() -> trial().generator("cheap", small))
        .hasMessage("two generators are called \"cheap\"; give each a name of its own");
    assertThatThrownBy(() -> trial().generator("", small))
        .hasMessage("a generator needs a name, had \"\"");
    assertThatThrownBy(
            () ->
                RouteTrial.of(PIPELINE, ExactMatch.squad())
                    .generator("one", small)
                    .run(set(1), CallContext.unbounded()))
        .hasMessage("two generators or more are needed to route between, had 1");
    EvalSet none =
        EvalSet.of("none", List.of(new Question("q", "q", List.of())), Qrels.ofGrades(Map.of()));
    assertThatThrownBy(() -> trial().run(none, CallContext.unbounded()))
        .hasMessage("no question of none has reference answers and reached the generators");
    RouteTrial trial = run(4);
    RouteTrial.Scores foreign = scores(run(4));
    assertThatThrownBy(() -> trial.cascaded("x", List.of(foreign.atLeast(1))))
        .hasMessageStartingWith("a cascade of [cheap, strong] needs a step for each but the last");
    assertThatThrownBy(() -> trial.cascaded("x", List.of()))
        .hasMessageStartingWith("a cascade of [cheap, strong] needs a step for each but the last");
    assertThatThrownBy(() -> trial.split(1, 1))
        .hasMessage("the share must be above 0 and below 1, was 1.0");
    assertThatThrownBy(
            () ->
                trial.routed(
                    "x", RoutingRule.by("best", request -> "best"), CallContext.unbounded()))
        .hasMessage("there is no generator \"best\"; there are [cheap, strong]");
  }
}
