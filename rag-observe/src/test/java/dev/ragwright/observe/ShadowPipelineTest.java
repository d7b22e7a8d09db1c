package dev.ragwright.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.answer.CitedAnswer;
import dev.ragwright.eval.answer.Groundedness;
import dev.ragwright.eval.stats.ConfidenceSequence;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.guard.Redaction;
import dev.ragwright.guard.Redactor;
import dev.ragwright.guard.SpendingLimit;
import dev.ragwright.observe.ShadowReport.Counts;
import dev.ragwright.observe.ShadowReport.Verdict;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.testkit.TestClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60) // for what would hang
class ShadowPipelineTest {
  private static final FakeRetriever TEXTS =
      FakeRetriever.of("the pump was built", "the pump failed", "keys rotate daily");
  private static final RagPipeline SERVED = rag(TEXTS);

  private final Queue<ShadowComparison> told = new ConcurrentLinkedQueue<>();

  private static RagPipeline rag(Retriever retriever) {
    return rag(retriever, FakeGenerator.create());
  }

  private static RagPipeline rag(Retriever retriever, Generator generator) {
    return RagPipeline.builder().retriever(retriever).generator(generator).build();
  }

  private ShadowPipeline.Builder all(RagPipeline candidate) {
    return all(SERVED, candidate);
  }

  private ShadowPipeline.Builder all(RagPipeline served, RagPipeline candidate) {
    return ShadowPipeline.builder(served, candidate).share(1, 1).listener(told::add);
  }

  /** What the candidate does before it searches. */
  private interface Before {
    void retrieve(RetrievalRequest request, CallContext context) throws Throwable;
  }

