package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.testkit.RecordingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline is an arm, and every part of one is a factor. */
class PipelineArmTest {
  private static final EvidenceGate STRICT =
      ((EvidenceGate)
              (question, hits, context) ->
                  new EvidenceGate.Verdict(
                      hits.getFirst().score() > 100, "no score is above 100", Usage.none()))
          .named("strict");

  @TempDir Path folder;

  private final Fixture.Quoting quoting = new Fixture.Quoting("quoting");

  private RagPipeline today() {
    return RagPipeline.builder().retriever(Fixture.words()).generator(quoting).topK(3).build();
  }

  private Experiment.Builder over() {
    return Experiment.over(Fixture.set()).measure(Ndcg.at(10), TokenF1.squad());
  }

  private static <T> Map<String, T> levels(String a, T one, String b, T other) {
    Map<String, T> levels = new LinkedHashMap<>();
    levels.put(a, one);
    levels.put(b, other);
    return levels;
  }

  @Test
  void aLivePipelineIsMeasuredBesideTheGrid() {
    RecordingListener heard = new RecordingListener();
    RagPipeline live = today().with(r -> r.listener(heard));
    Experiment experiment =
        over()
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(Factor.GENERATOR, quoting)
            .vary(Factor.TOP_K, 1, 3)
            .arm("today", live)
            .build();
    assertThat(experiment.arms()).containsExactly("topK 1", "topK 3", "today");
    assertThat(experiment.pipeline("today")).isSameAs(live);
    assertThat(experiment.dryRun().arms()).hasSize(3);
    ExperimentResult result = experiment.run(Progress.none());
    assertThat(result.arm("today").outcomes()).isEqualTo(result.arm("topK 3").outcomes());
    assertThat(result.arm("today").levels()).isEmpty();
    assertThat(result.arm("today").topK()).isEqualTo(3);
    assertThat(result.effectOf("topK", "f1").levels()).hasSize(2);
    assertThat(result.winners("f1").best()).isNotEmpty();
    assertThat(heard.events()).isEmpty(); // production's listeners learn nothing of it
  }

  @Test
  void aPipelineInAConversationIsMeasuredAsItRuns() {
    Conversation talk =
        Conversation.of(Condenser.joining(100)).with(Turn.of("What is it?", "It is a thing."));
    RagPipeline asking = today().with(r -> r.context(c -> c.history(1))).in(talk);
    Experiment experiment = over().arm("today", today()).arm("talk", asking).memo(folder).build();
    ExperimentResult result = experiment.run(Progress.none());
    int questions = Fixture.set().questions().size();
    assertThat(result.stageCalls().get("condense")).isEqualTo(questions);
    ExperimentResult again =
        over().arm("today", today()).arm("talk", asking).memo(folder).build().run(Progress.none());
    assertThat(again.stageCalls().values()).allMatch(calls -> calls == 0);
    assertThat(again.arm("talk").outcomes()).hasSize(questions);
    Question first = Fixture.set().questions().values().iterator().next();
    Answer answer = asking.ask(first.text());
    assertThat(answer.question()).isEqualTo("What is it? " + first.text().strip());
    assertThat(answer.context().history()).isEqualTo(talk.turns());
  }

  @Test
  void pipelinesAreComparedWithoutAGridAndRaced() {
    RagPipeline today = today().with(r -> r.topK(1));
    RagPipeline better = today.with(r -> r.reranker(new Fixture.NoDecoys(), 20));
    Experiment experiment = over().arm("today", today).arm("better", better).build();
    ExperimentResult result = experiment.run(Progress.none());
    assertThat(result.arm("better").metric("f1").mean().orElseThrow())
        .isGreaterThan(result.arm("today").metric("f1").mean().orElseThrow());
    assertThat(AnswerFlips.of(result, "today", result, "better", "f1", 1).turnedRight())
        .containsOnlyKeys("rerank");
    Race race = experiment.race(Race.Rules.by("ndcg@10", "f1"), Progress.none());
    assertThat(race.retrieval())
        .extracting(Race.Retrieval::levels)
        .containsExactlyInAnyOrder(Map.of("arm", "today"), Map.of("arm", "better"));
    assertThat(race.winners().best()).isEqualTo("better");
  }

