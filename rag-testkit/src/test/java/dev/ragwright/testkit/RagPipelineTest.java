package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.Answer;
import dev.ragwright.AnswerListener;
import dev.ragwright.AnswerStream;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Here, not in rag-core, for the sake of the fakes. */
class RagPipelineTest {
  private static final Retriever RIVERS =
      FakeRetriever.of(
          "The river Rhine rises in the Alps.",
          "The river Elbe ends in the North Sea.",
          "A lake has no mouth.");

  private final RecordingListener heard = new RecordingListener();

  private RagPipeline.Builder builder() {
    return RagPipeline.builder()
        .retriever(RIVERS)
        .generator(FakeGenerator.create())
        .listener(heard);
  }

  @Test
  void answerSaysHowSureTheGeneratorIs() {
    Generator sure = (request, context) -> Generation.of("In the Alps.").withConfidence(0.75);
    Answer answer =
        builder().generator(sure.named("sure")).build().ask("Where does the Rhine rise?");
    assertThat(answer.confidence()).hasValue(0.75);
    assertThat(answer.trace().summary()).contains("confidence 0.75");
    Generator declines =
        (request, context) ->
            Generation.abstained(
                    new Abstention(Abstention.Reason.WEAK_EVIDENCE, "weak"), Usage.none())
                .withConfidence(0.125);
    assertThat(
            builder()
                .generator(declines.named("declines"))
                .build()
                .ask("Where is the Rhine?")
                .confidence())
        .hasValue(0.125);
    assertThat(builder().build().ask("Where does the Rhine rise?").confidence()).isEmpty();
    assertThatThrownBy(() -> Generation.of("").withConfidence(Double.NaN))
        .hasMessage("a confidence must be finite, was NaN");
  }

  @Test
  void listenersOfAnswersAreToldOnceOfEach() {
    List<AnswerListener.Asked> asked = new ArrayList<>();
    List<Answer> told = new ArrayList<>();
    RagPipeline rag =
        builder()
            .answers(
                (what, answer) -> {
                  throw new IllegalStateException("a listener of the test");
                })
            .build()
            .with(r -> r.answers((what, answer) -> asked.add(what)))
            .with(r -> r.answers((what, answer) -> told.add(answer)));
    Filter filter = Filter.documents(List.of("none"));
    Answer first = rag.ask("Where does the Rhine rise?");
    Answer none = rag.ask("Where does the Rhine rise?", filter);
    try (AnswerStream stream = rag.stream("Where does the Elbe end?")) {
      assertThat(told).containsExactly(first, none);
      Answer third = stream.result();
      assertThat(stream.result()).isSameAs(third);
      assertThat(told).containsExactly(first, none, third);
    }
    rag.stream("Where does the Elbe end?").close();
    rag.explain("Where does the Elbe end?", "1");
    CallContext cancelled = CallContext.unbounded();
    cancelled.cancel();
    assertThatThrownBy(() -> rag.ask("Where?", cancelled)).isInstanceOf(CancelledException.class);
    assertThat(told).hasSize(3);
    assertThat(asked)
        .containsExactly(
            new AnswerListener.Asked("Where does the Rhine rise?", Filter.all(), Optional.empty()),
            new AnswerListener.Asked("Where does the Rhine rise?", filter, Optional.empty()),
            new AnswerListener.Asked("Where does the Elbe end?", Filter.all(), Optional.empty()));
    assertThat(asked.getFirst().of(builder().build(), CallContext.unbounded()).text())
        .isEqualTo(first.text());
  }

  private static List<String> stages(Trace trace) {
    return trace.stages().stream().map(StageRecord::stage).toList();
  }

  /** Every start has its end, and nothing happens behind the question's. */
  private void assertBalanced() {
    List<String> open = new ArrayList<>();
    for (String event : heard.events()) {
      String what = event.split("[ :]", 3)[1];
      if (event.startsWith("stageStarted")) {
        assertThat(open).as("%s", heard.events()).hasSize(1);
        open.add(what);
      } else if (event.startsWith("stageEnded")) {
        assertThat(open.removeLast()).isEqualTo(what);
      } else if (event.startsWith("questionStarted")) {
        assertThat(open).isEmpty();
        open.add("question");
      } else {
        assertThat(open).as("%s", heard.events()).containsExactly("question");
        open.removeLast();
      }
    }
    assertThat(open).as("%s", heard.events()).isEmpty();
  }