  private static RagPipeline candidate(Before before) {
    return rag(
        (request, context) -> {
          try {
            before.retrieve(request, context);
          } catch (Throwable e) {
            ShadowPipelineTest.<RuntimeException>sneaky(e);
          }
          return TEXTS.retrieve(request, context);
        });
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneaky(Throwable e) throws T {
    throw (T) e;
  }

  private static void await(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // this one heeds nothing
      }
    }
  }

  @SuppressWarnings("try") // the hook only has to be taken back
  private static void untilStopped(CallContext context) throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (CallContext.Registration hook = context.onStop(stopped::countDown)) {
      stopped.await();
    }
    context.throwIfStopped();
  }

  @Test
  void bothAreComparedAndTheServedAnswerIsGiven() {
    Answer served;
    try (ShadowPipeline shadow =
        all(rag(FakeRetriever.of("keys rotate daily", "the pump failed"))).build()) {
      served = shadow.pipeline().ask("when was the pump built?");
      assertThat(served.text()).isEqualTo("the pump was built");
      shadow.pipeline().ask("nothing known");
    }
    assertThat(told).hasSize(2);
    ShadowComparison one = told.remove();
    assertThat(one.served()).isSameAs(served);
    assertThat(one.id()).isEqualTo(served.trace().id());
    assertThat(one.question()).isEqualTo("when was the pump built?");
    assertThat(one.candidate().orElseThrow().text()).isEqualTo("the pump failed");
    assertThat(one.tokenF1().orElseThrow()).isCloseTo(.4, within(1e-12)); // without "the"
    assertThat(one.sharedCitations()).hasValue(0);
    assertThat(one.failure()).isEmpty();
    ShadowComparison both = told.remove();
    assertThat(both.overlap(5)).hasValue(1);
    assertThat(both.rankBiasedOverlap(.9)).hasValue(1);
    assertThat(both.tokenF1()).hasValue(1);
    assertThat(both.sharedCitations()).hasValue(1);
  }

  @Test
  void aCandidateThatIsTheSameAgrees() {
    ShadowPipeline shadow = all(rag(TEXTS)).build();
    try (shadow) {
      shadow.pipeline().ask("when was the pump built?");
      shadow.pipeline().ask("which keys rotate?");
    }
    ShadowReport report = shadow.report();
    assertThat(report.counts()).isEqualTo(new Counts(2, 2, 0, 0, 0, 0, 0, 2, 0));
    assertThat(report.means()).isEqualTo(new ShadowReport.Means(1, 1, 1, 1, 0, 0));
    assertThat(report.slower().count()).isEqualTo(2);
    assertThat(report.dearer().count()).isZero();
    assertThat(report.verdict()).isEqualTo(Verdict.NOT_YET_TOLD_APART);
    assertThat(report.toString())
        .startsWith("candidate not yet told apart: none yet\n")
        .contains("overlap@5 1.000, rbo@.9 1.000, f1 1.000");
  }

  @Test
  void whatACandidateThrowsIsTold() {
    List<Before> bad =
        List.of(
            (request, context) -> {
              throw new IllegalStateException("broken");
            },
            (request, context) -> {
              throw new java.io.IOException("checked");
            },
            (request, context) -> {
              throw new StackOverflowError();
            },
            (request, context) -> {
              long[][] heap = new long[1_000_000][];
              for (int i = 0; i < heap.length; i++) {
                heap[i] = new long[Integer.MAX_VALUE - 8]; // 16 GB each
              }
              throw new AssertionError(heap.length + " fit");
            },
            (request, context) -> {
              Thread.currentThread().interrupt();
              throw new InterruptedException("interrupted");
            });
    for (Before before : bad) {
      AtomicInteger asked = new AtomicInteger();
      RagPipeline once =
          candidate(
              (request, context) -> {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                if (asked.getAndIncrement() == 0) {
                  before.retrieve(request, context);
                }
              });
      ShadowPipeline shadow = all(once).scoredBy(Groundedness.lexical(), 0).build();
      try (shadow) {
        assertThat(shadow.pipeline().ask("the pump built").text()).isEqualTo("the pump was built");
        shadow.pipeline().ask("the pump failed");
      }
      assertThat(told).hasSize(2);
      ShadowComparison failed = told.remove();
      assertThat(failed.candidate()).isEmpty();
      assertThat(failed.failure()).isPresent();
      assertThat(failed.overlap(5)).isEmpty();
      assertThat(failed.candidateScore()).hasValue(0);
      assertThat(failed.servedScore()).hasValue(1);
      assertThat(told.remove().candidate()).isPresent();
      assertThat(shadow.report().counts()).isEqualTo(new Counts(2, 2, 0, 0, 0, 0, 1, 2, 2));
      assertThat(shadow.report().score().sum()).isEqualTo(-1);
    }
  }

  @Test
  void whatHangsIsNotWaitedFor() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch hang = new CountDownLatch(1);
    RagPipeline hangs =
        candidate(
            (request, context) -> {
              begun.countDown();
              await(hang);
            });
    ShadowPipeline shadow = all(hangs).concurrent(2).waiting(3).build();
    shadow.pipeline().ask("the pump 0");
    shadow.pipeline().ask("the pump 1");
    begun.await();
    for (int i = 2; i < 10; i++) {
      assertThat(shadow.pipeline().ask("the pump " + i).text()).isEqualTo("the pump was built");
    }
    assertThat(shadow.report().counts()).isEqualTo(new Counts(10, 10, 0, 5, 0, 0, 0, 0, 0));
    shadow.close(Duration.ZERO);
    shadow.close(Duration.ZERO);
    assertThat(shadow.report().counts()).isEqualTo(new Counts(10, 10, 0, 5, 3, 0, 0, 0, 0));
    shadow.pipeline().ask("the pump 11"); // goes on being served
    hang.countDown();
    while (shadow.report().counts().cut() < 5) {
      Thread.onSpinWait();
    }
    assertThat(shadow.report().counts()).isEqualTo(new Counts(11, 11, 0, 6, 5, 0, 0, 0, 0));
    assertThat(told).isEmpty();
  }

  @Test
  void aDeadlineOfItsOwnStopsTheCandidate() {
    RagPipeline heeds =
        candidate(
            (request, context) -> {
              untilStopped(context);
            });
    ShadowPipeline shadow = all(heeds).timeout(Duration.ofMillis(5)).build();
    try (shadow) {
      shadow.pipeline().ask("the pump");
      while (told.isEmpty()) {
        Thread.onSpinWait();
      }
    }
    assertThat(told.remove().failure().orElseThrow())
        .hasMessageContaining("the call did not end within its timeout of PT0.005S");
    assertThat(shadow.report().counts().failed()).isEqualTo(1);
  }

  @Test
  void closingWaitsAndThenCuts() {
    RagPipeline heeds =
        candidate(
            (request, context) -> {
              untilStopped(context);
            });
    ShadowPipeline shadow = all(heeds).build();
    shadow.pipeline().ask("the pump");
    Thread.currentThread().interrupt();
    shadow.close(Duration.ofMillis(20));
    assertThat(Thread.interrupted()).isTrue();
    while (shadow.report().counts().cut() == 0) {
      Thread.onSpinWait();
    }
    assertThat(shadow.report().counts()).isEqualTo(new Counts(1, 1, 0, 0, 1, 0, 0, 0, 0));
    assertThat(told).isEmpty();
  }

  @Test
  void whoAskedDoesNotReachTheShadow() {
    CallContext asked = CallContext.unbounded();
    CountDownLatch cancelled = new CountDownLatch(1);
    RagPipeline candidate =
        candidate(
            (request, context) -> {
              cancelled.await();
              context.throwIfStopped();
            });
    try (ShadowPipeline shadow = all(candidate).build()) {
      shadow.pipeline().ask("the pump", asked);
      asked.cancel();
      cancelled.countDown();
      assertThatThrownBy(() -> shadow.pipeline().ask("the pump", asked))
          .hasMessageContaining("the call was cancelled");
    }
    assertThat(told).singleElement().matches(comparison -> comparison.candidate().isPresent());
  }

  @Test
  void aStreamIsComparedOnceItIsComplete() {
    ShadowPipeline shadow = all(rag(TEXTS)).build();
    try (shadow) {
      try (AnswerStream stream = shadow.pipeline().stream("the pump")) {
        assertThat(shadow.report().counts().answered()).isZero();
        assertThat(stream.text()).containsExactly("the ", "pump ", "was ", "built");
        assertThat(stream.result()).isSameAs(stream.result());
      }
      shadow.pipeline().stream("the pump failed").close();
      try (AnswerStream abstained = shadow.pipeline().stream("unknown")) {
        assertThat(abstained.text()).isEmpty();
      }
    }
    assertThat(told).extracting(ShadowComparison::question).containsExactly("the pump", "unknown");
    assertThat(shadow.report().counts()).isEqualTo(new Counts(2, 2, 0, 0, 0, 0, 0, 2, 0));
  }

  @Test
  void filterAndConversationAreThoseOfTheQuestion() {
    List<Filter> filters = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    RagPipeline candidate =
        candidate(
            (request, context) -> {
              filters.add(request.filter());
              texts.add(request.query().text());
            });
    Filter filter = Filter.is("tenant", "a");
    try (ShadowPipeline shadow = all(candidate).build()) {
      Conversation talk = Conversation.of(Condenser.english());
      Answer first = shadow.pipeline().in(talk).ask("when was the pump built?");
      talk = talk.with(first.turn());
      shadow.pipeline().in(talk).ask("and why did it fail?", filter);
    }
    assertThat(filters).containsExactly(Filter.all(), filter);
    assertThat(texts.get(1)).contains("pump").isNotEqualTo("and why did it fail?");
    assertThat(told)
        .allSatisfy(
            comparison ->
                assertThat(comparison.candidate().orElseThrow().question())
                    .isEqualTo(comparison.served().question()));
  }

  @Test
  void budgetsAreOfAMinuteAndADay() {
    TestClock clock = new TestClock();
    ShadowPipeline shadow =
        all(rag(TEXTS)).ticker(clock).timeout(Duration.ofDays(9)).perMinute(2).perDay(3).build();
    try (shadow) {
      for (int minute = 0; minute < 3; minute++) {
        for (int i = 0; i < 5; i++) {
          shadow.pipeline().ask("the pump " + i);
        }
        clock.advance(Duration.ofMinutes(1));
      }
      assertThat(shadow.report().counts().overBudget()).isEqualTo(12);
      clock.advance(Duration.ofDays(1));
      shadow.pipeline().ask("the pump");
    }
    assertThat(shadow.report().counts()).isEqualTo(new Counts(16, 16, 12, 0, 0, 0, 0, 4, 0));
  }

  @Test
  void aShareIsOfDistinctQuestions() {
    ShadowPipeline shadow = all(rag(TEXTS)).share(.25, 7).waiting(1_000).perMinute(1_000).build();
    try (shadow) {
      for (int i = 0; i < 400; i++) {
        shadow.pipeline().ask("the pump " + i);
        shadow.pipeline().ask("the pump " + i);
      }
    }
    assertThat(shadow.report().counts().sampled()).isBetween(120L, 280L);
    assertThat(told.stream().map(ShadowComparison::question).distinct().count() * 2)
        .isEqualTo(told.size());
  }

  @Test
  void manyAskAtOnce() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    RagPipeline counted =
        candidate(
            (request, context) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              running.decrementAndGet();
            });
    ShadowPipeline shadow = all(counted).concurrent(3).waiting(20).perMinute(1_000).build();
    try (shadow) {
      IntStream.range(0, 1_600)
          .parallel()
          .forEach(
              i ->
                  assertThat(shadow.pipeline().ask("the pump " + i).text())
                      .isEqualTo("the pump was built"));
    }
    Counts counts = shadow.report().counts();
    assertThat(counts.answered()).isEqualTo(1_600);
    assertThat(counts.compared()).isPositive().isEqualTo(told.size());
    assertThat(counts.compared() + counts.dropped() + counts.overBudget()).isEqualTo(1_600);
    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void whatALimitRefusesIsNotCompared() {
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model("m", PriceTable.ModelPrice.perMillionTokens("1", "1"))
            .build();
    SpendingLimit nothing = SpendingLimit.builder(prices).perRun(Money.of(0, "USD")).build();
    Reranker hosted =
        new Reranker() {
          @Override
          public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
            return Retrieval.of(hits);
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("reranker", "hosted").with(StageDescription.MODEL, "m");
          }
        };
    RagPipeline candidate = SERVED.with(rag -> rag.reranker(nothing.reranker(hosted), 8));
    ShadowPipeline shadow = all(candidate).build();
    try (shadow) {
      shadow.pipeline().ask("the pump");
    }
    assertThat(shadow.report().counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 1, 0, 0, 0));
    assertThat(told).isEmpty();
  }

  @Test
  void aMetricWithoutReferencesTellsThemApart() {
    Generator loose = (request, context) -> Generation.of("It is said to be of 1890, or so.");
    ShadowPipeline shadow =
        all(rag(TEXTS, loose), SERVED)
            .scoredBy(Groundedness.lexical(), .5)
            .waiting(200)
            .perMinute(200)
            .build();
    try (shadow) {
      for (int i = 0; i < 40; i++) {
        shadow.pipeline().ask("the pump " + i);
      }
      shadow.pipeline().ask("unknown");
    }
    ShadowReport report = shadow.report();
    assertThat(report.counts().scored()).isEqualTo(41);
    assertThat(report.verdict()).isEqualTo(Verdict.BETTER);
    assertThat(report.score().sum()).isGreaterThan(30);
    assertThat(report.toString()).startsWith("candidate better: +");
  }

  @Test
  void aMetricThatFailsLeavesTheComparison() {
    Evaluator<List<String>, CitedAnswer> broken =
        Evaluator.of("length", CitedAnswer.SUBJECT, (none, answer) -> 7);
    ShadowPipeline shadow = all(rag(TEXTS)).scoredBy(broken, 0).build();
    try (shadow) {
      shadow.pipeline().ask("the pump");
      assertThatThrownBy(() -> shadow.judge("x", 1, 1))
          .hasMessage("answers are scored by length; without scoredBy(...) they can be judged");
    }
    assertThat(shadow.report().counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 0, 0, 1, 0));
    assertThat(told.remove().servedScore()).isEmpty();
  }

  @Test
  void judgmentsComeLater() {
    ConfidenceSequence before = new ConfidenceSequence(100, -50, 60, .95);
    ShadowPipeline shadow = all(rag(TEXTS)).continuing(before).build();
    try (shadow) {
      shadow.pipeline().ask("the pump");
    }
    assertThat(shadow.report().verdict()).isEqualTo(Verdict.WORSE);
    String id = told.remove().id();
    assertThatThrownBy(() -> shadow.judge(id, 1.5, 0))
        .hasMessage("scores in a shadow are from 0 to 1, servedScore was 1.5");
    shadow.judge(id, .25, 1);
    assertThat(shadow.report().score()).isEqualTo(before.with(.75));
    assertThat(shadow.report().counts().scored()).isEqualTo(1);
    assertThatThrownBy(() -> shadow.judge(id, .25, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no comparison \""
                + id
                + "\" waits for a judgment: it was judged already, is not among the latest 10000, or there was none");
  }

  @Test
  void answersFromACacheAreNotTimed() {
    AnswerCache cache = AnswerCache.builder().open();
    RagPipeline served = SERVED.with(rag -> rag.cache(cache));
    ShadowPipeline shadow = all(served, rag(TEXTS)).build();
    try (shadow) {
      shadow.pipeline().ask("the pump");
      shadow.pipeline().ask("the pump");
      shadow.pipeline().stream("the pump").result();
    }
    assertThat(shadow.report().counts().compared()).isEqualTo(3);
    assertThat(shadow.report().slower().count()).isEqualTo(1);
  }

  @Test
  void theLogIsOneOfTracesAndMasked(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("shadow.jsonl");
    Redaction redaction =
        Redaction.replacing(Redactor.pattern("EMAIL", Pattern.compile("\\S+@\\S+")));
    try (TraceLog log = TraceLog.open(file, 1, 1)) {
      ShadowPipeline shadow =
          all(rag(FakeRetriever.of("ask joe@example.org")))
              .listener(comparison -> log.append(comparison.toJson(redaction)))
              .listener(
                  comparison -> {
                    throw new IllegalStateException("a listener's own matter");
                  })
              .build();
      try (shadow) {
        shadow.pipeline().ask("whom to ask of the pump, ann@example.org?");
      }
      assertThatThrownBy(() -> log.append("a\nb"))
          .hasMessage("a line of a log is one line, was \"a\nb\"");
    }
    String line = Files.readString(file);
    assertThat(line)
        .doesNotContain("example.org")
        .contains("\"question\":\"whom to ask of the pump, «EMAIL»\"")
        .contains("\"served-answer\":\"the pump was built\"", "\"answer\":\"ask «EMAIL»\"")
        .contains("\"overlap@5\":");
    assertThat(LoggedQuestions.read(file).questions())
        .singleElement()
        .matches(logged -> logged.unanswered() == 0);
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    ShadowPipeline.Builder builder = all(SERVED);
    assertThatThrownBy(() -> builder.share(0, 1))
        .hasMessage("share must be above 0 and at most 1, was 0.0");
    assertThatThrownBy(() -> builder.perDay(0)).hasMessage("perDay must be >= 1, was 0");
    assertThatThrownBy(() -> builder.timeout(Duration.ZERO))
        .hasMessage("timeout must be > 0, was PT0S");
    assertThatThrownBy(() -> builder.scoredBy(Groundedness.lexical(), 2))
        .hasMessage("scores in a shadow are from 0 to 1, ofAbstention was 2.0");
  }
}
