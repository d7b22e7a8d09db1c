package dev.ragwright.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.PriceTable.ModelPrice;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.guard.SpendingLimit;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResilienceTest {
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("Where does it rise?"),
          new Context(
              List.of(Evidence.of(Passage.of("rhine", "The Rhine rises in the Alps."), 1)),
              8,
              List.of()));

  private static final Usage ONE =
      Usage.of(Usage.REQUESTS, 1).with(Usage.INPUT_TOKENS, 1_000).with(Usage.OUTPUT_TOKENS, 10);

  /** A failure of a service that counts its requests. */
  private static final class Busy extends RagException {
    private static final long serialVersionUID = 1L;
    private final boolean retryable;
    private final Duration wait;

    Busy(boolean retryable, Duration wait) {
      super(retryable ? "busy" : "no such model");
      this.retryable = retryable;
      this.wait = wait;
    }

    @Override
    public boolean retryable() {
      return retryable;
    }

    @Override
    public Optional<Duration> retryAfter() {
      return wait.isZero() ? Optional.empty() : Optional.of(wait);
    }

    @Override
    public Usage usage() {
      return Usage.of(Usage.REQUESTS, 1);
    }
  }

  private static Busy busy() {
    return new Busy(true, Duration.ZERO);
  }

  /** A generator of a hosted model, as a script of its calls has it, from 1. */
  private record Scripted(String model, AtomicInteger calls, IntFunction<Generation> script)
      implements Generator {
    Scripted(String model, IntFunction<Generation> script) {
      this(model, new AtomicInteger(), script);
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      return script.apply(calls.incrementAndGet());
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "scripted").with(StageDescription.MODEL, model);
    }
  }

  private static Generation said(String text) {
    return Generation.of(text, List.of(), Generation.FinishReason.STOP, ONE);
  }

  private static Scripted failing(int times, RagException failure) {
    return new Scripted(
        "big",
        call -> {
          if (call <= times) {
            throw failure;
          }
          return said("In the Alps.");
        });
  }

  /** Pauses of a millisecond, which nobody waits for. */
  private static Resilience.Builder quick() {
    return Resilience.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(2));
  }

  private static Generation generate(Generator generator) {
    return generator.generate(REQUEST, CallContext.unbounded());
  }

  @Test
  void asksAgainAndShowsEachAttemptWithItsCost() {
    Scripted service = failing(2, busy());
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(FakeRetriever.of("The Rhine rises in the Alps."))
            .generator(quick().build().generator(service))
            .build();
    Answer answer = rag.ask("Where does the Rhine rise?");
    assertThat(answer.text()).isEqualTo("In the Alps.");
    StageRecord record =
        answer.trace().stages().stream()
            .filter(stage -> stage.stage().equals("generate"))
            .findFirst()
            .orElseThrow();
    assertThat(record.parts()).extracting(StageRecord::stage).containsOnly("attempt").hasSize(3);
    assertThat(record.parts())
        .extracting(part -> part.error().orElse(""))
        .containsExactly("busy", "busy", "");
    assertThat(record.usage()).isEqualTo(ONE.with(Usage.REQUESTS, 3));
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model("big", ModelPrice.perMillionTokens("1", "2"))
            .build();
    assertThat(record.cost(prices)).hasToString("0.00102 USD");
  }

  @Test
  void showsEachAttemptOfACallThatFailed() {
    Generator down = quick().attempts(2).build().generator(failing(9, busy()));
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(FakeRetriever.of("The Rhine rises in the Alps."))
            .generator(Resilience.fallback(down, failing(9, busy())))
            .build();
    StageException failure =
        catchThrowableOfType(StageException.class, () -> rag.ask("Where does the Rhine rise?"));
    StageRecord record = failure.trace().stages().getLast();
    assertThat(record.parts()).extracting(StageRecord::stage).containsOnly("generator").hasSize(2);
    assertThat(record.parts().getFirst().parts())
        .extracting(part -> part.error().orElse(""))
        .containsExactly("busy", "busy");
    assertThat(record.usage()).isEqualTo(Usage.of(Usage.REQUESTS, 3));
  }

  @Test
  void oneAttemptLeavesTheAnswerAsItIs() {
    Generation made = said("In the Alps.");
    assertThat(generate(Resilience.retries().generator(new Scripted("big", call -> made))))
        .isSameAs(made);
  }

  @Test
  void givesUpAfterTheLastAttemptAndAtOnceWhereAnotherIsOfNoUse() {
    Scripted down = failing(9, busy());
    assertThatThrownBy(() -> generate(quick().attempts(4).build().generator(down)))
        .isInstanceOfSatisfying(
            AttemptsFailedException.class,
            e -> {
              assertThat(e).hasMessage("scripted failed 4 times, the last time: busy");
              assertThat(e).hasCauseInstanceOf(Busy.class);
              assertThat(e.retryable()).isTrue();
              assertThat(e.usage()).isEqualTo(Usage.of(Usage.REQUESTS, 4));
            });
    assertThat(down.calls()).hasValue(4);
    Scripted wrong = failing(9, new Busy(false, Duration.ZERO));
    assertThatThrownBy(() -> generate(quick().build().generator(wrong)))
        .hasMessage("no such model");
    assertThat(wrong.calls()).hasValue(1);
    Scripted bug =
        new Scripted(
            "big",
            call -> {
              throw new IllegalStateException("closed");
            });
    assertThatThrownBy(() -> generate(quick().build().generator(bug))).hasMessage("closed");
    assertThat(bug.calls()).hasValue(1);
  }

  @Test
  void waitsAsLongAsTheServiceAsksForAndNeverBehindTheDeadline() {
    Duration asked = Duration.ofMillis(120);
    Scripted service = failing(1, new Busy(true, asked));
    long start = System.nanoTime();
    generate(quick().build().generator(service));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(asked);

    Scripted later = failing(1, new Busy(true, Duration.ofHours(1)));
    CallContext hasty = CallContext.withTimeout(Duration.ofSeconds(20));
    assertThatThrownBy(() -> quick().build().generator(later).generate(REQUEST, hasty))
        .as("the failure, at once")
        .isInstanceOf(Busy.class);
    assertThat(later.calls()).hasValue(1);
  }

  @Test
  void cancellationEndsThePause() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Generator service =
        (request, context) -> {
          asked.countDown();
          throw new Busy(true, Duration.ofHours(1));
        };
    CallContext context = CallContext.unbounded();
    Thread canceller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    asked.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  context.cancel();
                });
    assertThatThrownBy(
            () -> Resilience.retries().generator(service.named("x")).generate(REQUEST, context))
        .isInstanceOf(CancelledException.class);
    canceller.join();
  }

  @Test
  void anAttemptThatTakesTooLongIsMadeAgain() {
    AtomicInteger calls = new AtomicInteger();
    Generator slowFirst =
        (request, context) -> {
          if (calls.incrementAndGet() == 1) {
            while (true) {
              context.throwIfStopped();
              Thread.onSpinWait();
            }
          }
          return said("In the Alps.");
        };
    Resilience rules = quick().attemptTimeout(Duration.ofMillis(50)).build();
    Generation made = generate(rules.generator(slowFirst.named("slow")));
    assertThat(made.text()).isEqualTo("In the Alps.");
    assertThat(made.parts().getFirst().error().orElseThrow()).contains("PT0.05S");
    assertThat(made.usage().unknownCounters().isEmpty() && made.usage().isComplete())
        .as("what it was charged for is not known")
        .isFalse();
    CallContext hasty = CallContext.withTimeout(Duration.ofMillis(50));
    Generator hangs =
        (request, context) -> {
          while (true) {
            context.throwIfStopped();
            Thread.onSpinWait();
          }
        };
    assertThatThrownBy(
            () -> quick().build().generator(hangs.named("hangs")).generate(REQUEST, hasty))
        .isInstanceOf(DeadlineExceededException.class);
  }

  /** A stream of these pieces; {@code null} is a failure. */
  private static TokenStream pieces(AtomicBoolean closed, @Nullable String... pieces) {
    return new TokenStream() {
      @Override
      public Stream<String> text() {
        return Stream.of(pieces)
            .map(
                piece -> {
                  if (piece == null) {
                    throw busy();
                  }
                  return piece;
                });
      }

      @Override
      public Generation result() {
        return said(String.join("", pieces));
      }

      @Override
      public void close() {
        closed.set(true);
      }
    };
  }

  /** A generator whose streams are these, in their order. */
  private static Generator streaming(TokenStream... streams) {
    AtomicInteger calls = new AtomicInteger();
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        throw new AssertionError("a stream was asked for");
      }

      @Override
      public TokenStream stream(GenerationRequest request, CallContext context) {
        return streams[calls.getAndIncrement()];
      }
    };
  }

  @Test
  void aStreamIsAskedForAgainUntilItsFirstPiece() {
    AtomicBoolean closed = new AtomicBoolean();
    Generator service =
        streaming(
            pieces(closed, (String) null), pieces(new AtomicBoolean(), "In ", "the ", "Alps."));
    try (TokenStream stream =
        quick().build().generator(service).stream(REQUEST, CallContext.unbounded())) {
      assertThat(closed).as("the first one").isTrue();
      assertThat(stream.text()).containsExactly("In ", "the ", "Alps.");
      assertThat(stream.result().parts()).hasSize(2);
      assertThat(stream.result().text()).isEqualTo("In the Alps.");
    }
  }

  @Test
  void aStreamIsNotAskedForAgainBehindItsFirstPiece() {
    AtomicBoolean closed = new AtomicBoolean();
    Resilience rules = quick().concurrent(1).build();
    Generator service = rules.generator(streaming(pieces(closed, "In ", null)));
    try (TokenStream stream = service.stream(REQUEST, CallContext.unbounded())) {
      Iterator<String> pieces = stream.text().iterator();
      assertThat(pieces.next()).isEqualTo("In ");
      assertThatThrownBy(pieces::hasNext).isInstanceOf(Busy.class);
    }
    assertThat(closed).isTrue();
    assertThat(generate(rules.generator(new Scripted("big", call -> said("free")))).text())
        .as("its place is free again")
        .isEqualTo("free");
  }

  @Test
  void aStreamThatNobodyReadsToItsEndGivesItsPlaceBack() {
    Resilience rules = quick().concurrent(1).build();
    Generator service = rules.generator(streaming(pieces(new AtomicBoolean(), "In ", "the ")));
    service.stream(REQUEST, CallContext.unbounded()).close();
    assertThat(generate(rules.generator(new Scripted("big", call -> said("free")))).text())
        .isEqualTo("free");
  }

  @Test
  void sparesAServiceThatIsDown() {
    Scripted down = failing(9, busy());
    Resilience rules = quick().attempts(1).breaker(0.5, 4, Duration.ofHours(1)).build();
    Generator spared = rules.generator(down);
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> generate(spared)).isInstanceOf(Busy.class);
    }
    ServiceSparedException refused =
        catchThrowableOfType(ServiceSparedException.class, () -> generate(spared));
    assertThat(refused)
        .hasMessage(
            "scripted was not asked: too many of its last calls failed, so it is spared for PT1H, which breaker(...) of Resilience sets");
    assertThat(refused.retryable()).isTrue();
    assertThat(refused.retryAfter()).contains(Duration.ofHours(1));
    assertThat(refused.usage()).isEqualTo(Usage.none());
    assertThat(down.calls()).hasValue(4);

    Scripted wrong = failing(99, new Busy(false, Duration.ZERO));
    Generator asked =
        quick().attempts(1).breaker(0.5, 4, Duration.ofHours(1)).build().generator(wrong);
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> generate(asked))
          .as("a wrong request says nothing of the service")
          .isInstanceOf(Busy.class);
    }
  }

  @Test
  void boundsHowManyAskAtATimeAndHowOften() throws InterruptedException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Generator service =
        (request, context) -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          now.decrementAndGet();
          return said("In the Alps.");
        };
    Generator bounded = quick().concurrent(3).build().generator(service.named("x"));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      threads.add(Thread.ofVirtual().start(() -> generate(bounded)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most).hasValueLessThanOrEqualTo(3);

    Duration time = Duration.ofMillis(40);
    Generator slow = quick().rate(2, time).build().generator(service.named("x"));
    long start = System.nanoTime();
    for (int i = 0; i < 7; i++) {
      generate(slow);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("7 calls, 2 in each 40 ms, of which the first may be nearly over")
        .isGreaterThan(time.multipliedBy(2));
  }

  @Test
  void anotherAnswersForOneThatFails() {
    Scripted big = failing(9, busy());
    Scripted small =
        new Scripted("small", call -> said("In the Alps.").withModel("small-2026-05-01"));
    Generation made =
        generate(Resilience.fallback(quick().attempts(2).build().generator(big), small));
    assertThat(made.text()).isEqualTo("In the Alps.");
    assertThat(big.calls()).hasValue(2);
    assertThat(made.parts()).hasSize(2);
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model("big", ModelPrice.perMillionTokens("10", "20"))
            .model("small", ModelPrice.perMillionTokens("1", "2"))
            .build();
    assertThat(made.parts().get(1).cost(prices)).hasToString("0.00102 USD");
    RagException both =
        catchThrowableOfType(
            RagException.class,
            () -> generate(Resilience.fallback(failing(1, busy()), failing(1, busy()))));
    assertThat(both).hasMessage("all 2 generators failed, the last one: busy");
    assertThat(both.getSuppressed()).hasSize(1);
    assertThat(both.usage()).isEqualTo(Usage.of(Usage.REQUESTS, 2));
    Busy same = busy();
    assertThatThrownBy(() -> generate(Resilience.fallback(failing(1, same), failing(1, same))))
        .hasCause(same);
    assertThatThrownBy(() -> Resilience.fallback(small))
        .hasMessage("a fallback takes two generators or more, had one");
  }

  @Test
  void anotherStreamsForOneThatFailsBeforeItsFirstPiece() {
    Generator first = streaming(pieces(new AtomicBoolean(), (String) null));
    Generator second = streaming(pieces(new AtomicBoolean(), "In ", "the Alps."));
    try (TokenStream stream =
        Resilience.fallback(first, second).stream(REQUEST, CallContext.unbounded())) {
      assertThat(stream.text()).containsExactly("In ", "the Alps.");
      assertThat(stream.result().parts()).hasSize(2);
    }
  }

  @Test
  void retrieversAndEmbeddersAreAskedAgain() {
    AtomicInteger calls = new AtomicInteger();
    Retriever found = FakeRetriever.of("The Rhine rises in the Alps.");
    Retriever busy =
        (request, context) -> {
          if (calls.incrementAndGet() < 3) {
            throw busy();
          }
          return found.retrieve(request, context);
        };
    var retrieval = quick().build().retriever(busy.named("busy")).retrieve("Rhine", 5);
    assertThat(retrieval.hits()).hasSize(1);
    assertThat(retrieval.parts()).hasSize(3);
    assertThat(retrieval.usage().count(Usage.REQUESTS)).hasValue(2);

    calls.set(0);
    FakeEmbedder fake = FakeEmbedder.of(64);
    Embedder service =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            if (calls.incrementAndGet() < 3) {
              throw busy();
            }
            return fake.embed(texts, side, context);
          }

          @Override
          public int dimension() {
            return fake.dimension();
          }

          @Override
          public StageDescription description() {
            return fake.description();
          }
        };
    Embedder again = quick().build().embedder(service);
    assertThat(again.embedQuery("Rhine")).isEqualTo(fake.embedQuery("Rhine"));
    assertThat(again.description()).isEqualTo(fake.description());
  }

  @Test
  void aCallThatGaveUpTakesNothingFromTheNext() {
    Scripted service = failing(0, busy());
    Generator slow = quick().rate(1, Duration.ofMillis(300)).build().generator(service);
    generate(slow);
    for (int i = 0; i < 20; i++) {
      CallContext hasty = CallContext.withTimeout(Duration.ofMillis(2));
      assertThatThrownBy(() -> slow.generate(REQUEST, hasty))
          .isInstanceOf(DeadlineExceededException.class);
    }
    CallContext patient = CallContext.withTimeout(Duration.ofSeconds(30));
    assertThat(slow.generate(REQUEST, patient).text())
        .as("at a permission each, 20 that gave up would have taken 6 s; nobody asks for a time")
        .isEqualTo("In the Alps.");
    assertThat(service.calls()).hasValue(2);
  }

  @Test
  void aCallersOwnHasteSaysNothingOfTheService() {
    AtomicInteger calls = new AtomicInteger();
    Generator hangs =
        (request, context) -> {
          while (context.remaining().isPresent()) {
            context.throwIfStopped();
            Thread.onSpinWait();
          }
          calls.incrementAndGet();
          return said("In the Alps.");
        };
    Generator spared =
        quick()
            .attempts(1)
            .breaker(0.5, 4, Duration.ofHours(1))
            .build()
            .generator(hangs.named("x"));
    for (int i = 0; i < 10; i++) {
      CallContext hasty = CallContext.withTimeout(Duration.ofMillis(5));
      assertThatThrownBy(() -> spared.generate(REQUEST, hasty))
          .isInstanceOf(DeadlineExceededException.class);
    }
    assertThat(generate(spared).text()).isEqualTo("In the Alps.");
  }

  @Test
  void aProbeThatHangsIsFollowedByAnother() {
    AtomicBoolean down = new AtomicBoolean(true);
    Generator service =
        (request, context) -> {
          if (down.get()) {
            throw busy();
          }
          return said("In the Alps.");
        };
    Generator spared =
        quick()
            .attempts(1)
            .breaker(1, 2, Duration.ofMillis(30))
            .build()
            .generator(service.named("x"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> generate(spared)).isInstanceOf(Busy.class);
    }
    down.set(false);
    CallContext patient = CallContext.withTimeout(Duration.ofSeconds(30));
    while (true) {
      patient.throwIfStopped();
      try {
        assertThat(spared.generate(REQUEST, patient).text()).isEqualTo("In the Alps.");
        break;
      } catch (ServiceSparedException e) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void closingFromAnotherThreadGivesOnePlaceBack() throws InterruptedException {
    Resilience rules = quick().concurrent(1).build();
    for (int i = 0; i < 300; i++) {
      Generator service = rules.generator(streaming(pieces(new AtomicBoolean(), "In ", null)));
      TokenStream stream = service.stream(REQUEST, CallContext.unbounded());
      Thread closer = Thread.ofVirtual().start(stream::close);
      assertThatThrownBy(stream::result).isInstanceOf(RagException.class);
      closer.join();
    }
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Generator counted =
        rules.generator(
            new Scripted(
                "big",
                call -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  now.decrementAndGet();
                  return said("In the Alps.");
                }));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      threads.add(Thread.ofVirtual().start(() -> generate(counted)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most).hasValue(1);
  }

  @Test
  void anotherModelThanWasAskedForHasItsOwnPrice() {
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model("cheap", ModelPrice.perMillionTokens("1", "2"))
            .model("dear", ModelPrice.perMillionTokens("100", "200"))
            .build();
    for (int failures : new int[] {0, 1}) {
      Scripted service =
          new Scripted(
              "cheap",
              call -> {
                if (call <= failures) {
                  throw busy();
                }
                return said("In the Alps.").withModel("dear");
              });
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(FakeRetriever.of("The Rhine rises in the Alps."))
              .generator(Resilience.fallback(quick().build().generator(service), service))
              .build();
      assertThat(rag.ask("Where does the Rhine rise?").trace().cost(prices))
          .as("%d failures", failures)
          .hasToString("0.102 USD");
    }
  }

  @Test
  void refusesRulesThatMakeNoSense() {
    Resilience.Builder builder = Resilience.builder();
    assertThatThrownBy(() -> builder.attempts(0)).hasMessage("attempts must be >= 1, was 0");
    assertThatThrownBy(() -> builder.breaker(0, 4, Duration.ofSeconds(1)))
        .hasMessage("share must be in [0.01, 1], was 0.0");
    assertThatThrownBy(() -> builder.attemptTimeout(Duration.ZERO))
        .hasMessage("attemptTimeout must be within PT0.001S and PT24H, was PT0S");
    assertThatThrownBy(() -> builder.backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessage("the first pause must not be longer than the longest one, was PT2S and PT1S");
    assertThatThrownBy(() -> builder.rate(1, Duration.ofDays(2)))
        .hasMessage("time must be within PT0.001S and PT24H, was PT48H");
    assertThat(Resilience.retries().retriever(FakeRetriever.of("x")).description())
        .as("the rules change no result")
        .isEqualTo(FakeRetriever.of("x").description());
  }

  /** Each attempt is an asking of its own, and a refusal is passed on to the next generator. */
  @Test
  void everyAttemptCountsTowardsASpendingLimit() {
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model(
                "big",
                new ModelPrice(BigDecimal.ZERO, null, BigDecimal.ZERO, BigDecimal.ONE)) // a dollar
            .build();
    SpendingLimit limit = SpendingLimit.builder(prices).perRun(Money.of(4, "USD")).build();
    Scripted service = failing(2, busy());
    Generator patient = quick().build().generator(limit.generator(prompted(service), 10));
    Generator either =
        Resilience.fallback(patient, prompted(new Scripted("own", call -> said("Own."))));
    assertThat(generate(either).text()).isEqualTo("In the Alps.");
    assertThat(limit.spending().spent()).isEqualTo(Money.of(3, "USD"));
    assertThat(generate(either).text()).isEqualTo("In the Alps.");
    Generation refused = generate(either);
    assertThat(refused.text()).isEqualTo("Own.");
    assertThat(refused.parts().getFirst().error().orElseThrow())
        .startsWith("scripted was not asked: the call may cost 1 USD, and of 4 USD for the run");
    assertThat(service.calls()).hasValue(4);
    assertThat(limit.spending().refused()).isEqualTo(1);
  }

  private static Generator prompted(Scripted scripted) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        return scripted.generate(request, context);
      }

      @Override
      public Optional<PromptTemplate> prompt() {
        return Optional.of(PromptTemplate.grounded());
      }

      @Override
      public StageDescription description() {
        return scripted.description();
      }
    };
  }

  /** The first attempt hangs until it is stopped; others answer. */
  @SuppressWarnings("try") // the registration only has to be closed
  private static Generator hanging(AtomicInteger calls, CountDownLatch stopped) {
    return (request, context) -> {
      if (calls.incrementAndGet() > 1) {
        return said("In the Alps.");
      }
      CountDownLatch over = new CountDownLatch(1);
      try (CallContext.Registration registration = context.onStop(over::countDown)) {
        assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      stopped.countDown();
      context.throwIfStopped();
      throw new AssertionError("nobody stopped it");
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void asksASlowServiceTwiceAndStopsTheSlowerAttempt(boolean streams) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch stopped = new CountDownLatch(1);
    Generator hedged =
        quick().hedge(Duration.ofMillis(20)).build().generator(hanging(calls, stopped));
    Generation made;
    if (streams) {
      try (TokenStream stream = hedged.stream(REQUEST, CallContext.unbounded())) {
        made = stream.result();
      }
    } else {
      made = generate(hedged);
    }
    assertThat(made.text()).isEqualTo("In the Alps.");
    assertThat(calls).hasValue(2);
    assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(made.parts())
        .extracting(part -> part.error().orElse(""))
        .containsExactlyInAnyOrder("another attempt was faster", "");
    assertThat(made.usage().isComplete()).as("what the stopped one is charged for").isFalse();
  }

  /** The one place is the first attempt's, until its stream is read. */
  @ParameterizedTest
  @ValueSource(strings = {"concurrent", "rate"})
  void aSecondAttemptWaitsForNoPlaceLongerThanTheFirst(String bound) {
    Resilience.Builder builder = quick().hedge(Duration.ofMillis(5));
    Resilience service =
        bound.equals("rate")
            ? builder.rate(1, Duration.ofHours(1)).build()
            : builder.concurrent(1).build();
    AtomicInteger calls = new AtomicInteger();
    Generator slow =
        (request, context) -> {
          calls.incrementAndGet();
          try {
            Thread.sleep(60);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return said("In the Alps.");
        };
    Generation made;
    try (TokenStream stream =
        service.generator(slow).stream(REQUEST, CallContext.withTimeout(Duration.ofSeconds(30)))) {
      made = stream.result();
    }
    assertThat(made.text()).isEqualTo("In the Alps.");
    assertThat(made.parts()).as("a second attempt").isEmpty();
    assertThat(made.usage()).isEqualTo(ONE);
    assertThat(calls).hasValue(1);
  }

  @Test
  void asksAQuickServiceOnce() {
    Scripted quick = failing(0, busy());
    Generator hedged = quick().hedge(Duration.ofHours(1)).build().generator(quick);
    assertThat(generate(hedged).parts()).isEmpty();
    assertThat(quick.calls()).hasValue(1);
    Scripted down = failing(9, busy());
    Generator both = quick().attempts(2).hedge(Duration.ofHours(1)).build().generator(down);
    assertThatThrownBy(() -> generate(both)).hasMessageContaining("failed 2 times");
    assertThat(down.calls()).hasValue(2);
  }

  @Test
  @SuppressWarnings("try") // the registration only has to be closed
  void stopsBothAttemptsWithTheCall() {
    Generator hangs =
        (request, context) -> {
          CountDownLatch over = new CountDownLatch(1);
          try (CallContext.Registration registration = context.onStop(over::countDown)) {
            over.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          context.throwIfStopped();
          throw new AssertionError("nobody stopped it");
        };
    Generator hedged = quick().hedge(Duration.ofMillis(5)).build().generator(hangs);
    CallContext hasty = CallContext.withTimeout(Duration.ofMillis(60));
    assertThatThrownBy(() -> hedged.generate(REQUEST, hasty))
        .isInstanceOf(DeadlineExceededException.class);
  }
}
