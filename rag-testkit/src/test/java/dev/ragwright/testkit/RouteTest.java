package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.generate.Turn;
import dev.ragwright.guard.Redaction;
import dev.ragwright.guard.Redactor;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.route.AcceptanceScore;
import dev.ragwright.route.Cascade;
import dev.ragwright.route.RouteFeatures;
import dev.ragwright.route.RouteModel;
import dev.ragwright.route.Router;
import dev.ragwright.route.RoutingRule;
import dev.ragwright.route.SelfRoute;
import dev.ragwright.route.WholeDocuments;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RouteTest {
  private static final PriceTable PRICES =
      PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
          .model("small", PriceTable.ModelPrice.perMillionTokens("1", "2"))
          .model("large", PriceTable.ModelPrice.perMillionTokens("10", "20"))
          .build();

  /** 100 read at 1 and 10 written at 2, by the million: 0.00012. */
  private final ScriptedGenerator small = scripted("small");

  /** 100 read at 10 and 10 written at 20: 0.0012. */
  private final ScriptedGenerator large = scripted("large");

  private static ScriptedGenerator scripted(String model) {
    return new ScriptedGenerator(
        model, 100, 10, question -> Generation.of(model + " on " + question));
  }

  private static ScriptedGenerator sure(double confidence) {
    return new ScriptedGenerator(
        "small", 100, 10, question -> Generation.of("small").withConfidence(confidence));
  }

  private static ScriptedGenerator declining() {
    return new ScriptedGenerator(
        "small",
        100,
        10,
        question ->
            Generation.abstained(
                new Abstention(Abstention.Reason.DECLINED, "unanswerable"), Usage.none()));
  }

  private static GenerationRequest request(String question, Passage... passages) {
    List<Evidence> evidence = new ArrayList<>();
    for (Passage passage : passages) {
      evidence.add(Evidence.of(passage, 4 - evidence.size()));
    }
    return GenerationRequest.of(Query.of(question), new Context(evidence, 7, List.of()));
  }

  private static Generation ask(Generator generator, String question, Passage... passages) {
    return generator.generate(request(question, passages), CallContext.unbounded());
  }

  /** As a pipeline's trace has it. */
  private static Cost cost(Generator generator, Generation made) {
    return StageRecord.of(
            "generate", generator.description(), java.time.Duration.ZERO, made.usage())
        .withParts(made.parts())
        .cost(PRICES);
  }

  private static Cost usd(String amount) {
    return Cost.of(Money.of(amount, "USD"));
  }

  private Router byFirstWord() {
    return Router.by(
            RoutingRule.by("first word", request -> request.question().text().split(" ", 2)[0]))
        .generator("cheap", small)
        .generator("strong", large)
        .build();
  }

  @Test
  void aRouterAsksTheChosenOneAlone() {
    Router router = byFirstWord();
    Generation cheap = ask(router, "cheap one");
    assertThat(cheap.text()).isEqualTo("small on cheap one");
    assertThat(cost(router, cheap)).isEqualTo(usd("0.00012"));
    assertThat(cost(router, ask(router, "strong one"))).isEqualTo(usd("0.0012"));
    assertThat(small.calls).hasValue(1);
    assertThat(large.calls).hasValue(1);
    assertThat(cheap.parts()).extracting(StageRecord::stage).containsExactly("route", "generator");
    assertThat(cheap.parts().getFirst().details())
        .containsEntry("chosen", "cheap")
        .containsEntry("because", "first word");
    assertThat(cheap.parts().getLast().details()).containsEntry("route", "cheap");
    assertThatThrownBy(() -> ask(router, "best one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the rule first word chose \"best\", and the router has [cheap, strong]");
  }

  @Test
  void aRouterStreamsTheChosenOne() {
    Router router =
        Router.by(RoutingRule.by("always", request -> "b"))
            .generator("a", small)
            .generator("b", FakeGenerator.create())
            .build();
    GenerationRequest request = request("What?", Passage.of("p", "One two three."));
    try (TokenStream stream = router.stream(request, CallContext.unbounded())) {
      assertThat(stream.text().toList()).containsExactly("One ", "two ", "three.");
      assertThat(stream.result().parts()).hasSize(2);
      assertThat(stream.result().usage())
          .isEqualTo(router.generate(request, CallContext.unbounded()).usage());
    }
    assertThat(small.calls).hasValue(0);
  }

  @Test
  void aCascadeChargesWhatItAsked() {
    AcceptanceScore own = AcceptanceScore.confidence();
    ScriptedGenerator unsure = sure(0.4);
    Cascade refused = Cascade.first("cheap", unsure, own, 0.5).last("strong", large);
    Generation second = ask(refused, "q");
    assertThat(second.text()).isEqualTo("large on q");
    assertThat(cost(refused, second)).isEqualTo(usd("0.00132"));
    assertThat(second.usage().count(Usage.REQUESTS)).hasValue(2);
    assertThat(unsure.calls).hasValue(1);
    assertThat(large.calls).hasValue(1);
    assertThat(second.parts())
        .extracting(StageRecord::stage)
        .containsExactly("generator", "accept", "generator");
    assertThat(second.parts().get(1).details())
        .containsEntry("verdict", "refused")
        .containsEntry("score", 0.4)
        .containsEntry("atLeast", 0.5);

    ScriptedGenerator certain = sure(0.5);
    Cascade accepted = Cascade.first("cheap", certain, own, 0.5).last("strong", large);
    Generation first = ask(accepted, "q");
    assertThat(first.text()).isEqualTo("small");
    assertThat(cost(accepted, first)).isEqualTo(usd("0.00012"));
    assertThat(large.calls).hasValue(1); // as before
  }

  @Test
  void aCascadeOfThreeGoesOnStepByStep() {
    ScriptedGenerator middle =
        new ScriptedGenerator(
            "small",
            10,
            1,
            question -> Generation.of("middle").withConfidence(question.length() / 10.0));
    Cascade three =
        Cascade.first("a", declining(), AcceptanceScore.confidence(), 0.1)
            .then("b", middle, AcceptanceScore.confidence(), 0.5)
            .last("c", large);
    assertThat(ask(three, "a long one").text()).isEqualTo("middle");
    assertThat(ask(three, "no").text()).isEqualTo("large on no");
    assertThat(middle.calls).hasValue(2);
    assertThat(large.calls).hasValue(1);
    assertThat(three.description().parameters())
        .containsEntry("steps", "a if confidence >= 0.1, b if confidence >= 0.5, c");
  }

  /** What neither scores nor abstains is no reason to believe it. */
  @Test
  void anAnswerWithoutAScoreIsNotAccepted() {
    Cascade cascade =
        Cascade.first("cheap", small, AcceptanceScore.confidence(), 0).last("strong", large);
    Generation made = ask(cascade, "q");
    assertThat(made.text()).isEqualTo("large on q");
    assertThat(made.parts().get(1).details())
        .containsEntry("verdict", "refused")
        .doesNotContainKey("score");
  }

  @Test
  void anAbstentionOfTheLastIsTheAnswer() {
    Cascade cascade = Cascade.first("cheap", declining()).last("strong", declining());
    assertThat(ask(cascade, "q").abstention().orElseThrow().detail()).isEqualTo("unanswerable");
  }

  @Test
  void aCascadeStreamsTheAcceptedAnswerAndTheLastOnesPieces() {
    GenerationRequest request = request("q", Passage.of("p", "One two."));
    Cascade late = Cascade.first("cheap", declining()).last("strong", FakeGenerator.create());
    try (TokenStream stream = late.stream(request, CallContext.unbounded())) {
      assertThat(stream.text().toList()).containsExactly("One ", "two.");
      assertThat(stream.result().parts()).hasSize(2);
    }
    Cascade early = Cascade.first("cheap", FakeGenerator.create()).last("strong", large);
    try (TokenStream stream = early.stream(request, CallContext.unbounded())) {
      assertThat(stream.text().toList()).containsExactly("One two.");
    }
    assertThat(large.calls).hasValue(0);
  }

  @Test
  void twoThatAgreeAreBelieved() {
    ScriptedGenerator other =
        new ScriptedGenerator(
            "small", 50, 5, question -> Generation.of(question.equals("easy") ? "small" : "no"));
    Cascade vote =
        Cascade.first("cheap", sure(0), AcceptanceScore.agreement(other), 0.9)
            .last("strong", large);
    Generation agreed = ask(vote, "easy");
    assertThat(agreed.text()).isEqualTo("small");
    assertThat(cost(vote, agreed)).isEqualTo(usd("0.00018")); // 0.00012 and half of it
    Generation split = ask(vote, "hard");
    assertThat(split.text()).isEqualTo("large on hard");
    assertThat(cost(vote, split)).isEqualTo(usd("0.00138"));
    assertThat(other.calls).hasValue(2);
    StageRecord accept = agreed.parts().get(1);
    assertThat(accept.parts()).hasSize(1);
    assertThat(accept.details()).containsEntry("score", 1.0);
  }

  @Test
  void agreementIsTheMeanOfF1() {
    Generation one = Generation.of("a b c d");
    AcceptanceScore agreement =
        AcceptanceScore.agreement(
            new ScriptedGenerator("x", 1, 1, q -> Generation.of("A b, e f g h")), declining());
    // 2 words of 4 and 6 shared: 0.4; nothing with one that abstains.
    assertThat(score(agreement, one)).isCloseTo(0.2, within(1e-12));
    assertThatThrownBy(() -> AcceptanceScore.agreement())
        .hasMessage("agreement needs another generator to agree with, had none");
  }

  @Test
  void wordsAreThoseOfWhatWasRead() {
    Passage rhine = Passage.of("p", "The Rhine rises in the Alps.");
    Generation made = Generation.of("The Rhine rises here");
    AcceptanceScore words = AcceptanceScore.words();
    assertThat(
            words.score(request("q", rhine), made, CallContext.unbounded()).value().orElseThrow())
        .isEqualTo(0.75);
    Context read = request("q", Passage.of("p2", "here")).context();
    assertThat(
            words
                .score(request("q", rhine), made.withContext(read), CallContext.unbounded())
                .value()
                .orElseThrow())
        .isEqualTo(0.25);
    assertThat(words.score(request("q"), Generation.of("?!"), CallContext.unbounded()).value())
        .isEmpty();
  }

  @Test
  void entailmentHoldsASentenceAgainstWhatItCites() {
    Passage rhine = Passage.of("p", "The Rhine rises in the Alps.");
    Passage danube = Passage.of("d", "The Danube is longer than that.");
    List<String> premises = new ArrayList<>();
    AcceptanceScore entailed =
        AcceptanceScore.entailed(
            "script v1",
            (premise, claim, context) -> {
              premises.add(premise);
              return claim.startsWith("The");
            });
    String text = "The Rhine rises there. But is it longer than most?";
    Generation made =
        Generation.of(
            text,
            List.of(Evidence.of(danube, 1).cite(0, 31, 0, 22)),
            Generation.FinishReason.STOP,
            Usage.none());
    assertThat(
            entailed
                .score(request("q", rhine, danube), made, CallContext.unbounded())
                .value()
                .orElseThrow())
        .isEqualTo(0.5);
    assertThat(premises).containsExactly(danube.text(), rhine.text() + "\n" + danube.text());
    assertThat(entailed.description()).hasToString("script v1");
  }

  private static double score(AcceptanceScore score, Generation made) {
    return score.score(request("q"), made, CallContext.unbounded()).value().orElseThrow();
  }

  /** Fails, and was charged for 50 read tokens. */
  private record Broken(String model) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      throw new RagException("down") {
        @Override
        public boolean retryable() {
          return true;
        }

        @Override
        public Usage usage() {
          return Usage.of(Usage.REQUESTS, 1)
              .with(Usage.INPUT_TOKENS, 50)
              .with(Usage.OUTPUT_TOKENS, 0);
        }
      };
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "broken").with(StageDescription.MODEL, model);
    }
  }

  @Test
  void whatWasPaidBeforeAFailureIsToldWithIt() {
    Generator broken = new Broken("large");
    Cascade cascade = Cascade.first("cheap", declining()).last("strong", broken);
    assertThatThrownBy(() -> ask(cascade, "q"))
        .isInstanceOfSatisfying(
            RagException.class,
            e -> {
              assertThat(e).hasMessage("the generator \"strong\" of the route failed: down");
              assertThat(e.retryable()).isTrue();
              assertThat(e.usage().count(Usage.REQUESTS)).hasValue(2);
            });
    assertThatThrownBy(() -> ask(Cascade.first("cheap", broken).last("strong", large), "q"))
        .hasMessage("the generator \"cheap\" of the route failed: down");
    assertThatThrownBy(() -> cascade.stream(request("q"), CallContext.unbounded()).result())
        .hasMessage("the generator \"strong\" of the route failed: down");
  }

  /** In the trace of a pipeline: each part, and what all of them cost at their own prices. */
  private void assertFails(Generator generator, Cost cost, List<String> parts, String message) {
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(FakeRetriever.of(List.of(Passage.of("p", "one two"))))
            .generator(generator)
            .build();
    assertThatThrownBy(() -> rag.ask("two"))
        .isInstanceOfSatisfying(
            StageException.class,
            e -> {
              StageRecord generate = e.trace().stages().getLast();
              assertThat(generate.error().orElseThrow()).contains(message);
              assertThat(generate.parts().stream().map(RouteTest::flat).toList()).isEqualTo(parts);
              assertThat(e.trace().cost(PRICES)).isEqualTo(cost);
            });
  }

  private static String flat(StageRecord record) {
    return record.stage()
        + (record.error().isPresent() ? "!" : "")
        + (record.parts().isEmpty() ? "" : record.parts().stream().map(RouteTest::flat).toList());
  }

  @Test
  void aFailedRouteSaysWhatEachPartCost() {
    Generator broken = new Broken("large"); // 0.0005
    AcceptanceScore own = AcceptanceScore.confidence();
    assertFails(
        Cascade.first("cheap", sure(0), own, 0.5).last("strong", broken),
        usd("0.00062"),
        List.of("generator", "accept", "generator!"),
        "the generator \"strong\" of the route failed: down");
    assertFails(
        Cascade.first("cheap", broken, own, 0.5).last("strong", large),
        usd("0.0005"),
        List.of("generator!"),
        "the generator \"cheap\" of the route failed: down");
    Generator inner = Cascade.first("small", declining()).last("large", broken);
    assertFails(
        Cascade.first("cheap", sure(0), own, 0.5).last("strong", inner),
        usd("0.00074"),
        List.of("generator", "accept", "generator![generator, generator!]"),
        "the generator \"large\" of the route failed: down");
  }

  @Test
  void aFailedScoreOrRuleSaysWhatWasPaidBefore() {
    Generator broken = new Broken("large");
    AcceptanceScore alone = AcceptanceScore.agreement(broken);
    assertFails(
        Cascade.first("cheap", small, alone, 0.5).last("strong", large),
        usd("0.00062"),
        List.of("generator", "accept![generator!]"),
        "the score \"agreement\" of the route failed: one that was to agree failed: down");
    // The one beside it had answered before: its latch opens behind the answer.
    CountDownLatch answered = new CountDownLatch(1);
    ScriptedGenerator beside =
        new ScriptedGenerator("small", 100, 10, question -> Generation.of("beside"));
    Generator first =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            Generation made = beside.generate(request, context);
            answered.countDown();
            return made;
          }

          @Override
          public StageDescription description() {
            return beside.description();
          }
        };
    Generator late =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            try {
              answered.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            return broken.generate(request, context);
          }

          @Override
          public StageDescription description() {
            return broken.description();
          }
        };
    assertFails(
        Cascade.first("cheap", small, AcceptanceScore.agreement(first, late), 0.5)
            .last("strong", large),
        usd("0.00074"),
        List.of("generator", "accept![generator, generator!]"),
        "one that was to agree failed: down");
    RoutingRule asking =
        new RoutingRule() {
          @Override
          public Choice choose(GenerationRequest request, CallContext context) {
            return new Choice("a", "", broken.generate(request, context).usage());
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("rule", "asking").withParts(List.of(broken.description()));
          }
        };
    assertFails(
        Router.by(asking).generator("a", small).generator("b", small).build(),
        usd("0.0005"),
        List.of("route!"),
        "the rule \"asking\" of the route failed: down");
  }

  @Test
  void aCancelledCascadeDoesNotGoOn() {
    CallContext context = CallContext.unbounded();
    ScriptedGenerator cancelling =
        new ScriptedGenerator(
            "small",
            1,
            1,
            question -> {
              context.cancel();
              return Generation.of("too late").withConfidence(0);
            });
    Cascade cascade =
        Cascade.first("cheap", cancelling, AcceptanceScore.confidence(), 1).last("strong", large);
    assertThatThrownBy(() -> cascade.generate(request("q"), context))
        .isInstanceOf(CancelledException.class);
    assertThat(large.calls).hasValue(0);
  }

  @Test
  void selfRouteReadsTheWholeDocumentsOfWhatWasFound() {
    List<Passage> guide =
        List.of(
            new Passage(
                "g1", "guide", 0, 10, "One sheep.", List.of(), Passage.of("x", "x").metadata()),
            new Passage(
                "g2", "guide", 10, 21, " Two sheep.", List.of(), Passage.of("x", "x").metadata()));
    Retriever retriever =
        FakeRetriever.of(List.of(guide.get(1), Passage.of("other", "a third sheep")));
    Generator citing = FakeGenerator.create();
    WholeDocuments whole =
        WholeDocuments.of("farm", id -> id.equals("guide") ? guide : List.of(), 100);
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(retriever)
            .generator(SelfRoute.of(declining(), whole, citing))
            .build();
    Answer answer = rag.ask("two sheep");
    assertThat(answer.text()).isEqualTo("One sheep. Two sheep.");
    assertThat(answer.context().evidence().getFirst().passage().text()).isEqualTo(answer.text());
    assertThat(answer.context().evidence()).hasSize(2); // the other one is a document too
    assertThat(answer.citations()).hasSize(1); // it holds, though no passage found has all of it
    StageRecord read =
        answer.trace().stages().stream()
            .filter(stage -> stage.stage().equals("generate"))
            .findFirst()
            .orElseThrow()
            .parts()
            .getLast()
            .parts()
            .getFirst();
    assertThat(read.stage()).isEqualTo("context");
    assertThat(read.details()).containsEntry("evidence", 2L).containsEntry("dropped", 0L);
    assertThatThrownBy(() -> WholeDocuments.of("farm", id -> List.of(), 0))
        .hasMessage("budget must be >= 1 token, was 0");
    assertThatThrownBy(() -> WholeDocuments.of(" ", id -> List.of(), 1))
        .hasMessageContaining("a stage needs a kind and a name");
  }

  /** Says what it was told. */
  private record Told(PromptTemplate template) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      return Generation.of(template.messages(request).getLast().text());
    }

    @Override
    public Optional<PromptTemplate> prompt() {
      return Optional.of(template);
    }

    @Override
    public Generator withPrompt(PromptTemplate other) {
      return new Told(other);
    }
  }

  /** A guard sees what one generator sends; a route reads more than the guard around it saw. */
  @Test
  void guardsStandAroundEachGenerator() {
    Redaction redaction = Redaction.replacing(Redactor.pattern("NAME", Pattern.compile("Ada")));
    Generator told = new Told(PromptTemplate.grounded());
    WholeDocuments documents =
        WholeDocuments.of("secret", id -> List.of(Passage.of(id, "Ada wrote this.")), 100);
    assertThat(
            ask(documents.read(redaction.generator(told)), "who?", Passage.of("p", "wrote")).text())
        .contains("«NAME1» wrote this.")
        .doesNotContain("Ada");
    for (Generator route :
        List.of(
            documents.read(told),
            SelfRoute.of(told, documents, told),
            Router.by(RoutingRule.by("a", request -> "a"))
                .generator("a", told)
                .generator("b", told)
                .build())) {
      assertThatThrownBy(() -> redaction.generator(route))
          .hasMessageStartingWith("a Redaction cannot see what ");
    }
  }

  /** Turns before are read, too, so they are of the budget. */
  @Test
  void wholeDocumentsLeaveRoomForTheTurnsBefore() {
    List<Context> read = new ArrayList<>();
    Generator reading =
        (request, context) -> {
          read.add(request.context());
          return Generation.of("x");
        };
    Turn turn = new Turn("one two", "one two", "three four");
    List<Turn> turns = Collections.nCopies(5, turn);
    Passage found = Passage.of("p", "a b c d e f");
    GenerationRequest request =
        GenerationRequest.of(
            Query.of("q"),
            new Context(List.of(Evidence.of(found, 1)), 7, List.of(), List.of(), turns));
    TokenCounter counter = reading.tokenCounter();
    int each = counter.count("one two") + counter.count("three four");
    int page = counter.count(found.text());
    WholeDocuments.of("farm", id -> List.of(found), 2 * each + page)
        .read(reading)
        .generate(request, CallContext.unbounded());
    Context whole = read.getFirst();
    assertThat(whole.evidence()).hasSize(1);
    assertThat(whole.tokens()).isEqualTo(each * whole.history().size() + page);
    assertThat(whole.history()).hasSizeBetween(1, 2); // the last ones, in half the budget
    WholeDocuments.of("farm", id -> List.of(found), page)
        .read(reading)
        .generate(request, CallContext.unbounded());
    assertThat(read.getLast().tokens()).isLessThanOrEqualTo(page);
  }

  @Test
  void theMostAlikeQuestionsVote() {
    RoutingRule rule =
        RoutingRule.nearest(
            FakeEmbedder.of(256),
            Map.of(
                "cheap", List.of("what colour is the sky", "what colour is grass"),
                "strong", List.of("compare the two treaties and their effects")),
            2);
    GenerationRequest easy = request("what colour is the sea");
    assertThat(rule.choose(easy, CallContext.unbounded()).generator()).isEqualTo("cheap");
    GenerationRequest hard = request("compare the two wars and their effects");
    RoutingRule.Choice choice = rule.choose(hard, CallContext.unbounded());
    assertThat(choice.generator()).isEqualTo("strong");
    assertThat(choice.detail()).endsWith("like \"compare the two treaties and their effects\"");
    assertThat(choice.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(1);
    Router.by(rule).generator("cheap", small).generator("strong", large).build();
    assertThatThrownBy(
            () -> Router.by(rule).generator("cheap", small).generator("best", large).build())
        .hasMessage("questions are labelled \"strong\", and the router has [cheap, best]");
  }

  @Test
  void labelledQuestionsThatSayNothingAreRefused() {
    FakeEmbedder embedder = FakeEmbedder.of(8);
    assertThatThrownBy(() -> RoutingRule.nearest(embedder, Map.of(), 1))
        .hasMessage("questions of two generators or more are needed to choose between, had none");
    assertThatThrownBy(
            () -> RoutingRule.nearest(embedder, Map.of("a", List.of("x"), "b", List.of()), 1))
        .hasMessage(
            "questions of two generators or more are needed to choose between, had only some of"
                + " \"a\"");
    assertThatThrownBy(() -> RoutingRule.nearest(embedder, Map.of("a", List.of("x", "x")), 1))
        .hasMessage("the question \"x\" is labelled twice: \"a\" and \"a\"");
    assertThatThrownBy(() -> RoutingRule.nearest(embedder, Map.of("a", List.of(" ")), 1))
        .hasMessage("a labelled question of \"a\" is blank");
    assertThatThrownBy(() -> RoutingRule.nearest(embedder, Map.of(), 0))
        .hasMessage("neighbours must be >= 1, was 0");
  }

  /** Suffices with probability 1 / (1 + e^-w), where w is the number of words less 3. */
  private static final StageDescription PIPELINE =
      StageDescription.of("pipeline", "rag").with("topK", 3);

  private RouteModel model(Generator cheap, StageDescription pipeline) {
    int n = RouteFeatures.names().size();
    List<Double> weights = new ArrayList<>(Collections.nCopies(n + 1, 0.0));
    weights.set(0, 1.0);
    List<Double> means = new ArrayList<>(Collections.nCopies(n, 0.0));
    means.set(0, 3.0);
    return new RouteModel(
        List.of(
            new RouteModel.Target("cheap", cheap.description().withoutContent().toString()),
            new RouteModel.Target("strong", large.description().toString())),
        RouteModel.before(pipeline),
        "set",
        100,
        1,
        RouteFeatures.names(),
        means,
        Collections.nCopies(n, 1.0),
        List.of(weights));
  }

  @Test
  void aLearntRuleChoosesTheFirstThatProbablySuffices() {
    Router router =
        Router.by(RoutingRule.learnt(model(small, PIPELINE), 0.6, PIPELINE))
            .generator("cheap", small)
            .generator("strong", large)
            .build();
    assertThat(ask(router, "one two three four").text()).startsWith("small");
    Generation other = ask(router, "one two three");
    assertThat(other.text()).startsWith("large");
    assertThat(other.parts().getFirst().details())
        .containsEntry("because", "a cheaper one suffices with probability 0.500 only");
  }

  @Test
  void aLearntRuleIsForWhatItWasLearntFor() {
    RoutingRule rule = RoutingRule.learnt(model(small, PIPELINE), 0.6, PIPELINE);
    assertThatThrownBy(
            () -> Router.by(rule).generator("cheap", sure(1)).generator("large", large).build())
        .hasMessage(
            "the model was learnt for a generator \"strong\", and the router has [cheap, large]");
    assertThatThrownBy(
            () ->
                Router.by(rule)
                    .generator("cheap", scripted("other"))
                    .generator("strong", large)
                    .build())
        .hasMessage(
            "the model was learnt for \"cheap\" as scripted(model=small), and here it is"
                + " scripted(model=other); learn one for it");
    assertThatThrownBy(
            () ->
                Router.by(rule)
                    .generator("cheap", (request, context) -> Generation.of("x"))
                    .generator("strong", large)
                    .build())
        .hasMessageContaining("does not say what it is, so a model cannot have been learnt for it");
    StageDescription reading =
        PIPELINE.withParts(List.of(FakeRetriever.of(List.of()).description()));
    assertThatThrownBy(() -> RoutingRule.learnt(model(small, PIPELINE), 0.5, reading))
        .hasMessage(
            "the model was learnt for contexts of rag(topK=3), which those of %s cannot be compared with; learn one for them"
                .formatted(reading));
    StageDescription whole =
        reading.withParts(List.of(reading.parts().getFirst(), large.description()));
    assertThatCode(() -> RoutingRule.learnt(model(small, whole), 0.5, reading))
        .doesNotThrowAnyException();
    for (double suffices : new double[] {0, 1, -1, Double.NaN}) {
      assertThatThrownBy(() -> RoutingRule.learnt(model(small, PIPELINE), suffices, PIPELINE))
          .hasMessage("suffices must be above 0 and below 1, was " + suffices);
    }
    RouteModel older = model(small, PIPELINE);
    RouteModel other =
        new RouteModel(
            older.generators(),
            older.before(),
            older.learntOn(),
            older.questions(),
            older.penalty(),
            List.of("length"),
            List.of(0.0),
            List.of(1.0),
            List.of(List.of(0.0, 0.0)));
    assertThatThrownBy(() -> RoutingRule.learnt(other, 0.5, PIPELINE))
        .hasMessageStartingWith("the model was learnt from [length], and this version has [")
        .hasMessageEndingWith("]; learn it anew");
  }

  /** Documents come and go behind a router, and a threshold; what they were learnt for stays. */
  @Test
  void whatAnIndexContainsIsNoSetting() {
    StageDescription bm25 = StageDescription.of("retriever", "bm25").with("k1", 1.5);
    StageDescription before =
        PIPELINE.withParts(List.of(bm25.with(StageDescription.INDEX, "a1/3")));
    StageDescription after = PIPELINE.withParts(List.of(bm25.with(StageDescription.INDEX, "b2/4")));
    RoutingRule.learnt(model(reading("a1/3"), before), 0.5, after)
        .check(Map.of("cheap", reading("b2/4").description(), "strong", large.description()));
    Generator other = reading("b2/4");
    AcceptanceScore own = AcceptanceScore.confidence();
    assertThat(own.sourceOf(other)).isEqualTo(own.sourceOf(reading("a1/3")));
    StageDescription changed = PIPELINE.withParts(List.of(bm25.with("k1", 1.2)));
    assertThatThrownBy(() -> RoutingRule.learnt(model(small, before), 0.5, changed))
        .hasMessage(
            "the model was learnt for contexts of rag(topK=3; bm25(k1=1.5)), which those of"
                + " rag(topK=3; bm25(k1=1.2)) cannot be compared with; learn one for them");
  }

  /** A generator that reads an index itself. */
  private static Generator reading(String index) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        return Generation.of("x");
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", "reading").with(StageDescription.INDEX, index);
      }
    };
  }

  @Test
  void modelsWhoseNumbersDoNotFitAreRefused() {
    List<RouteModel.Target> two =
        List.of(new RouteModel.Target("a", "x"), new RouteModel.Target("b", "y"));
    assertThatThrownBy(
            () ->
                new RouteModel(
                    two, "", "s", 1, 1, List.of("f"), List.of(), List.of(1.0), List.of()))
        .hasMessageContaining("had 0, 1 and []");
    assertThatThrownBy(
            () ->
                new RouteModel(
                    two,
                    "",
                    "s",
                    1,
                    1,
                    List.of("f"),
                    List.of(0.0),
                    List.of(0.0),
                    List.of(List.of(1.0, 1.0))))
        .hasMessageContaining("deviations above 0, were [0.0]");
  }

  @Test
  void featuresAreCounted() {
    RouteFeatures found =
        RouteFeatures.of(
            request(
                "Where does the Rhine rise, the Rhine?",
                Passage.of("a", "the rhine"),
                Passage.of("b", "does it rise"),
                Passage.of("c", "no")));
    // 7 words, 5 of them distinct: where does the rhine rise
    assertThat(found.values()).containsExactly(7.0, 3.0, 7.0, 4.0, 1.0, 2.0, 0.8, 0.4);
    assertThat(RouteFeatures.of(request("")).values().stream().mapToDouble(v -> v).sum())
        .isEqualTo(7);
    assertThat(RouteFeatures.names()).hasSize(found.values().size());
  }

  @Test
  void thresholdsThatCannotBeAreRefused() {
    AcceptanceScore words = AcceptanceScore.words();
    for (double atLeast : new double[] {-0.1, 1.1, Double.NaN, Double.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> Cascade.first("cheap", small, words, atLeast))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the threshold of \"cheap\" must be from 0.0 to 1.0, as words is, was " + atLeast);
    }
    Threshold learnt = new Threshold(0.5, words.sourceOf(small), 0.1, 0.9, 100, 50);
    assertThat(learnt.source()).isEqualTo("words of scripted(model=small)");
    Cascade.first("cheap", small, words, learnt).last("strong", large);
    assertThatThrownBy(() -> Cascade.first("cheap", scripted("new"), words, learnt))
        .hasMessage(
            "the threshold was learnt from scores of \"words of scripted(model=small)\", and"
                + " \"cheap\" has those of \"words of scripted(model=new)\", which cannot be"
                + " compared; learn one for it");
    Threshold all =
        new Threshold(Double.NEGATIVE_INFINITY, words.sourceOf(small), 0.1, 0.9, 100, 100);
    Cascade any = Cascade.first("cheap", small, words, all).last("strong", large);
    assertThat(ask(any, "q").text()).isEqualTo("small on q");
    assertThatThrownBy(() -> words.sourceOf((request, context) -> Generation.of("x")))
        .hasMessageContaining("no threshold can be learnt for it; give it a name");
  }

  /** What a later step is asked are the hard ones, of which a bound over all says nothing. */
  @Test
  void onlyTheFirstStepKeepsAPromise() {
    AcceptanceScore words = AcceptanceScore.words();
    String source = words.sourceOf(small) + " (error: em below 0.5)";
    Threshold learnt = new Threshold(0.5, source, 0.1, 0.9, 100, 50);
    Cascade promising = Cascade.first("cheap", small, words, learnt).last("strong", large);
    Cascade.first("a", promising).last("b", large); // it is asked all
    String refused =
        "\"b\" accepts from a learnt threshold on, which holds where it is asked all questions, and"
            + " here it is asked those that others refused; give the number alone,"
            + " threshold.value(), which promises nothing";
    assertThatThrownBy(() -> Cascade.first("a", declining()).last("b", promising))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(refused);
    assertThatThrownBy(() -> Cascade.first("a", declining()).then("b", promising).last("c", large))
        .hasMessage(refused);
    Cascade numbered =
        Cascade.first("a", declining()).then("b", small, words, learnt.value()).last("c", large);
    assertThat(ask(numbered, "q").text()).isEqualTo("large on q");
    assertThat(Cascade.Builder.class.getMethods())
        .filteredOn(method -> method.getName().equals("then"))
        .noneMatch(method -> List.of(method.getParameterTypes()).contains(Threshold.class));
    Threshold other = new Threshold(0.5, words.sourceOf(small) + "x", 0.1, 0.9, 100, 50);
    assertThatThrownBy(() -> Cascade.first("cheap", small, words, other))
        .hasMessageContaining("which cannot be compared");
  }

  @Test
  void namesAreGivenOnce() {
    assertThatThrownBy(() -> Cascade.first("a", small).then("b", small).last("a", large))
        .hasMessage("two generators of the cascade are called \"a\"; give each a name of its own");
    RoutingRule rule = RoutingRule.by("a", request -> "a");
    assertThatThrownBy(() -> Router.by(rule).generator("a", small).generator("a", large).build())
        .hasMessage("two generators of the router are called \"a\"; give each a name of its own");
    assertThatThrownBy(() -> Router.by(rule).generator("a", small).build())
        .hasMessage("a router takes two generators or more, had 1");
    assertThatThrownBy(() -> Router.by(rule).generator(" ", small))
        .hasMessage("a generator of a route needs a name, had \" \"");
  }

  @Test
  void whatChangesAnAnswerIsInTheDescription() {
    List<Generator> different =
        List.of(
            byFirstWord(),
            Router.by(RoutingRule.by("other", request -> "cheap"))
                .generator("cheap", small)
                .generator("strong", large)
                .build(),
            Router.by(RoutingRule.by("first word", request -> "cheap"))
                .generator("strong", small)
                .generator("cheap", large)
                .build(),
            Cascade.first("cheap", small).last("strong", large),
            Cascade.first("cheap", large).last("strong", small),
            Cascade.first("cheap", small, AcceptanceScore.words(), 0.5).last("strong", large),
            Cascade.first("cheap", small, AcceptanceScore.words(), 0.6).last("strong", large),
            Cascade.first("cheap", small, AcceptanceScore.agreement(large), 0.5)
                .last("strong", large));
    assertThat(different).extracting(one -> one.description().toString()).doesNotHaveDuplicates();
    assertThat(different).noneMatch(one -> one.description().opaque());
    assertThat(byFirstWord().readsTextOnly()).isFalse(); // a function may read scores
    assertThat(different.get(5).readsTextOnly()).isTrue();
    Cascade opaque =
        Cascade.first("a", small, (request, made, context) -> AcceptanceScore.Scored.of(1), 1)
            .last("b", large);
    assertThat(opaque.description().opaque()).isTrue();
  }

  /** A thousand questions, of which each third is refused: not one call more or less. */
  @Test
  void callsAndCostsOfManyQuestionsAreExact() {
    ScriptedGenerator cheap =
        new ScriptedGenerator(
            "small",
            100,
            10,
            question -> Generation.of("x").withConfidence(Integer.parseInt(question) % 3));
    Cascade cascade =
        Cascade.first("cheap", cheap, AcceptanceScore.confidence(), 1).last("strong", large);
    Cost sum =
        IntStream.range(0, 1_000)
            .mapToObj(i -> cost(cascade, ask(cascade, String.valueOf(i))))
            .reduce(PRICES.none(), Cost::plus);
    assertThat(cheap.calls).hasValue(1_000);
    assertThat(large.calls).hasValue(334);
    assertThat(sum).isEqualTo(usd("0.5208")); // 1000 x 0.00012 and 334 x 0.0012
  }
}