  @Test
  void answersAndTellsOfEachStage() {
    TestClock clock = new TestClock();
    Retriever slow =
        (request, context) -> {
          clock.advance(Duration.ofMillis(30));
          return RIVERS.retrieve(request, context);
        };
    Answer answer =
        builder()
            .retriever(slow.named("slow rivers"))
            .reranker(Reranker.none(), 20)
            .ticker(clock)
            .build()
            .ask("Where does the Rhine rise?");
    assertThat(answer.text()).isEqualTo("The river Rhine rises in the Alps.");
    assertThat(answer.outcome())
        .isEqualTo(new Outcome.Answered(answer.text(), answer.citations(), FinishReason.STOP));
    assertThat(answer.citations())
        .extracting(Citation::passageId, Citation::quote, Citation::answerEnd)
        .containsExactly(tuple("p1", answer.text(), 34));
    assertThat(answer).hasToString(answer.text());
    Trace trace = answer.trace();
    assertThat(trace.question()).isEqualTo("Where does the Rhine rise?");
    assertThat(stages(trace)).containsExactly("retrieve", "rerank", "context", "generate", "check");
    assertThat(trace.stages().getFirst().duration()).isEqualTo(Duration.ofMillis(30));
    assertThat(trace.duration()).isEqualTo(Duration.ofMillis(30));
    assertThat(trace.summary())
        .isEqualTo(
            """
            retrieve           30.00 ms  slow rivers, hits 2, best 2
            rerank              0.00 ms  none, hits 2, best 2
            context             0.00 ms  assembler, evidence 2, tokens 17
            generate            0.00 ms  fake, finish STOP, inputTokens 23, outputTokens 8
            check               0.00 ms  citations, citations 1, refused 0
            total              30.00 ms\
            """);
    assertThat(answer.usage())
        .isEqualTo(Usage.of(Usage.INPUT_TOKENS, 23).with(Usage.OUTPUT_TOKENS, 8));
    assertThat(heard.events())
        .containsExactly(
            "questionStarted Where does the Rhine rise?",
            "stageStarted retrieve",
            "stageEnded retrieve",
            "stageStarted rerank",
            "stageEnded rerank",
            "stageStarted context",
            "stageEnded context",
            "stageStarted generate",
            "stageEnded generate",
            "stageStarted check",
            "stageEnded check",
            "questionEnded Where does the Rhine rise?");
    assertThat(heard.traces()).containsExactly(trace);
  }

  @Test
  void abstainsWithoutHits() {
    Answer answer = builder().build().ask("What of mountains?");
    assertThat(answer.outcome())
        .isEqualTo(new Outcome.Abstained(Abstention.Reason.NO_EVIDENCE, "no passage was found"));
    assertThat(answer.text()).isEmpty();
    assertThat(answer.citations()).isEmpty();
    assertThat(answer).hasToString("no answer (NO_EVIDENCE): no passage was found");
    assertThat(stages(answer.trace())).containsExactly("retrieve");
    try (AnswerStream stream = builder().build().stream("What of mountains?")) {
      assertThat(stream.text()).isEmpty();
      assertThat(stream.result().outcome()).isEqualTo(answer.outcome());
    }
    assertBalanced();
  }

  @Test
  void abstainsWhenNothingIsLeftToRead() {
    Reranker strict = (query, hits, topK, context) -> Retrieval.of(List.of());
    assertThat(builder().reranker(strict, 10).build().ask("river").outcome())
        .isEqualTo(
            new Outcome.Abstained(
                Abstention.Reason.WEAK_EVIDENCE, "the reranker kept none of the 2 passages found"));
    Generator wide =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            throw new AssertionError("there is nothing to read");
          }