  @Test
  void armsThatCannotBeToldApartOrKeptAreRefused() {
    assertThatThrownBy(() -> over().arm("today", today()).arm("today", today()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two arms are called \"today\"; give each a name of its own");
    assertThatThrownBy(() -> over().arm(" ", today())).hasMessage("an arm needs a name, was \" \"");
    assertThatThrownBy(
            () ->
                over()
                    .fix(Factor.RETRIEVER, Fixture.words())
                    .fix(Factor.GENERATOR, quoting)
                    .vary(Factor.TOP_K, 1, 3)
                    .arm("topK 3", today())
                    .build())
        .hasMessage("two arms are called \"topK 3\"; give each a name of its own");
    RagPipeline opaque = today().with(r -> r.generator((request, context) -> Generation.of("x")));
    assertThatThrownBy(() -> over().arm("today", opaque).memo(folder).build().run(Progress.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "arm \"today\": the generator lambda? does not say what it is, so a memo could not tell it from another one; give it a name that changes whenever its results may, with named(\"...\"), or override its description()");
    over().arm("today", opaque).build().run(Progress.none()); // without one it is itself alone
    over().arm("today", today()).memo(folder).build().run(Progress.none());
  }

  @Test
  void aSelectionThatKeepsNothingIsWeakEvidenceInBoth() {
    ContextAssembler none =
        ContextAssembler.builder().selection(Rerankers.threshold(9_999)).build();
    Experiment experiment =
        over()
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(Factor.CONTEXT, none)
            .fix(Factor.GENERATOR, quoting)
            .build();
    Answer answer = experiment.pipeline("fixed").ask("where does the cat mrcat live ");
    Abstention expected =
        new Abstention(
            Abstention.Reason.WEAK_EVIDENCE,
            "the context's selection kept nothing of the 8 passages found");
    assertThat(answer.outcome())
        .isEqualTo(new Outcome.Abstained(expected.reason(), expected.detail()));
    assertThat(experiment.run(Progress.none()).arm("fixed").outcomes().getFirst().abstention())
        .isEqualTo(expected);
  }

  @Test
  void filterGateAndFallbackAreFactors() {
    Retriever other =
        FakeRetriever.of(
            List.of(Passage.of("spare", "where does the cat mrcat live in the spare room")));
    ExperimentResult result =
        over()
            .fix(Factor.RETRIEVER, Fixture.words())
            .vary(
                Factor.FILTER,
                levels("all", Filter.all(), "no cat", Filter.documents(List.of("dog"))))
            .vary(Factor.GATE, levels("none", EvidenceGate.none(), "strict", STRICT))
            .vary(Factor.FALLBACK, levels("none", Retriever.none(), "spare", other))
            .exclude(arm -> "none".equals(arm.get("gate")) && "spare".equals(arm.get("fallback")))
            .fix(Factor.GENERATOR, quoting)
            .build()
            .run(Progress.none());
    assertThat(result.arms())
        .extracting(ArmResult::name)
        .containsExactly(
            "all + none + none",
            "all + strict + none",
            "all + strict + spare",
            "no cat + none + none",
            "no cat + strict + none",
            "no cat + strict + spare");
    assertThat(result.arm("all + none + none").answered()).isEqualTo(8);
    assertThat(result.arm("all + strict + none").outcomes().getFirst().abstention())
        .isEqualTo(new Abstention(Abstention.Reason.WEAK_EVIDENCE, "no score is above 100"));
    assertThat(result.arm("all + strict + spare").outcomes().getFirst().retrieved())
        .containsExactly("spare");
    assertThat(result.arm("no cat + none + none").outcomes().getFirst().retrieved())
        .containsExactly("dog");
    assertThat(result.stageCalls().keySet())
        .containsExactly(
            "expand", "retrieve", "fuse", "rerank", "gate", "fallback", "context", "generate");
    assertThatThrownBy(
            () ->
                over()
                    .fix(Factor.RETRIEVER, Fixture.words())
                    .fix(Factor.FALLBACK, other)
                    .fix(Factor.GENERATOR, quoting)
                    .build())
        .hasMessage(
            "the arm fixed: a `fallback` needs a `gate` that says when, but none was set; exclude(...) leaves such arms out");
  }

  /** Says its prompt. */
  private record Told(PromptTemplate said) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      return Generation.of(said.messages(request).getFirst().text());
    }

    @Override
    public Told withPrompt(PromptTemplate other) {
      return new Told(other);
    }
  }

