package dev.ragwright.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WalkTest {
  private static final List<Hit> HITS =
      List.of(
          new Hit(Passage.of("p1", "The Rhine rises in the Alps. It is long."), 2, "scripted"),
          new Hit(Passage.of("p2", "The Elbe ends in the North Sea. It is wide."), 1, "scripted"));
  private static final Retriever RIVERS = (request, context) -> slowly(Retrieval.of(HITS));
  private static final Generator FIRST =
      (request, context) ->
          slowly(Generation.of(request.context().evidence().getFirst().passage().text()));

  private static <T> T slowly(T result) {
    LockSupport.parkNanos(2_000_000);
    return result;
  }

  private static Stream<StageRecord> all(StageRecord record) {
    return Stream.concat(Stream.of(record), record.parts().stream().flatMap(WalkTest::all));
  }

  @Test
  void oneClockMeasuresAllThatARecordTells() {
    Ticker frozen = () -> 42;
    Reranker slow = (query, hits, topK, context) -> slowly(Retrieval.of(hits));
    RankFusion fusion = RankFusion.reciprocalRank(60);
    RagPipeline rag =
        RagPipeline.builder()
            .expander((question, context) -> Expansion.of(List.of(question, Query.of("rivers"))))
            .retriever(Retrievers.fuse(fusion, RIVERS.rerankedBy(slow, 9), RIVERS))
            .reranker(slow.then(slow.fusedWithFirstStage(fusion), 9), 9)
            .context(c -> c.selection(Rerankers.threshold(0)).scoreGap(0).titlesOfDropped(true))
            .generator(FIRST)
            .ticker(frozen)
            .build();
    List<Trace> traces = new ArrayList<>(List.of(rag.ask("Where?").trace()));
    try (AnswerStream stream = rag.stream("Where?")) {
      traces.add(stream.result().trace());
    }
    for (Trace trace : traces) {
      List<StageRecord> records = trace.stages().stream().flatMap(WalkTest::all).toList();
      assertThat(records).as(trace.summary()).hasSizeGreaterThan(18);
      assertThat(records).allMatch(record -> record.duration().isZero());
      assertThat(trace.duration()).isZero();
    }
  }

  @Test
  void theClockOfTheCallIsTheTracesUnlessThePipelineHasOne() {
    CallContext frozen = CallContext.withTimeout(Duration.ofSeconds(1), () -> 42);
    RagPipeline rag = RagPipeline.builder().retriever(RIVERS).generator(FIRST).build();
    assertThat(rag.ask("Where?", frozen).trace().duration()).isZero();
    assertThat(rag.ask("Where?").trace().duration()).isGreaterThan(Duration.ofMillis(3));
  }

  @Test
  void whatAnInterceptorThrowsFailsTheStage() {
    IllegalStateException full = new IllegalStateException("the disk is full");
    for (String stage : List.of("expand", "retrieve", "fuse", "generate", "check")) {
      StageInterceptor interceptor =
          new StageInterceptor() {
            @Override
            public StageDescription describe(StageCall<?> call) {
              return call.stage().description();
            }

            @Override
            public <T> T intercept(StageCall<T> call, CallContext context) {
              if (call.name().equals(stage)) {
                throw full;
              }
              return call.run().apply(context);
            }
          };
      Stages stages =
          RagPipeline.builder()
              .expander((question, context) -> Expansion.of(List.of(question, Query.of("rivers"))))
              .retriever(RIVERS)
              .generator(FIRST)
              .build()
              .stages();
      CallContext context = CallContext.unbounded();
      try (Walk walk =
          new Walk(stages, Query.of("Where?"), context, null, Ticker.system(), List.of())
              .lookingAt(100, interceptor)) {
        assertThatThrownBy(walk::answer)
            .isInstanceOfSatisfying(
                StageException.class,
                e -> {
                  assertThat(e.stage()).contains(stage);
                  assertThat(e.trace().outcome()).isEqualTo(Trace.Outcome.FAILED);
                })
            .hasMessage("stage '" + stage + "' failed: the disk is full")
            .cause()
            .isSameAs(full);
      }
    }
  }

  /** Each listener writes down what it sees of its question alone. */
  private static final class Notes implements TraceListener.Factory {
    private final List<List<String>> all = Collections.synchronizedList(new ArrayList<>());
    private final Set<String> ids = Collections.synchronizedSet(new HashSet<>());
    private final List<Trace> traces = Collections.synchronizedList(new ArrayList<>());

    @Override
    public TraceListener create(String id, String question) {
      List<String> notes = Collections.synchronizedList(new ArrayList<>(List.of(question)));
      all.add(notes);
      ids.add(id);
      return new TraceListener() {
        @Override
        public void stageStarted(String stage) {
          notes.add("+" + stage);
        }

        @Override
        public Runnable entered() {
          boolean virtual = Thread.currentThread().isVirtual();
          notes.add(virtual ? "in a virtual thread" : "in");
          return () -> notes.add(virtual ? "out of a virtual thread" : "out");
        }

        @Override
        public void stageEnded(StageRecord record) {
          notes.add("-" + record.stage());
        }

        @Override
        public void questionEnded(Trace trace) {
          assertThat(trace.id()).isEqualTo(id);
          traces.add(trace);
          notes.add(trace.outcome() + trace.reason().map(why -> " " + why).orElse(""));
        }
      };
    }
  }

  @Test
  void eachCallHasAListenerAnIdAndAnOutcomeOfItsOwn() {
    Notes notes = new Notes();
    RagPipeline rag =
        RagPipeline.builder().retriever(RIVERS).generator(FIRST).listener(notes).build();
    Answer answer = rag.ask("Where?");
    rag.ask("Where?");
    rag.with(r -> r.retriever(Retriever.none())).ask("Where?");
    Generator broken =
        (request, context) -> {
          throw new IllegalStateException("broken");
        };
    assertThatThrownBy(() -> rag.with(r -> r.generator(broken)).ask("Where?"))
        .isInstanceOf(StageException.class);
    Generator stopped =
        (request, context) -> {
          throw new CancelledException("by hand");
        };
    assertThatThrownBy(() -> rag.with(r -> r.generator(stopped)).ask("Where?"))
        .isInstanceOf(CancelledException.class);
    rag.stream("Where?").close();
    assertThat(notes.ids).hasSize(6);
    assertThat(notes.all)
        .extracting(List::getLast)
        .containsExactly(
            "ANSWERED", "ANSWERED", "ABSTAINED NO_EVIDENCE", "FAILED", "CANCELLED", "CANCELLED");
    assertThat(notes.all.getFirst())
        .containsExactly(
            "Where?",
            "+retrieve",
            "in",
            "out",
            "-retrieve",
            "+context",
            "in",
            "out",
            "-context",
            "+generate",
            "in",
            "out",
            "-generate",
            "+check",
            "in",
            "out",
            "-check",
            "ANSWERED");
    assertThat(answer.trace()).isSameAs(notes.traces.getFirst());
    assertThat(answer.trace().toJson())
        .startsWith(
            "{\"id\":\"%s\",\"question\":\"Where?\",\"outcome\":\"ANSWERED\",\"millis\":"
                .formatted(answer.trace().id()));
  }

  @Test
  void eachThreadThatWorksAtAStageEntersIt() {
    Notes notes = new Notes();
    RagPipeline.builder()
        .retriever(Retrievers.fuse(RankFusion.reciprocalRank(60), RIVERS, RIVERS, RIVERS))
        .generator(FIRST)
        .listener(notes)
        .build()
        .ask("Where?");
    List<String> retrieve =
        notes.all.getFirst().subList(0, notes.all.getFirst().indexOf("+context"));
    assertThat(retrieve).startsWith("Where?", "+retrieve", "in").endsWith("out", "-retrieve");
    assertThat(retrieve).filteredOn("in a virtual thread"::equals).hasSize(3);
    assertThat(retrieve).filteredOn("out of a virtual thread"::equals).hasSize(3);
  }

  /** Ten when each way had a walk of its own. */
  @Test
  void noChainOfCallsFromAskToAStageIsLongerThanItWas() {
    List<Integer> frames = new ArrayList<>();
    RagPipeline.builder()
        .retriever(
            (request, context) -> {
              frames.add(frames());
              return Retrieval.of(HITS);
            })
        .reranker(
            (query, hits, topK, context) -> {
              frames.add(frames());
              return Retrieval.of(hits);
            },
            9)
        .gate(
            (question, hits, context) -> {
              frames.add(frames());
              boolean enough = hits.size() > 2;
              return new EvidenceGate.Verdict(enough, "few", Usage.none());
            })
        .fallback(
            RIVERS,
            (rankings, topK) -> {
              frames.add(frames());
              return HITS;
            })
        .generator(FIRST)
        .build()
        .ask("Where?");
    System.err.println("frames from ask to a stage: " + frames);
    assertThat(frames).hasSize(6).allMatch(depth -> depth <= 10);
  }

  /** Between the stage's own method and {@code ask(String)}, with that. */
  private static int frames() {
    List<String> methods =
        StackWalker.getInstance()
            .walk(stack -> stack.map(StackWalker.StackFrame::getMethodName).toList());
    return methods.lastIndexOf("ask") - 1;
  }
}