          @Override
          public TokenCounter tokenCounter() {
            return text ->
                TokenSpans.of(new int[100], IntStream.generate(() -> 1).limit(100).toArray());
          }
        };
    assertThat(builder().generator(wide).context(c -> c.budget(1)).build().ask("river").outcome())
        .isEqualTo(
            new Outcome.Abstained(
                Abstention.Reason.BUDGET,
                "none of the 2 passages found fits into the context's budget, not even its"
                    + " beginning"));
    assertBalanced();
  }

  @Test
  void abstainsWithTheGenerator() {
    Generator shy =
        (request, context) ->
            Generation.abstained(
                new Abstention(Abstention.Reason.DECLINED, "I would rather not"), Usage.none());
    Answer answer = builder().generator(shy).build().ask("river");
    assertThat(answer.outcome())
        .isEqualTo(new Outcome.Abstained(Abstention.Reason.DECLINED, "I would rather not"));
    assertThat(answer.trace().stages().getLast().details()).containsEntry("abstained", "DECLINED");
    try (AnswerStream stream = builder().generator(shy).build().stream("river")) {
      assertThat(stream.text()).isEmpty();
      assertThat(stream.result().outcome()).isEqualTo(answer.outcome());
    }
    assertBalanced();
  }

  @Test
  void takesOutCitationsOfWhatWasNotRead() {
    Generator bold =
        (request, context) -> {
          Passage read = request.context().evidence().getFirst().passage();
          return Generation.of(
              "Rhine",
              List.of(
                  Citation.of(read, 4, 9, 0, 5),
                  Citation.of(read, 4, 9, 0, 6),
                  Citation.of(Passage.of("other", read.text()), 4, 9, 0, 5),
                  new Citation("p1", read.documentId(), 4, 9, "rival", List.of(), 0, 5),
                  new Citation("p1", read.documentId(), 33, 36, ".. ", List.of(), 0, 5)),
              FinishReason.LENGTH,
              Usage.none());
        };
    Answer answer = builder().generator(bold).build().ask("Rhine");
    assertThat(answer.citations()).extracting(Citation::quote).containsExactly("river");
    assertThat(answer.trace().stages().getLast().details())
        .containsEntry("citations", 1L)
        .containsEntry("refused", 4L);
  }

  @Test
  void countsCitationsWithoutAQuote() {
    Generator vague =
        (request, context) ->
            Generation.of(
                "A river, one says",
                List.of(request.context().evidence().getFirst().cite(0, 17)),
                FinishReason.STOP,
                Usage.none());
    Answer answer = builder().generator(vague).build().ask("Rhine");
    assertThat(answer.citations()).extracting(Citation::quoted).containsExactly(false);
    assertThat(answer.trace().stages().getLast().details())
        .containsEntry("citations", 1L)
        .containsEntry("unquoted", 1L)
        .containsEntry("refused", 0L);
  }

  @Test
  void namesTheStageThatFailed() {
    RagException cause = new RagException("the index is gone");
    Retriever broken =
        (request, context) -> {
          throw cause;
        };
    StageException failure =
        catchThrowableOfType(
            StageException.class, () -> builder().retriever(broken).build().ask("river"));
    assertThat(failure).hasMessage("stage 'retrieve' failed: the index is gone");
    assertThat(failure.getCause()).isSameAs(cause);
    assertThat(failure.stage()).contains("retrieve");
    assertThat(failure.trace().stages())
        .extracting(StageRecord::stage, record -> record.error().orElse(""))
        .containsExactly(tuple("retrieve", "the index is gone"));
    assertThat(heard.events())
        .containsExactly(
            "questionStarted river",
            "stageStarted retrieve",
            "stageEnded retrieve: the index is gone",
            "questionEnded river");
  }

  @Test
  void endsTheQuestionWhicheverStageFails() {
    IllegalStateException cause = new IllegalStateException("broken");
    List<RagPipeline> broken =
        List.of(
            builder()
                .expander(
                    (question, context) -> {
                      throw cause;
                    })
                .build(),
            builder()
                .reranker(
                    (query, hits, topK, context) -> {
                      throw cause;
                    },
                    10)
                .build(),
            builder()
                .generator(
                    (request, context) -> {
                      throw cause;
                    })
                .build());
    for (RagPipeline rag : broken) {
      assertThatThrownBy(() -> rag.ask("river"))
          .isInstanceOf(StageException.class)
          .cause()
          .isSameAs(cause);
      assertThatThrownBy(() -> rag.stream("river")).isInstanceOf(StageException.class);
    }
    assertThat(heard.traces()).hasSize(6);
    assertBalanced();
  }

  @Test
  @SuppressWarnings("NullAway") // what languages beside Java do
  void takesNullForAFailureOfItsStage() {
    assertThatThrownBy(() -> builder().retriever((request, context) -> null).build().ask("river"))
        .isInstanceOf(StageException.class)
        .hasMessage("stage 'retrieve' failed: the stage returned null");
    assertBalanced();
  }

  @Test
  void throwsErrorsAsTheyAre() {
    Retriever broken =
        (request, context) -> {
          throw new AssertionError("a bug");
        };
    assertThatThrownBy(() -> builder().retriever(broken).build().ask("river"))
        .isExactlyInstanceOf(AssertionError.class)
        .hasMessage("a bug");
    assertBalanced();
  }

  @Test
  void goesOnWhenAListenerFails() {
    TraceListener broken =
        new TraceListener() {
          @Override
          public void stageStarted(String stage) {
            throw new IllegalStateException("a listener of the test");
          }
        };
    assertThat(builder().listener((id, question) -> broken).build().ask("Rhine").text())
        .isNotEmpty();
  }

  @Test
  void stopsAtTheDeadlineOfTheCall() {
    TestClock clock = new TestClock();
    Retriever slow =
        (request, context) -> {
          Retrieval found = RIVERS.retrieve(request, context);
          clock.advance(Duration.ofSeconds(8));
          return found;
        };
    CallContext context = CallContext.withTimeout(Duration.ofSeconds(8), clock);
    assertThatThrownBy(() -> builder().retriever(slow).build().ask("river", context))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessage("the call did not end within its timeout of PT8S; allow it more time");
    assertThat(heard.events())
        .contains(
            "stageEnded retrieve",
            "stageEnded context: the call did not end within its timeout of PT8S;"
                + " allow it more time");
    assertBalanced();
  }

  /** A stage that only a hook can stop. */
  private static Retriever hangs(CountDownLatch asked) {
    return (request, context) -> {
      CountDownLatch stopped = new CountDownLatch(1);
      CallContext.Registration registration = context.onStop(stopped::countDown);
      try (registration) {
        asked.countDown();
        stopped.await();
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts a stage", e);
      }
      context.throwIfStopped();
      throw new AssertionError("its hook ran, so it should stop");
    };
  }

  @Test
  void stopsAtItsTimeout() {
    RagPipeline rag =
        builder().retriever(hangs(new CountDownLatch(1))).timeout(Duration.ofMillis(5)).build();
    assertThatThrownBy(() -> rag.ask("river"))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessage("the call did not end within its timeout of PT0.005S; allow it more time");
    assertBalanced();
  }

  @Test
  void isCancelledFromAnotherThread() {
    CountDownLatch asked = new CountDownLatch(1);
    CallContext context = CallContext.unbounded();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                asked.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              context.cancel();
            });
    assertThatThrownBy(() -> builder().retriever(hangs(asked)).build().ask("river", context))
        .isInstanceOf(CancelledException.class)
        .hasMessage("the call was cancelled");
    assertBalanced();
  }

  @Test
  void streamsWhatItWouldAnswer() {
    RagPipeline rag = builder().build();
    Answer asked = rag.ask("Where does the Rhine rise?");
    try (AnswerStream stream = rag.stream("Where does the Rhine rise?")) {
      assertThat(stream.text())
          .containsExactly("The ", "river ", "Rhine ", "rises ", "in ", "the ", "Alps.");
      Answer streamed = stream.result();
      assertThat(streamed.outcome()).isEqualTo(asked.outcome());
      assertThat(streamed.context()).isEqualTo(asked.context());
      assertThat(streamed.usage()).isEqualTo(asked.usage());
      assertThat(stages(streamed.trace())).isEqualTo(stages(asked.trace()));
      assertThat(stream.result()).isSameAs(streamed);
    }
    assertThat(heard.traces()).hasSize(2);
    assertBalanced();
  }

  @Test
  void cancelsWhatAClosedStreamStillMakes() {
    AnswerStream stream = builder().build().stream("Where does the Rhine rise?");
    Iterator<String> pieces = stream.text().iterator();
    assertThat(pieces.next()).isEqualTo("The ");
    stream.close();
    stream.close();
    assertThatThrownBy(() -> pieces.forEachRemaining(piece -> {}))
        .isInstanceOf(CancelledException.class);
    assertThatThrownBy(stream::result).isInstanceOf(CancelledException.class);
    assertThat(heard.events())
        .endsWith(
            "stageEnded generate: the stream was closed before its end",
            "questionEnded Where does the Rhine rise?");
    assertBalanced();
  }

  @Test
  void doesNotCancelTheCallOfAClosedStream() {
    CallContext context = CallContext.unbounded();
    builder().build().stream("Rhine", context).close();
    assertThat(context.isCancelled()).isFalse();
    assertBalanced();
  }

  @Test
  void stopsAStreamWithItsCall() {
    CallContext context = CallContext.unbounded();
    try (AnswerStream stream = builder().build().stream("Rhine", context)) {
      assertThatThrownBy(() -> stream.text().forEach(piece -> context.cancel()))
          .isInstanceOf(CancelledException.class);
      assertThatThrownBy(stream::result).isInstanceOf(CancelledException.class);
    }
    assertThat(heard.traces()).hasSize(1);
    assertBalanced();
  }

  @Test
  void namesTheStageWhoseStreamFailed() {
    Generator breaks =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            throw new AssertionError("this is a test of streams");
          }

          @Override
          public TokenStream stream(GenerationRequest request, CallContext context) {
            return new TokenStream() {
              @Override
              public Stream<String> text() {
                return Stream.of("The ", "end")
                    .peek(
                        piece -> {
                          if (piece.equals("end")) {
                            throw new IllegalStateException("connection reset");
                          }
                        });
              }

              @Override
              public Generation result() {
                throw new IllegalStateException("connection reset");
              }

              @Override
              public void close() {}
            };
          }
        };
    List<String> pieces = new ArrayList<>();
    try (AnswerStream stream = builder().generator(breaks).build().stream("Rhine")) {
      assertThatThrownBy(() -> stream.text().forEach(pieces::add))
          .isInstanceOf(StageException.class)
          .hasMessage("stage 'generate' failed: connection reset");
      assertThatThrownBy(stream::result)
          .isInstanceOf(StageException.class)
          .hasMessage("stage 'generate' failed: connection reset");
      assertThatThrownBy(stream::result).isInstanceOf(StageException.class);
    }
    assertThat(pieces).containsExactly("The ");
    assertThat(heard.traces()).hasSize(1);
    assertBalanced();
  }

  @Test
  void letsAConsumerFailOnItsOwn() {
    try (AnswerStream stream = builder().build().stream("Rhine")) {
      assertThatThrownBy(
              () ->
                  stream
                      .text()
                      .forEach(
                          piece -> {
                            throw new IllegalArgumentException("the socket is closed");
                          }))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("the socket is closed");
    }
    assertBalanced();
  }

  @Test
  void endsAQuestionOnceHoweverItsStreamIsClosed() {
    RagPipeline rag = builder().build();
    for (int i = 0; i < 200; i++) {
      RecordingListener one = new RecordingListener();
      AnswerStream stream = rag.with(r -> r.listener(one)).stream("Rhine");
      Thread closer = Thread.ofVirtual().start(stream::close);
      try {
        assertThat(stream.result().text()).isNotEmpty();
      } catch (CancelledException closed) {
        assertThat(closed).hasMessageMatching("the (call was cancelled|stream was closed .*)");
      }
      join(closer);
      assertThat(one.traces()).hasSize(1);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void asksEachExpandedQueryAndFuses() {
    RagPipeline rag =
        builder()
            .expander(
                (question, context) ->
                    Expansion.of(List.of(Query.of("Elbe"), Query.of("Rhine Elbe"))))
            .build();
    Answer answer = rag.ask("Which one?");
    assertThat(answer.text()).isEqualTo("The river Elbe ends in the North Sea.");
    assertThat(answer.trace().stages())
        .extracting(StageRecord::stage, StageRecord::details)
        .startsWith(
            tuple("expand", Map.of("queries", 2L)),
            tuple("retrieve", Map.of("queries", 2L, "hits", 3L, "best", 1.0)),
            tuple("fuse", Map.of("hits", 2L)));
    assertThat(answer.context().evidence().getFirst().score()).isEqualTo(1.0 / 61 + 1.0 / 62);
    assertBalanced();
  }

  @Test
  void tellsWhatTheExpanderTookAndWhatItCalled() {
    StageRecord inside =
        StageRecord.of(
            "generate",
            StageDescription.of("generator", "scripted"),
            Duration.ZERO,
            Usage.of(Usage.OUTPUT_TOKENS, 7));
    RagPipeline rag =
        builder()
            .expander(
                (question, context) ->
                    Expansion.of(
                            List.of(Query.of("Elbe"), Query.of(" "), Query.of("Elbe")),
                            inside.usage())
                        .withParts(List.of(inside)))
            .build();
    List<StageRecord> stages = rag.ask("Which one?").trace().stages();
    assertThat(stages.get(0).usage().count(Usage.OUTPUT_TOKENS)).hasValue(7);
    assertThat(stages.get(0).parts()).containsExactly(inside);
    assertThat(stages.get(1).details()).as("one search").isEqualTo(Map.of("hits", 1L, "best", 1.0));
  }

  @Test
  void goesOnWithTheQuestionWhereTheExpanderMayFail() {
    QueryExpander down =
        (question, context) -> {
          throw new IllegalStateException("the model is down");
        };
    RagPipeline rag = builder().expander(down.orQuestion()).build();
    Answer answer = rag.ask("Elbe");
    assertThat(answer.text()).startsWith("The river Elbe");
    StageRecord expand = answer.trace().stages().getFirst();
    assertThat(expand.usage()).isEqualTo(Usage.unknown());
    assertThat(expand.parts())
        .extracting(StageRecord::stage, part -> part.error().orElseThrow())
        .containsExactly(tuple("expand", "the model is down"));
    QueryExpander stopped =
        (question, context) -> {
          context.cancel();
          throw new IllegalStateException("the model is down");
        };
    assertThatThrownBy(() -> rag.with(r -> r.expander(stopped.orQuestion())).ask("Elbe"))
        .isInstanceOf(StageException.class)
        .hasMessage("stage 'expand' failed: the model is down");
  }

  @Test
  void retrievesToTheDepthOfTheReranker() {
    List<Integer> asked = new ArrayList<>();
    Retriever counting =
        (request, context) -> {
          asked.add(request.topK());
          return RIVERS.retrieve(request, context);
        };
    Reranker backwards =
        (query, hits, topK, context) ->
            Retrieval.of(hits.reversed().stream().limit(topK).toList(), Usage.none());
    RagPipeline rag = builder().retriever(counting).topK(1).build();
    assertThat(rag.ask("river Rhine").text()).startsWith("The river Rhine");
    assertThat(rag.with(r -> r.reranker(backwards, 30)).ask("river Rhine").text())
        .startsWith("The river Elbe");
    assertThat(asked).containsExactly(1, 30);
    assertThatThrownBy(() -> rag.with(r -> r.topK(31).reranker(backwards, 30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the rerank depth must be >= topK, was 30 with topK 31");
  }

  @Test
  void asksAmongWhatBothFiltersAccept() {
    RagPipeline rag = builder().filter(Filter.documents(List.of("p1", "p2"))).build();
    assertThat(read(rag.ask("river", Filter.documents(List.of("p2", "p3"))))).containsExactly("p2");
    assertThat(read(rag.ask("river", Filter.all()))).containsExactly("p1", "p2");
    try (AnswerStream stream = rag.stream("river", Filter.documents(List.of("p1")))) {
      assertThat(read(stream.result())).containsExactly("p1");
    }
    Answer none = rag.ask("lake", Filter.documents(List.of("p3")));
    assertThat(none.outcome())
        .isInstanceOfSatisfying(
            Outcome.Abstained.class,
            abstained -> assertThat(abstained.reason()).isEqualTo(Abstention.Reason.NO_EVIDENCE));
    assertThat(rag.description().parameters())
        .as("another one for a question leaves the pipeline as it is")
        .containsEntry("filter", "document in [p1, p2]");
  }

  private static List<String> read(Answer answer) {
    return answer.context().evidence().stream().map(one -> one.passage().id()).toList();
  }

  @Test
  void retrievesOnlyWhatTheFilterAccepts() {
    RagPipeline rag = builder().filter(Filter.documents(List.of("p2"))).build();
    assertThat(rag.ask("river Rhine").text()).startsWith("The river Elbe");
  }

  @Test
  void leavesTheOriginalUntouched() {
    RagPipeline original = builder().build();
    String before = original.description().toString();
    RagPipeline changed =
        original.with(
            r ->
                r.topK(1)
                    .filter(Filter.documents(List.of("p3")))
                    .context(c -> c.budget(3))
                    .retriever(FakeRetriever.of("Something else."))
                    .timeout(Duration.ofSeconds(1)));
    assertThat(original.description()).hasToString(before);
    assertThat(changed.description().toString())
        .startsWith("rag(filter=document in [p3], topK=1; fake(passages=")
        .endsWith(
            "assembler(budget=3, dedupe=true, mergeNeighbours=true, order=BEST_FIRST), fake)");
    assertThat(original.with(r -> r).description()).isEqualTo(original.description());
    assertThat(original.ask("Rhine").text()).startsWith("The river Rhine");
  }

  @Test
  @SuppressWarnings("NullAway") // what languages beside Java do
  void takesAFailureToDescribeOrExpandForOneOfItsStage() {
    Retriever closed =
        new Retriever() {
          @Override
          public Retrieval retrieve(RetrievalRequest request, CallContext context) {
            throw new AssertionError("it is closed");
          }

          @Override
          public StageDescription description() {
            throw new IllegalStateException("the index is closed");
          }
        };
    Generator gone =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            throw new AssertionError("it is closed");
          }

          @Override
          public StageDescription description() {
            throw new IllegalStateException("the model is closed");
          }
        };
    Map<String, RagPipeline> broken =
        Map.of(
            "stage 'retrieve' failed: the index is closed",
            builder().retriever(closed).build(),
            "stage 'generate' failed: the model is closed",
            builder().generator(gone).build(),
            "stage 'expand' failed: the stage returned null",
            builder().expander((question, context) -> null).build(),
            "stage 'expand' failed: the expander returned a null query",
            builder()
                .expander((question, context) -> Expansion.of(Collections.singletonList(null)))
                .build(),
            "stage 'expand' failed: the expander returned no query, and there must be one; return the question itself where there is nothing to add",
            builder().expander((question, context) -> Expansion.of(List.of())).build());
    broken.forEach(
        (message, rag) -> {
          assertThatThrownBy(() -> rag.ask("river"))
              .isInstanceOf(StageException.class)
              .hasMessage(message);
          assertThatThrownBy(() -> rag.stream("river"))
              .isInstanceOf(StageException.class)
              .hasMessage(message);
        });
    assertThat(heard.traces()).hasSize(10);
    assertBalanced();
  }

  @Test
  void namesTheStageInWhichItStopped() {
    TestClock clock = new TestClock();
    Retriever slow =
        (request, context) -> {
          clock.advance(Duration.ofSeconds(8));
          context.throwIfStopped();
          throw new AssertionError("the time is over");
        };
    CallContext timed = CallContext.withTimeout(Duration.ofSeconds(8), clock);
    DeadlineExceededException late =
        catchThrowableOfType(
            DeadlineExceededException.class,
            () -> builder().retriever(slow).build().ask("river", timed));
    assertThat(late.stage()).contains("retrieve");
    assertThat(late.retryable()).isTrue();
    assertThat(late.getCause())
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessage(late.getMessage());
    Generator cancelling =
        (request, context) -> {
          throw new CancelledException("stopped by hand");
        };
    CancelledException stopped =
        catchThrowableOfType(
            CancelledException.class, () -> builder().generator(cancelling).build().ask("river"));
    assertThat(stopped).hasMessage("stopped by hand");
    assertThat(stopped.stage()).contains("generate");
    assertThat(stopped.getCause()).isInstanceOf(CancelledException.class);
    assertThat(new CancelledException("by hand").stage()).isEmpty();
    assertThat(new DeadlineExceededException("too late").stage()).isEmpty();
    assertThat(heard.traces()).hasSize(2);
  }

  @Test
  void goesOnWhateverAListenerThrows() {
    for (Throwable thrown : List.of(new AssertionError("wrong"), new IOException("full"))) {
      TraceListener broken =
          new TraceListener() {
            @Override
            public void stageEnded(StageRecord record) {
              throw RagPipelineTest.<RuntimeException>unchecked(thrown);
            }
          };
      assertThat(builder().listener((id, question) -> broken).build().ask("Rhine").text())
          .isNotEmpty();
    }
    assertBalanced();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T unchecked(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void aCheckedExceptionOfAStageEndsItAndTheQuestion() {
    Retriever sneaky =
        (request, context) -> {
          throw RagPipelineTest.<RuntimeException>unchecked(new IOException("no route"));
        };
    StageException failure =
        catchThrowableOfType(
            StageException.class, () -> builder().retriever(sneaky).build().ask("river"));
    assertThat(failure).hasMessage("stage 'retrieve' failed: no route");
    assertThat(failure.getCause()).isInstanceOf(IOException.class);
    assertThat(stages(failure.trace())).containsExactly("retrieve");
    assertBalanced();
  }

  /** A stage that never returns by itself keeps nobody who waits for it so. */
  @Test
  @Timeout(60)
  void whatIgnoresTheDeadlineIsAbandoned() {
    CountDownLatch never = new CountDownLatch(1);
    Retriever hanging =
        (request, context) ->
            context.abandoning(
                () -> {
                  await(never);
                  return Retrieval.of(List.of());
                });
    RagPipeline rag = builder().retriever(hanging).build();
    assertThatThrownBy(() -> rag.ask("river", CallContext.withTimeout(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);
    CallContext cancelled = CallContext.unbounded();
    Thread.ofVirtual().start(cancelled::cancel);
    assertThatThrownBy(() -> rag.ask("river", cancelled)).isInstanceOf(CancelledException.class);
    never.countDown();
    assertThat(CallContext.unbounded().abandoning(() -> "done")).isEqualTo("done");
    assertThatThrownBy(
            () ->
                CallContext.unbounded()
                    .abandoning(
                        () -> {
                          throw RagPipelineTest.<RuntimeException>unchecked(new IOException("no"));
                        }))
        .isInstanceOf(RagException.class)
        .hasRootCauseInstanceOf(IOException.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void keepsTheFailureOfAPipelineInsideAsTheCause() {
    Retriever broken =
        (request, context) -> {
          throw new RagException("the index is gone");
        };
    RagPipeline inner =
        RagPipeline.builder().retriever(broken).generator(FakeGenerator.create()).build();
    Generator asking =
        (request, context) -> Generation.of(inner.ask(request.question().text(), context).text());
    StageException failure =
        catchThrowableOfType(
            StageException.class, () -> builder().generator(asking).build().ask("river"));
    assertThat(failure.stage()).contains("generate");
    assertThat(failure)
        .hasMessage("stage 'generate' failed: stage 'retrieve' failed: the index is gone");
    assertThat(stages(failure.trace())).containsExactly("retrieve", "context", "generate");
    assertThat(failure.getCause())
        .isInstanceOfSatisfying(
            StageException.class,
            cause -> {
              assertThat(cause.stage()).contains("retrieve");
              assertThat(stages(cause.trace())).containsExactly("retrieve");
            });
    assertBalanced();
  }

  @Test
  void endsAStreamWithItsLastPiece() {
    AnswerStream stream = builder().build().stream("Where does the Rhine rise?");
    assertThat(stream.text()).last().isEqualTo("Alps.");
    assertThat(heard.events())
        .endsWith("stageEnded check", "questionEnded Where does the Rhine rise?");
    stream.close();
    assertThat(stream.result().text()).isEqualTo("The river Rhine rises in the Alps.");
    assertThat(stages(stream.result().trace()))
        .containsExactly("retrieve", "context", "generate", "check");
    assertThat(heard.traces()).containsExactly(stream.result().trace());
    assertThat(heard.traces().getFirst().stages())
        .allSatisfy(record -> assertThat(record.error()).isEmpty());
    assertBalanced();
  }

  @Test
  void asksTheExpandedQueriesAtTheSameTime() {
    CountDownLatch all = new CountDownLatch(3);
    Retriever together =
        (request, context) -> {
          all.countDown();
          try {
            assertThat(all.await(10, TimeUnit.SECONDS)).as("asked at the same time").isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a stage", e);
          }
          return RIVERS.retrieve(request, context);
        };
    RagPipeline rag =
        builder()
            .retriever(together)
            .expander(
                (question, context) ->
                    Expansion.of(
                        List.of(Query.of("river"), Query.of("Elbe"), Query.of("mountains"))))
            .build();
    StageRecord retrieve = rag.ask("Which one?").trace().stages().get(1);
    assertThat(retrieve.stage()).isEqualTo("retrieve");
    assertThat(retrieve.parts())
        .extracting(StageRecord::stage, StageRecord::details)
        .containsExactly(
            tuple("retrieve", Map.of("query", "river", "hits", 2L, "best", 1.0)),
            tuple("retrieve", Map.of("query", "Elbe", "hits", 1L, "best", 1.0)),
            tuple("retrieve", Map.of("query", "mountains", "hits", 0L)));
    assertBalanced();
  }

  @Test
  @SuppressWarnings("NullAway") // what languages beside Java do
  void namesTheQueryOfWhichTheRetrieverReturnedNull() {
    Retriever lacking =
        (request, context) ->
            request.query().text().equals("Elbe") ? null : RIVERS.retrieve(request, context);
    RagPipeline rag =
        builder()
            .retriever(lacking)
            .expander(
                (question, context) -> Expansion.of(List.of(Query.of("Rhine"), Query.of("Elbe"))))
            .build();
    assertThatThrownBy(() -> rag.ask("Which one?"))
        .isInstanceOf(StageException.class)
        .hasMessage("stage 'retrieve' failed: the retriever returned null for the query 'Elbe'");
    assertBalanced();
  }

  @Test
  void tellsWhatEachPolicyOfTheContextDroppedAndUsed() {
    Answer answer =
        builder()
            .context(c -> c.budget(8).selection(Rerankers.embedding(FakeEmbedder.of(32))))
            .build()
            .ask("Where does the river Elbe end?");
    StageRecord context = answer.trace().stages().get(1);
    assertThat(context.stage()).isEqualTo("context");
    assertThat(context.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(3);
    assertThat(context.parts())
        .extracting(part -> part.description().name())
        .containsExactly("selection");
    assertThat(context.parts().getLast().details().get("dropped"))
        .isEqualTo(context.details().get("dropped"));
    assertThat(answer.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(3);
  }

  @Test
  void abstainsWhenTheSelectionKeepsNothing() {
    Answer answer =
        builder().context(c -> c.selection(Rerankers.threshold(99))).build().ask("river");
    assertThat(answer.outcome())
        .isEqualTo(
            new Outcome.Abstained(
                Abstention.Reason.WEAK_EVIDENCE,
                "the context's selection kept nothing of the 2 passages found"));
    assertBalanced();
  }

  @Test
  void handsNoMoreThanTopKToTheContext() {
    Retriever generous = (request, context) -> RIVERS.retrieve(request.withTopK(9), context);
    Reranker keeping = (query, hits, topK, context) -> Retrieval.of(hits);
    List<Integer> ranked = new ArrayList<>();
    Reranker counting =
        (query, hits, topK, context) -> {
          ranked.add(hits.size());
          return Retrieval.of(hits);
        };
    RagPipeline rag = builder().topK(1).context(c -> c.mergeNeighbours(false)).build();
    assertThat(generous.retrieve("river", 1).hits()).hasSize(2);
    assertThat(rag.with(r -> r.retriever(generous)).ask("river").context().evidence()).hasSize(1);
    assertThat(rag.with(r -> r.reranker(keeping, 9)).ask("river").context().evidence()).hasSize(1);
    assertThat(
            rag.with(r -> r.retriever(generous).reranker(counting, 1))
                .ask("river")
                .context()
                .evidence())
        .hasSize(1);
    assertThat(ranked).containsExactly(1);
  }

  @Test
  void isNotOpaqueWithANamedExpander() {
    QueryExpander elbe = (question, context) -> Expansion.of(List.of(Query.of("Elbe")));
    RagPipeline rag = builder().expander(elbe).build();
    assertThat(rag.description().opaque()).isTrue();
    RagPipeline named = rag.with(r -> r.expander(elbe.named("always Elbe")));
    assertThat(named.description().opaque()).isFalse();
    assertThat(named.description().parts().getFirst()).hasToString("always Elbe");
    assertThat(named.ask("Rhine").text()).startsWith("The river Elbe");
  }

  @Test
  void servesParallelQuestions() {
    RagPipeline rag = builder().build();
    Crowd.agree(
        Crowd.each(
            member ->
                IntStream.range(0, 50)
                    .mapToObj(i -> rag.ask(i % 2 == 0 ? "Rhine" : "Elbe").text())
                    .collect(Collectors.toSet())),
        Set.of("The river Rhine rises in the Alps.", "The river Elbe ends in the North Sea."));
    assertThat(heard.traces()).hasSize(50 * Crowd.SIZE);
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> RagPipeline.builder().generator(FakeGenerator.create()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("`retriever` is required, but was not set");
    assertThatThrownBy(() -> RagPipeline.builder().retriever(RIVERS).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("`generator` is required, but was not set");
    assertThatThrownBy(() -> builder().topK(0)).hasMessage("topK must be >= 1, was 0");
    assertThatThrownBy(() -> builder().reranker(Reranker.none(), 0))
        .hasMessage("depth must be >= 1, was 0");
    assertThatThrownBy(() -> builder().timeout(Duration.ZERO))
        .hasMessage("timeout must be > 0, was PT0S");
  }

  @Test
  void hitsOfTheReaderAreThoseOfTheRetriever() {
    List<Hit> hits = RIVERS.retrieve("river", 5).hits();
    assertThat(builder().build().ask("river").context().evidence())
        .extracting(evidence -> evidence.passage())
        .containsExactlyElementsOf(hits.stream().map(Hit::passage).toList());
  }
}