  @Test
  void aPromptIsAFactorWhereThereIsOne() {
    PromptTemplate loud = request -> List.of(ChatMessage.user("LOUD"));
    PromptTemplate low = request -> List.of(ChatMessage.user("low"));
    ExperimentResult result =
        over()
            .fix(Factor.RETRIEVER, Fixture.words())
            .vary(Factor.TOP_K, 1, 3)
            .vary(Factor.PROMPT, levels("loud", loud, "low", low))
            .fix(Factor.GENERATOR, new Told(PromptTemplate.grounded()))
            .build()
            .run(Progress.none());
    assertThat(result.arm("topK 1 + loud").outcomes().getFirst().answer()).isEqualTo("LOUD");
    assertThat(result.arm("topK 3 + low").outcomes().getFirst().answer()).isEqualTo("low");
    assertThatThrownBy(
            () ->
                over()
                    .fix(Factor.RETRIEVER, Fixture.words())
                    .vary(Factor.PROMPT, levels("loud", loud, "low", low))
                    .fix(Factor.GENERATOR, quoting)
                    .build())
        .hasMessage(
            "the arm loud: the generator quoting has no prompt to change; a name, if any, is given last; exclude(...) leaves such arms out");
  }

  /** Ranks as before, and gives every hit the same score. */
  private static Retriever scoring(double score) {
    return ((Retriever)
            (request, context) ->
                Retrieval.of(
                    Fixture.words().retrieve(request, context).hits().stream()
                        .map(hit -> new Hit(hit.passage(), score, "same"))
                        .toList(),
                    Usage.none()))
        .named("scoring " + score);
  }

  private static ExperimentResult scored(Generator generator, Path memo) {
    return Experiment.over(Fixture.set())
        .vary(Factor.RETRIEVER, levels("one", scoring(1), "two", scoring(2)))
        .fix(Factor.TOP_K, 1)
        .fix(Factor.GENERATOR, generator)
        .measure(TokenF1.squad())
        .memo(memo)
        .build()
        .run(Progress.none());
  }

  @Test
  void aGeneratorThatReadsScoresIsAskedForEachEvidenceThatDiffersInThem() {
    List<Double> asked = new ArrayList<>();
    Generator reading =
        (request, context) -> {
          double score = request.context().evidence().getFirst().score();
          asked.add(score);
          return Generation.of("score " + score);
        };
    ExperimentResult result = scored(reading.named("reading"), folder.resolve("reading"));
    assertThat(result.arm("one").outcomes().getFirst().answer()).isEqualTo("score 1.0");
    assertThat(result.arm("two").outcomes().getFirst().answer()).isEqualTo("score 2.0");
    assertThat(asked).hasSize(16);
    scored(reading.named("reading"), folder.resolve("reading"));
    assertThat(asked).hasSize(16);
    scored(quoting, folder.resolve("quoting"));
    assertThat(quoting.calls).hasValue(8); // it says that it does not
  }

  @Test
  void evidenceThatTheGateKeptFromTheGeneratorIsLostThere() {
    Passage gold = Passage.of("gold", "ada and bob meet in rome");
    EvalSet set =
        EvalSet.of(
            "pair",
            List.of(new Question("q", "where do ada and bob meet", List.of("rome"))),
            Qrels.ofGrades(Map.of("q", Map.of("gold", 1))));
    Generator rome =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            List<Evidence> read = request.context().evidence();
            return Generation.of(read.isEmpty() ? "paris" : "rome");
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("generator", "rome");
          }
        };
    RagPipeline gated =
        RagPipeline.builder()
            .retriever(FakeRetriever.of(List.of(gold)))
            .reranker(Reranker.none(), 8)
            .gate(STRICT)
            .generator(rome)
            .build();
    ExperimentResult result =
        Experiment.over(set)
            .arm("gated", gated)
            .measure(ExactMatch.squad())
            .explain(Corpus.of(DocumentSource.of(List.of()), id -> List.of(gold)), "em", 1)
            .build()
            .run(Progress.none());
    Probe probe = Objects.requireNonNull(result.arm("gated").outcomes().getFirst().probe());
    assertThat(probe.lost().orElseThrow().loss()).isEqualTo(EvidenceLoss.GATED);
    assertThat(probe.trial(Probe.Given.REPAIRED).orElseThrow().right()).isTrue();
  }
}
