package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Cost;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.ContextOrder;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.RecordingListener;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is measured is what runs: random pipelines (200 families unless {@code -Dwalks} says more)
 * over scripted stages, each asked for itself and as an arm beside others, with what they have in
 * common known already, and once more from a memo. The seed is printed.
 */
class OneWalkTest {
  private static final int ROUNDS = Integer.getInteger("walks", 200);
  private static final int BATCH = 50;
  private static final List<String> QUESTIONS = List.of("one", "two", "three");

  @TempDir Path folder;

  private final RandomGenerator random = Seeds.random();
  private int names;

  @Test
  void anArmIsItsPipeline() {
    Map<String, Integer> ends = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round += BATCH) {
      List<List<RagPipeline>> batch = IntStream.range(0, BATCH).mapToObj(i -> arms()).toList();
      int depth = 1 + random.nextInt(30);
      try (StageStore store = new RunStore(Memo.open(folder))) {
        for (List<RagPipeline> arms : batch) {
          compare(arms, depth, store, ends);
          compare(arms, depth, store, ends);
        }
      }
      try (StageStore store = Memo.open(folder)) { // decoded
        batch.forEach(arms -> compare(arms, depth, store, ends));
      }
    }
    assertThat(ends.keySet())
        .contains("ANSWERED", "ABSTAINED NO_EVIDENCE", "ABSTAINED WEAK_EVIDENCE")
        .contains("ABSTAINED BUDGET", "ABSTAINED DECLINED", "FAILED", "CANCELLED");
  }

  private static void compare(
      List<RagPipeline> arms, int depth, StageStore store, Map<String, Integer> ends) {
    CallContext context = CallContext.unbounded();
    StageCalls calls =
        new StageCalls(
            store, new Allowance(Budget.unlimited()), (key, result) -> Cost.unknown("it"), context);
    Asking.Setting setting =
        new Asking.Setting(
            calls,
            new Identities(store.lasts()),
            new Passages(),
            new ChangeCosts(null),
            depth,
            0,
            false,
            context);
    for (String question : QUESTIONS) {
      calls.nextQuestion();
      Asking asking = new Asking(setting, new Question(question, question, List.of()));
      for (RagPipeline arm : arms) {
        Map<String, Object> asked = asked(arm, question);
        assertThat(walked(asking.walk(arm.stages(), true)))
            .as("%s asked %s", arm.description(), question)
            .isEqualTo(asked);
        ends.merge(String.valueOf(asked.get("end")).strip(), 1, Integer::sum);
      }
    }
  }

  private static Map<String, Object> asked(RagPipeline rag, String question) {
    RecordingListener heard = new RecordingListener();
    Map<String, Object> all = new LinkedHashMap<>();
    try {
      Answer answer = rag.with(r -> r.listener(heard)).ask(question);
      all.put("answer", answer.text());
      all.put("citations", answer.citations());
      all.put(
          "abstention",
          answer.outcome() instanceof Outcome.Abstained a ? a.reason() + a.detail() : "");
      all.put(
          "context",
          answer.context().evidence().stream().flatMap(e -> e.passageIds().stream()).toList());
      all.put("dropped", answer.context().dropped());
    } catch (RagException e) {
      Throwable cause = e.getCause();
      Throwable why = e instanceof StageException && cause != null ? cause : e;
      all.put(
          "failure",
          e.stage().orElseThrow() + ": " + (why.getMessage() == null ? why : why.getMessage()));
    }
    tell(heard.traces().getFirst(), all);
    return all;
  }

  private static Map<String, Object> walked(Walked walked) {
    QuestionOutcome outcome = walked.outcome();
    Map<String, Object> all = new LinkedHashMap<>();
    QuestionOutcome.Failure failure = outcome.failure();
    if (failure == null) {
      Abstention abstention = outcome.abstention();
      all.put("answer", outcome.answer() == null ? "" : outcome.answer());
      all.put("citations", outcome.citations());
      all.put("abstention", abstention == null ? "" : abstention.reason() + abstention.detail());
      all.put("context", outcome.context());
      all.put("dropped", outcome.dropped());
    } else {
      all.put("failure", failure.stage() + ": " + failure.message());
    }
    Trace trace = walked.trace();
    assertThat(trace).isNotNull();
    if (trace != null) {
      tell(trace, all);
      assertThat(trace.duration()).isEqualTo(outcome.latency());
    }
    return all;
  }

  private static void tell(Trace trace, Map<String, Object> all) {
    all.put("end", trace.outcome() + " " + trace.reason().orElse(""));
    all.put("question", trace.question());
    all.put("trace", trace.stages().stream().map(OneWalkTest::told).toList());
  }

  /** All of a record but its times, and in its parts how many hits: an arm may look deeper. */
  private static List<Object> told(StageRecord record) {
    return told(record, record.details());
  }

  private static List<Object> part(StageRecord record) {
    Map<String, Object> details = new TreeMap<>(record.details());
    details.remove("hits");
    return told(record, record.details().containsKey("query") ? record.details() : details);
  }

  private static List<Object> told(StageRecord record, Map<String, Object> details) {
    return List.of(
        record.stage(),
        record.description(),
        record.usage(),
        details,
        record.error(),
        record.parts().stream().map(OneWalkTest::part).toList());
  }

  /** Some that have stages in common. */
  private List<RagPipeline> arms() {
    RagPipeline.Builder builder =
        RagPipeline.builder().retriever(retriever()).generator(generator()).topK(topK());
    List<RagPipeline> arms = new ArrayList<>(List.of(builder.build()));
    for (int i = 0; i < 4; i++) {
      arms.add(arms.get(random.nextInt(arms.size())).with(this::changed));
    }
    return arms;
  }

  private RagPipeline.Builder changed(RagPipeline.Builder builder) {
    int topK = topK();
    builder.topK(topK).reranker(reranker(), topK + random.nextInt(6));
    switch (random.nextInt(7)) {
      case 0 -> builder.expander(expander());
      case 1 -> builder.expander(expander()).queryFusion(fusion());
      case 2 -> builder.filter(Filter.documents(some(6)));
      case 3 -> builder.gate(gate());
      case 4 -> builder.gate(gate()).fallback(retriever());
      case 5 -> builder.gate(gate()).fallback(retriever(), fusion());
      default -> builder.retriever(retriever()).generator(generator());
    }
    return random.nextBoolean() ? builder.context(context()) : builder;
  }

  private int topK() {
    return 1 + random.nextInt(5);
  }

  private List<String> some(int most) {
    return IntStream.range(0, most).mapToObj(i -> "p" + random.nextInt(8)).distinct().toList();
  }

  private String name() {
    return "stage" + names++;
  }

  /** What a stage does with a question: the same each time, and sometimes nothing good. */
  private <T> T maybe(String name, String question, Supplier<T> good) {
    return switch (Math.floorMod((name + question).hashCode(), 24)) {
      case 0 -> throw new IllegalStateException(name + " is broken");
      case 1 -> throw new CancelledException("stopped by hand");
      case 2 -> throw new NullPointerException();
      default -> good.get();
    };
  }

  private QueryExpander expander() {
    String name = name();
    int queries = random.nextInt(4);
    return ((QueryExpander)
            (question, context) ->
                maybe(
                    name,
                    question.text(),
                    () ->
                        Expansion.of(
                            queries == 0
                                ? List.of(question)
                                : IntStream.range(0, queries)
                                    .mapToObj(i -> Query.of(question.text() + " " + i))
                                    .toList(),
                            Usage.of(Usage.OUTPUT_TOKENS, queries))))
        .named(name);
  }

  /** The shorter answer is the beginning of the longer one, and none is to every fifth question. */
  private Retriever retriever() {
    String name = name();
    int most = random.nextInt(12);
    Retriever simple =
        ((Retriever)
                (request, context) -> {
                  String text = request.query().text();
                  return maybe(
                      name,
                      text.substring(0, 3),
                      () ->
                          Retrieval.ranked(
                              IntStream.range(0, most)
                                  .mapToObj(
                                      i -> passage(Math.floorMod(i * 7 + text.hashCode(), 12)))
                                  .distinct()
                                  .filter(passage -> request.filter().test(passage))
                                  .map(
                                      passage ->
                                          new Hit(
                                              passage,
                                              Math.floorMod(
                                                  (text + passage.id() + name).hashCode(), 9),
                                              name))
                                  .toList(),
                              request.topK(),
                              Usage.of("searches", 1)));
                })
            .named(name);
    return switch (random.nextInt(4)) {
      case 0 -> Retrievers.fuse(RankFusion.reciprocalRank(60), 40, simple, simple);
      case 1 -> simple.rerankedBy(Reranker.none(), 40);
      default -> simple;
    };
  }

  private static Passage passage(int i) {
    return Passage.of("p" + i, "some words of passage " + i / 2 + ". " + "More. ".repeat(i));
  }

  private RankFusion fusion() {
    String name = name();
    return ((RankFusion)
            (rankings, topK) ->
                maybe(
                    name,
                    String.valueOf(rankings.size()),
                    () -> RankFusion.reciprocalRank(10).fuse(rankings, topK)))
        .named(name);
  }

  private Reranker reranker() {
    String name = name();
    int least = random.nextInt(3) - 1;
    return ((Reranker)
            (query, hits, topK, context) ->
                maybe(
                    name,
                    query.text(),
                    () ->
                        Retrieval.ranked(
                            hits.stream()
                                .map(
                                    hit ->
                                        new Hit(
                                            hit.passage(),
                                            Math.floorMod(
                                                (name + hit.passage().id()).hashCode(), 7),
                                            name))
                                .filter(hit -> hit.score() > least * 2)
                                .toList(),
                            topK,
                            Usage.of("pairs", hits.size()))))
        .named(name);
  }

  private EvidenceGate gate() {
    String name = name();
    return ((EvidenceGate)
            (question, hits, context) ->
                maybe(
                    name,
                    question.text(),
                    () ->
                        new EvidenceGate.Verdict(
                            hits.getFirst().score() >= 3,
                            "best " + hits.getFirst().score(),
                            Usage.of("judged", 1))))
        .named(name);
  }

  private ContextAssembler context() {
    ContextAssembler.Builder builder = ContextAssembler.builder();
    switch (random.nextInt(6)) {
      case 0 -> builder.budget(1 + random.nextInt(9));
      case 1 -> builder.selection(Rerankers.threshold(random.nextInt(9)));
      case 2 -> builder.scoreGap(random.nextInt(2)).order(ContextOrder.BEST_LAST);
      case 3 -> builder.dedupe(false).mergeNeighbours(false);
      case 4 -> builder.budget(40).titlesOfDropped(true).nearDuplicates(.5);
      default -> builder.budget(1).selection(Rerankers.threshold(0));
    }
    return builder.build();
  }

  /** Goes by scores, and cites what holds and what does not. */
  private Generator generator() {
    String name = name();
    Generator plain =
        ((Generator)
                (request, context) ->
                    maybe(
                        name,
                        request.question().text(),
                        () -> {
                          List<Evidence> read = request.context().evidence();
                          Usage usage = Usage.of(Usage.INPUT_TOKENS, request.context().tokens());
                          if (Math.floorMod((name + read.size()).hashCode(), 5) == 0) {
                            return Generation.abstained(
                                new Abstention(Abstention.Reason.DECLINED, "no"), usage);
                          }
                          Passage first = read.getFirst().passage();
                          String text = first.text() + read.getFirst().score() + read.size();
                          return Generation.of(
                                  text,
                                  List.of(
                                      Citation.of(first, first.start(), first.start() + 4, 0, 4),
                                      Citation.of(
                                          first, first.start(), first.start() + 4, 0, 9_999),
                                      Citation.of(Passage.of("other", "text"), 0, 4, 0, 4)),
                                  Generation.FinishReason.STOP,
                                  usage)
                              .withRefusedCitations(read.size() % 2);
                        }))
            .named(name);
    return random.nextInt(4) > 0 ? plain : dear(plain);
  }

  /** Counts a hundred tokens in any text, so that nothing fits into a small budget. */
  private static Generator dear(Generator generator) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        return generator.generate(request, context);
      }

      @Override
      public TokenCounter tokenCounter() {
        return text ->
            TokenSpans.of(new int[100], IntStream.generate(() -> 1).limit(100).toArray());
      }

      @Override
      public StageDescription description() {
        return generator.description().with("tokens", "dear");
      }
    };
  }
}
