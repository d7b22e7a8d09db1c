package dev.ragwright.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.PriceTable.ModelPrice;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpendingLimitTest {
  private static final ZoneId UTC = ZoneOffset.UTC;

  /** A dollar a token, whatever token, so that money and tokens are one number. */
  private static final PriceTable DOLLARS =
      PriceTable.builder("USD", LocalDate.of(2026, 11, 30))
          .model("m", ModelPrice.perMillionTokens("1000000", "1000000"))
          .build();

  private static final PromptTemplate EMPTY = // 2 x 16 tokens for two frames, and 2 for "a"
      request -> List.of(ChatMessage.system("a"), ChatMessage.user("a"));

  private static final int FRAMES = 34;

  private static final GenerationRequest REQUEST =
      GenerationRequest.of(Query.of("?"), new Context(List.of(), 0, List.of()));

  /** Answers by a script. */
  private record Scripted(Function<CallContext, Generation> script, PromptTemplate template)
      implements Generator {
    static Scripted of(Usage usage) {
      return new Scripted(
          context -> Generation.of("x", List.of(), Generation.FinishReason.STOP, usage), EMPTY);
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      return script.apply(context);
    }

    @Override
    public Optional<PromptTemplate> prompt() {
      return Optional.of(template);
    }

    @Override
    public Generator withPrompt(PromptTemplate other) {
      return new Scripted(script, other);
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "hosted").with(StageDescription.MODEL, "m");
    }
  }

  private static Usage tokens(long input, long output) {
    return Usage.of(Usage.INPUT_TOKENS, input)
        .with(Usage.OUTPUT_TOKENS, output)
        .with(Usage.REQUESTS, 1);
  }

  private static Money dollars(long amount) {
    return Money.of(amount, "USD");
  }

  private static SpendingLimit run(long dollars) {
    return SpendingLimit.builder(DOLLARS).perRun(dollars(dollars)).build();
  }

  private static Generation ask(Generator generator) {
    return generator.generate(REQUEST, CallContext.unbounded());
  }

  @Test
  void whatIsSetAsideIsGivenBackAndWhatWasCountedIsSpent() {
    SpendingLimit limit = run(100);
    Generator careful = limit.generator(Scripted.of(tokens(3, 4)), 10);
    ask(careful);
    ask(careful);
    assertThat(limit.spending())
        .isEqualTo(new SpendingLimit.Spending(dollars(14), dollars(0), dollars(0), 0));
    assertThat(careful.description()).isEqualTo(Scripted.of(Usage.none()).description());
  }

  @Test
  void aCallThatMightExceedItIsNotMade() {
    AtomicInteger calls = new AtomicInteger();
    Scripted counting =
        new Scripted(
            context -> {
              calls.incrementAndGet();
              return ask(Scripted.of(tokens(30, 10)));
            },
            EMPTY);
    SpendingLimit limit = run(83); // 40 spent, and 44 asked
    Generator careful = limit.generator(counting, 10);
    ask(careful);
    SpendingRefusedException refused =
        catchThrowableOfType(SpendingRefusedException.class, () -> ask(careful));
    assertThat(refused)
        .hasMessage(
            "hosted was not asked: the call may cost 44 USD, and of 83 USD for the run 40 USD are spent;"
                + " perRun(...) of SpendingLimit allows more, and a shorter prompt or fewer tokens of output cost less");
    assertThat(refused.limit()).isEqualTo(dollars(83));
    assertThat(refused.spent()).isEqualTo(dollars(40));
    assertThat(refused.reserved()).isEqualTo(dollars(0));
    assertThat(refused.asked()).isEqualTo(dollars(10 + FRAMES));
    assertThat(refused.setting()).isEqualTo("perRun");
    assertThat(refused.retryable()).isFalse();
    assertThat(refused.retryAfter()).isEmpty();
    assertThat(refused.usage()).isEqualTo(Usage.none());
    assertThat(calls).hasValue(1);
    assertThat(limit.spending().refused()).isEqualTo(1);
  }

  /** 64 threads ask at once; each call uses all that it may, and no sum is ever above the limit. */
  @Test
  void threadsNeverExceedItTogether() throws Exception {
    AtomicLong paid = new AtomicLong();
    AtomicLong most = new AtomicLong();
    Scripted spending =
        new Scripted(
            context -> {
              most.accumulateAndGet(paid.addAndGet(FRAMES + 6), Math::max);
              return ask(Scripted.of(tokens(FRAMES, 6)));
            },
            EMPTY);
    SpendingLimit limit = run(1_000); // 25 calls at 40
    Generator careful = limit.generator(spending, 6);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  for (int call = 0; call < 10; call++) {
                    try {
                      ask(careful);
                      answered.incrementAndGet();
                    } catch (SpendingRefusedException e) {
                      refused.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(most).hasValue(1_000);
    assertThat(answered).hasValue(25);
    assertThat(refused).hasValue(615);
    assertThat(limit.spending())
        .isEqualTo(new SpendingLimit.Spending(dollars(1_000), dollars(0), dollars(0), 615));
  }

  @Test
  void aRunningCallKeepsOthersFromWhatItMayCost() {
    SpendingLimit limit = run(80);
    Generator careful = limit.generator(Scripted.of(tokens(1, 1)), 10);
    Generator meanwhile =
        limit.generator(
            new Scripted(
                context -> {
                  assertThatThrownBy(() -> ask(careful))
                      .hasMessageContaining(
                          "of 80 USD for the run 0 USD are spent and 44 USD set aside for calls that are running");
                  return ask(Scripted.of(tokens(1, 1)));
                },
                EMPTY),
            10);
    ask(meanwhile);
    ask(careful);
    assertThat(limit.spending().spent()).isEqualTo(dollars(4));
  }

  @Test
  void whatIsNotKnownCountsAsWhatWasSetAside() {
    SpendingLimit limit = run(1_000);
    ask(limit.generator(Scripted.of(Usage.unknown()), 10));
    ask(limit.generator(Scripted.of(tokens(1, 1).withUnknown(Usage.OUTPUT_TOKENS)), 10));
    assertThat(limit.spending())
        .isEqualTo(new SpendingLimit.Spending(dollars(88), dollars(88), dollars(0), 0));
  }

  @Test
  void aFailureCostsWhatItCounted() {
    SpendingLimit limit = run(1_000);
    for (Usage usage : List.of(Usage.none(), tokens(5, 0), Usage.unknown())) {
      RagException failure =
          new RagException("busy") {
            @Override
            public Usage usage() {
              return usage;
            }
          };
      Generator failing =
          limit.generator(
              new Scripted(
                  context -> {
                    throw failure;
                  },
                  EMPTY),
              10);
      assertThatThrownBy(() -> ask(failing)).isSameAs(failure);
    }
    assertThat(limit.spending())
        .isEqualTo(new SpendingLimit.Spending(dollars(5 + 44), dollars(44), dollars(0), 0));
  }

  @Test
  void aServiceThatWroteMoreThanItWasToldIsCounted() {
    SpendingLimit limit = run(60);
    Generator careful = limit.generator(Scripted.of(tokens(FRAMES, 500)), 10);
    ask(careful);
    assertThat(limit.spending().spent()).isEqualTo(dollars(534));
    assertThatThrownBy(() -> ask(careful)).isInstanceOf(SpendingRefusedException.class);
  }

  /** Nobody is told to wait for what no time allows. */
  @Test
  void aCallThatIsMoreThanTheWholeLimitIsNotToldToWait() {
    Instant[] now = {Instant.EPOCH};
    SpendingLimit limit =
        SpendingLimit.builder(DOLLARS)
            .per(Duration.ofHours(1), dollars(44))
            .perDay(dollars(45), UTC)
            .clock(clockOf(now))
            .build();
    ask(limit.generator(Scripted.of(tokens(1, 1)), 10));
    Function<Integer, SpendingRefusedException> refused =
        output ->
            catchThrowableOfType(
                SpendingRefusedException.class,
                () -> ask(limit.generator(Scripted.of(tokens(1, 1)), output)));
    assertThat(refused.apply(10).retryAfter()).contains(Duration.ofHours(1));
    assertThat(refused.apply(10).setting()).isEqualTo("per");
    assertThat(refused.apply(11).retryAfter()).isEmpty();
    assertThat(refused.apply(11).setting()).isEqualTo("per");
    assertThat(refused.apply(12).retryAfter()).isEmpty();
    SpendingLimit later = // whose second limit will never have room, though its first will
        SpendingLimit.builder(DOLLARS)
            .per(Duration.ofHours(1), dollars(50))
            .perDay(dollars(45), UTC)
            .clock(clockOf(now))
            .build();
    ask(later.generator(Scripted.of(tokens(5, 5)), 10));
    SpendingRefusedException never =
        catchThrowableOfType(
            SpendingRefusedException.class,
            () -> ask(later.generator(Scripted.of(tokens(1, 1)), 12)));
    assertThat(never.retryAfter()).isEmpty();
    assertThat(never.setting()).isEqualTo("perDay");
  }

  @Test
  void eachCallMayHaveALimitOfItsOwn() {
    SpendingLimit limit = SpendingLimit.builder(DOLLARS).perCall(dollars(40)).build();
    ask(limit.generator(Scripted.of(tokens(1, 1)), 6));
    assertThatThrownBy(() -> ask(limit.generator(Scripted.of(tokens(1, 1)), 7)))
        .hasMessageStartingWith(
            "hosted was not asked: the call may cost 41 USD, and 40 USD are allowed a call; perCall(...)");
  }

  @Test
  void aDayBeginsAnewAndAnHourToo() {
    Instant[] now = {Instant.parse("2026-11-30T22:30:00Z")};
    Clock clock =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now[0];
          }
        };
    SpendingLimit day =
        SpendingLimit.builder(DOLLARS)
            .perDay(dollars(44), ZoneId.of("Europe/Berlin"))
            .clock(clock)
            .build();
    SpendingLimit hour =
        SpendingLimit.builder(DOLLARS).per(Duration.ofHours(1), dollars(44)).clock(clock).build();
    for (SpendingLimit limit : List.of(day, hour)) {
      now[0] = Instant.parse("2026-11-30T22:30:00Z");
      Generator careful = limit.generator(Scripted.of(tokens(40, 4)), 10);
      ask(careful);
      now[0] = Instant.parse("2026-11-30T22:50:00Z");
      SpendingRefusedException refused =
          catchThrowableOfType(SpendingRefusedException.class, () -> ask(careful));
      assertThat(refused.retryAfter())
          .contains(Duration.ofMinutes(limit == day ? 10 : 40)); // midnight in Berlin is 23:00Z
      now[0] = now[0].plus(Duration.ofMinutes(limit == day ? 10 : 40));
      ask(careful);
      now[0] = Instant.parse("2026-11-30T22:50:00Z"); // set back
      assertThatThrownBy(() -> ask(careful)).isInstanceOf(SpendingRefusedException.class);
      assertThat(limit.spending().spent()).isEqualTo(dollars(88));
    }
    assertThatThrownBy(() -> ask(day.generator(Scripted.of(tokens(40, 4)), 10)))
        .hasMessageContaining("of 44 USD a day (Europe/Berlin) 44 USD are spent; perDay(...)");
  }

  @Test
  void aCallBelongsToTheTimeThatItBeganIn() {
    Instant[] now = {Instant.EPOCH};
    Clock clock = clockOf(now);
    SpendingLimit limit =
        SpendingLimit.builder(DOLLARS).perDay(dollars(44), UTC).clock(clock).build();
    Generator slow =
        limit.generator(
            new Scripted(
                context -> {
                  now[0] = Instant.EPOCH.plus(Duration.ofDays(1));
                  ask(limit.generator(Scripted.of(tokens(40, 4)), 10));
                  return ask(Scripted.of(tokens(40, 4)));
                },
                EMPTY),
            10);
    ask(slow);
    assertThatThrownBy(() -> ask(slow)).hasMessageContaining("44 USD are spent;");
  }

  private static Clock clockOf(Instant[] now) {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now[0];
      }
    };
  }

  @Test
  void zeroRefusesWhatMayCostSomething() {
    assertThatThrownBy(() -> ask(run(0).generator(Scripted.of(tokens(0, 0)), 1)))
        .hasMessageContaining("of 0 USD for the run 0 USD are spent");
  }

  @Test
  void limitsThatCannotBeKeptAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpendingLimit.builder(DOLLARS).perRun(dollars(-1)))
        .withMessage("perRun must be >= 0, was -1 USD");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpendingLimit.builder(DOLLARS).perDay(Money.of(1, "EUR"), UTC))
        .withMessage("perDay(1 EUR) is not in USD, the currency of the prices; no rate is assumed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpendingLimit.builder(DOLLARS).per(Duration.ZERO, dollars(1)))
        .withMessage("per: the time must be at least PT1S, was PT0S");
    assertThatThrownBy(() -> SpendingLimit.builder(DOLLARS).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a SpendingLimit needs a limit: perCall, perRun, perDay or per");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(1).generator(Scripted.of(Usage.none()), 0))
        .withMessage("maxOutputTokens must be >= 1, was 0");
  }

  @Test
  void aPriceThatIsMissingIsNamedBeforeAnythingIsAsked() {
    PriceTable half =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 30))
            .model("m", new ModelPrice(BigDecimal.ONE, null, null, BigDecimal.ZERO))
            .build();
    SpendingLimit limit = SpendingLimit.builder(half).perRun(dollars(1)).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limit.generator(Scripted.of(Usage.none()), 1))
        .withMessage(
            "a SpendingLimit cannot be kept for hosted(model=m): not known is the price 'output' of m;"
                + " a description names the model that is charged for by the parameter 'model', and the price table has its prices");
    Generator lambda = (request, context) -> Generation.of("x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limit.generator(lambda, 1))
        .withMessageContaining("not known is the model of");
  }

  @Test
  void aGeneratorThatDoesNotTellItsPromptIsRefused() {
    Generator silent =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            return Generation.of("x");
          }

          @Override
          public StageDescription description() {
            return Scripted.of(Usage.none()).description();
          }
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(1).generator(silent, 1))
        .withMessageContaining("it does not tell its prompt");
  }

  @Test
  void cachedTokensThatAreDearerAreSetAsideAtTheirPrice() {
    BigDecimal dollar = BigDecimal.valueOf(1_000_000);
    PriceTable dear =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 30))
            .model(
                "m",
                new ModelPrice(dollar, dollar.multiply(BigDecimal.TWO), dollar, BigDecimal.ONE))
            .build();
    SpendingLimit limit = SpendingLimit.builder(dear).perCall(dollars(1)).build();
    assertThatThrownBy(() -> ask(limit.generator(Scripted.of(Usage.none()), 10)))
        .hasMessageContaining("the call may cost " + (2 * FRAMES + 10 + 1) + " USD");
  }

  @Test
  void aStreamCountsWhenItEndsAndAsSetAsideWhenItIsClosedBefore() {
    SpendingLimit limit = run(1_000);
    Generator careful = limit.generator(Scripted.of(tokens(3, 4)), 10);
    try (TokenStream stream = careful.stream(REQUEST, CallContext.unbounded())) {
      assertThat(stream.text()).containsExactly("x"); // to its end, and its result not asked for
      assertThat(limit.spending().reserved()).isEqualTo(dollars(44));
    }
    assertThat(limit.spending().spent()).isEqualTo(dollars(7));
    try (TokenStream stream = careful.stream(REQUEST, CallContext.unbounded())) {
      assertThat(stream.result().text()).isEqualTo("x");
    }
    assertThat(limit.spending().spent()).isEqualTo(dollars(14));
    careful.stream(REQUEST, CallContext.unbounded()).close();
    assertThat(limit.spending())
        .isEqualTo(new SpendingLimit.Spending(dollars(58), dollars(44), dollars(0), 0));
  }

  @Test
  void anEmbedderAndARerankerShareIt() {
    SpendingLimit limit = run(100);
    Embedder embedder =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            return new Embeddings(
                Stream.generate(() -> new float[] {1}).limit(texts.size()).toList(),
                Usage.of(Usage.EMBEDDED_TOKENS, texts.size()));
          }

          @Override
          public int dimension() {
            return 1;
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("embedder", "e").with(StageDescription.MODEL, "m");
          }
        };
    Embedder careful = limit.embedder(embedder);
    assertThat(careful.embedQuery("ab")).containsExactly(1);
    assertThat(limit.spending().spent()).isEqualTo(dollars(1));
    assertThatThrownBy(
            () ->
                careful.embed(
                    List.of("ab".repeat(42)), Embedder.Side.DOCUMENT, CallContext.unbounded()))
        .hasMessageContaining("e was not asked: the call may cost 100 USD");
    Reranker reranker =
        new Reranker() {
          @Override
          public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
            return Retrieval.of(hits, Usage.of(Usage.INPUT_TOKENS, 9));
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("reranker", "r").with(StageDescription.MODEL, "m");
          }
        };
    List<Hit> hits = List.of(new Hit(Passage.of("p", "four"), 1, "bm25"));
    assertThat(limit.reranker(reranker).rerank("ab", hits, 1).hits()).isEqualTo(hits);
    assertThat(limit.spending().spent()).isEqualTo(dollars(10));
    assertThatThrownBy(() -> limit.reranker(reranker).rerank("ab".repeat(40), hits, 1))
        .hasMessageContaining("r was not asked: the call may cost 116 USD"); // 80 + 16 + 4 + 16
  }

  /** As one that gives a reply back once, with 100 bytes on what is wrong. */
  private static final Sent TWICE = new Sent(2, 1, 100);

  @Test
  void allThatACallMaySendIsSetAside() {
    Generator repairing =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            return Generation.of("x");
          }

          @Override
          public Optional<PromptTemplate> prompt() {
            return Optional.of(EMPTY);
          }

          @Override
          public Generator withPrompt(PromptTemplate prompt) {
            return this;
          }

          @Override
          public Sent mostSent() {
            return TWICE;
          }

          @Override
          public StageDescription description() {
            return Scripted.of(Usage.none()).description();
          }
        };
    long most = 2 * FRAMES + 2 * 10 + (10 + 16) + 100;
    for (Generator asked : List.of(repairing, run(1_000).generator(repairing, 10))) {
      SpendingRefusedException refused =
          catchThrowableOfType(
              SpendingRefusedException.class,
              () ->
                  ask(
                      SpendingLimit.builder(DOLLARS)
                          .perCall(dollars(most - 1))
                          .build()
                          .generator(asked, 10)));
      assertThat(refused.asked()).isEqualTo(dollars(most));
      assertThat(ask(run(most).generator(asked, 10)).text()).isEqualTo("x");
    }
  }

  @Test
  void whatEmbeddersAndRerankersSendAgainIsSetAsideToo() {
    Embedder embedder =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            throw new AssertionError("it was asked");
          }

          @Override
          public int dimension() {
            return 1;
          }

          @Override
          public Sent mostSent() {
            return Sent.once().repeated(3);
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("embedder", "e").with(StageDescription.MODEL, "m");
          }
        };
    SpendingLimit limit = run(1);
    Redaction redaction = Redaction.replacing(text -> List.of());
    for (Embedder asked :
        List.of(embedder, redaction.embedder(embedder), run(99).embedder(embedder))) {
      assertThatThrownBy(() -> limit.embedder(asked).embedQuery("ab"))
          .hasMessageContaining("the call may cost 54 USD"); // 3 * (2 + 16)
    }
    Reranker reranker = Rerankers.embedding(embedder);
    List<Hit> hits = List.of(new Hit(Passage.of("p", "four"), 1, "bm25"));
    for (Reranker asked :
        List.of(
            reranker,
            redaction.reranker(reranker),
            run(99).reranker(reranker),
            Rerankers.mmr(embedder, 0.5),
            reranker.fusedWithFirstStage(RankFusion.reciprocalRank(60)))) {
      assertThatThrownBy(() -> limit.reranker(asked).rerank("ab", hits, 1))
          .hasMessageContaining("the call may cost 114 USD"); // 3 * (2 + 16 + 4 + 16)
    }
    assertThatThrownBy(() -> limit.reranker(reranker.then(reranker, 1)).rerank("ab", hits, 1))
        .hasMessageContaining("the call may cost 228 USD");
  }

  @Test
  void whatIsSentIsAtLeastOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sent(0, 1, 2))
        .withMessage("times must be >= 1, replies and bytes >= 0, were 0, 1 and 2");
    assertThat(TWICE.repeated(3).plus(Sent.once())).isEqualTo(new Sent(7, 3, 300));
  }

  /** A refused call is a failure of its stage, in the trace. */
  @Test
  void theTraceHasIt() {
    SpendingLimit limit = run(1);
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(
                (request, context) ->
                    Retrieval.of(List.of(new Hit(Passage.of("p", "four"), 1, "bm25"))))
            .generator(limit.generator(Scripted.of(tokens(1, 1)), 10))
            .build();
    StageException failed = catchThrowableOfType(StageException.class, () -> rag.ask("why?"));
    assertThat(failed.getCause()).isInstanceOf(SpendingRefusedException.class);
    assertThat(failed.stage()).contains("generate");
    assertThat(failed.trace().stages().getLast().error().orElseThrow())
        .startsWith("hosted was not asked: the call may cost 44 USD");
    assertThat(failed.trace().stages().getLast().usage()).isEqualTo(Usage.none());
  }

  /** The bound is of what the grounded prompt really sends. */
  @Test
  void thePromptIsBoundedAsItIsSent() {
    PromptTemplate prompt = PromptTemplate.grounded();
    Context context =
        new Context(List.of(Evidence.of(Passage.of("p", "Zürich liegt am See."), 1)), 9, List.of());
    GenerationRequest request = GenerationRequest.of(Query.of("Wo?"), context);
    long bytes =
        prompt.messages(request).stream()
            .mapToLong(message -> ByteBound.framed(message.text()))
            .sum();
    SpendingLimit limit = SpendingLimit.builder(DOLLARS).perCall(dollars(1)).build();
    Generator careful = limit.generator(Scripted.of(Usage.none()), 10).withPrompt(prompt);
    assertThatThrownBy(() -> careful.generate(request, CallContext.unbounded()))
        .hasMessageContaining("the call may cost " + (bytes + 10) + " USD");
  }
}
