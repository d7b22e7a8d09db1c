package dev.ragwright.resilience;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageRecord;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands between stages and a service that fails at times. One object is one service: the
 * stages that it wraps share its breaker, its rate and its places.
 *
 * {@snippet :
 * Resilience service = Resilience.builder().attempts(3).rate(60, Duration.ofMinutes(1)).build();
 * Generator patient = service.generator(generator);
 * }
 *
 * <p>A call that fails is made again if its failure is {@linkplain RagException#retryable
 * retryable}, after a pause that doubles each time and is up to half shorter or longer by chance,
 * but never shorter than {@linkplain RagException#retryAfter the service asks for}. All attempts
 * and pauses are within the call's one deadline: where a pause would end behind it, the failure is
 * thrown at once. Cancellation ends a pause. A stream is asked for again until its first piece is
 * there, and never behind it. Where there was more than one attempt, each has a record in the
 * trace, with what it counted; what a failed one was charged for is often unknown, and then so is
 * the sum. An embedder has the sum alone.
 *
 * <p>What is wrapped is described as it is by itself, since the rules change no result.
 *
 * <p>Clients that ask again by themselves are told not to ({@code maxRetries(0)} of LangChain4j's
 * models), else attempts multiply.
 *
 * <p>Safe to share; the stages are as safe as those that they wrap, and own nothing.
 */
public final class Resilience {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Attempts.Service service;

  private Resilience(Builder builder) {
    this.service =
        new Attempts.Service(
            builder.retry(),
            builder.circuitBreaker(),
            builder.spared,
            builder.limiter(),
            builder.concurrent == 0 ? null : new Semaphore(builder.concurrent, true),
            builder.attemptTimeout,
            builder.hedge);
  }

  /** A builder with the defaults that its methods name. */
  public static Builder builder() {
    return new Builder();
  }

  /** Three attempts, and nothing else. */
  public static Resilience retries() {
    return builder().build();
  }

  /** The generator, asked by these rules. */
  public Generator generator(Generator generator) {
    return new ResilientGenerator(this, Objects.requireNonNull(generator, "generator"));
  }

  /** The retriever, asked by these rules. */
  public Retriever retriever(Retriever retriever) {
    Objects.requireNonNull(retriever, "retriever");
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        return ranking(
            attempts(retriever::description, context),
            within -> retriever.retrieve(request, within));
      }

      @Override
      public StageDescription description() {
        return retriever.description();
      }
    };
  }

  /** The reranker, asked by these rules. */
  public Reranker reranker(Reranker reranker) {
    Objects.requireNonNull(reranker, "reranker");
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        return ranking(
            attempts(reranker::description, context),
            within -> reranker.rerank(query, hits, topK, within));
      }

      @Override
      public Sent mostSent() {
        return most(reranker.mostSent());
      }

      @Override
      public StageDescription description() {
        return reranker.description();
      }
    };
  }

  /** The embedder, asked by these rules. */
  public Embedder embedder(Embedder embedder) {
    Objects.requireNonNull(embedder, "embedder");
    return new ResilientEmbedder(this, embedder);
  }

  /**
   * A generator that asks {@code first}, and when that has failed the next one, until one answers;
   * an abstention is an answer. Of a stream, what fails behind its first piece has failed. The
   * trace has a record of each that was asked. The context is measured in the tokens of {@code
   * first}, so the budget must suit all.
   *
   * <p>A failure is a {@link RagException} other than a cancellation or the end of the call's time;
   * {@link IllegalArgumentException} and the like are bugs and thrown at once. If all fail, {@link
   * AttemptsFailedException} has the last one's failure as its cause, and those of the others
   * suppressed.
   */
  public static Generator fallback(Generator first, Generator... others) {
    return new FallbackGenerator(first, Arrays.asList(others));
  }

  /** The most that all attempts send, where each sends at the most this. */
  Sent most(Sent attempt) {
    long attempts = service.retry().getRetryConfig().getMaxAttempts();
    return attempt.repeated(service.hedge() == null ? attempts : 2 * attempts);
  }

  Attempts attempts(Supplier<StageDescription> stage, CallContext context) {
    return new Attempts(service, stage, context);
  }

  private static Retrieval ranking(Attempts attempts, Function<CallContext, Retrieval> call) {
    Retrieval found =
        attempts.until(
            attempt -> {
              Retrieval one = call.apply(attempt.context());
              attempt.succeeded(one.usage(), record -> record.withParts(one.parts()));
              return one;
            });
    List<StageRecord> records = attempts.records();
    return records.size() == 1
        ? found
        : Retrieval.of(found.hits(), attempts.usage()).withParts(records);
  }

  /** Embeds by the rules of a service. */
  private record ResilientEmbedder(Resilience rules, Embedder embedder) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return embedded(context, within -> embedder.embed(texts, side, within));
    }

    @Override
    public Embeddings embedPassages(List<Passage> passages, CallContext context) {
      return embedded(context, within -> embedder.embedPassages(passages, within));
    }

    private Embeddings embedded(CallContext context, Function<CallContext, Embeddings> call) {
      Attempts attempts = rules.attempts(embedder::description, context);
      Embeddings made =
          attempts.until(
              attempt -> {
                Embeddings one = call.apply(attempt.context());
                attempt.succeeded(one.usage(), record -> record);
                return one;
              });
      return new Embeddings(made.vectors(), attempts.usage());
    }

    @Override
    public boolean readsSurroundings() {
      return embedder.readsSurroundings();
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public Sent mostSent() {
      return rules.most(embedder.mostSent());
    }

    @Override
    public StageDescription description() {
      return embedder.description();
    }

    @Override
    public StageDescription passageDescription() {
      return embedder.passageDescription();
    }
  }

  /** Rules as they are put together. Not safe to share. */
  public static final class Builder {
    private int attempts = 3;
    private Duration first = Duration.ofMillis(500);
    private Duration most = Duration.ofSeconds(20);
    private @Nullable Duration attemptTimeout;
    private double failures;
    private int window;
    private Duration spared = Duration.ZERO;
    private int calls;
    private Duration per = Duration.ZERO;
    private int concurrent;
    private @Nullable Duration hedge;

    private Builder() {}

    /**
     * The most attempts of a call, the first one included; 3 unless set, and 1 for none more.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder attempts(int value) {
      attempts = positive("attempts", value);
      return this;
    }

    /**
     * The pause before the second attempt, and the longest one that it is doubled to; 500 ms and 20
     * s unless set. A service that asks for a longer one gets it.
     *
     * @throws IllegalArgumentException if either is not within a millisecond and a day, or {@code
     *     pause} is more than {@code longest}
     */
    public Builder backoff(Duration pause, Duration longest) {
      bounded("pause", pause);
      bounded("longest", longest);
      if (pause.compareTo(longest) > 0) {
        throw new IllegalArgumentException(
            "the first pause must not be longer than the longest one, was %s and %s"
                .formatted(pause, longest));
      }
      first = pause;
      most = longest;
      return this;
    }

    /**
     * The most time of one attempt, within the call's deadline; that alone unless set. What takes
     * longer has failed and may be tried again. Of a stream it is the time of all of it.
     *
     * @throws IllegalArgumentException if it is not within a millisecond and a day
     */
    public Builder attemptTimeout(Duration value) {
      attemptTimeout = bounded("attemptTimeout", value);
      return this;
    }

    /**
     * Spares a service that is down: when, of the last {@code attempts} attempts, this share failed
     * with what may pass, nobody asks it for a while, and calls fail at once with {@link
     * ServiceSparedException}; then one attempt at a time is let through until one succeeds. Unless
     * set it is always asked.
     *
     * <p>A stream counts as a success with its first piece. An attempt that is let through and has
     * not ended after the pause has failed.
     *
     * @param share in [0.01, 1]
     * @throws IllegalArgumentException if the share is not, {@code attempts < 1}, or the pause is
     *     not within a millisecond and a day
     */
    public Builder breaker(double share, int attempts, Duration pause) {
      if (!(share >= 0.01 && share <= 1)) {
        throw new IllegalArgumentException("share must be in [0.01, 1], was " + share);
      }
      failures = share;
      window = positive("attempts", attempts);
      spared = bounded("pause", pause);
      return this;
    }

    /**
     * The most attempts that begin within a time; those beyond wait for the next such time. Unless
     * set there is no bound.
     *
     * @throws IllegalArgumentException if {@code attempts < 1}, or the time is not within a
     *     millisecond and a day
     */
    public Builder rate(int attempts, Duration time) {
      calls = positive("attempts", attempts);
      per = bounded("time", time);
      return this;
    }

    /**
     * The most attempts at the same time; those beyond wait, in no order. Unless set there is no
     * bound. Stages of one service that ask each other, such as a retriever over an index whose
     * embedder is of the same service, would wait for themselves: give them two.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder concurrent(int value) {
      concurrent = positive("concurrent", value);
      return this;
    }

    /**
     * Asks a second time beside an attempt that has not answered, or of a stream given its first
     * piece, within a time; the first answer counts, and the other attempt is stopped. It shortens
     * the few calls that are much slower than the rest, at the price of what is asked twice: a time
     * within which nineteen of twenty calls answer makes it one of twenty. Such a second attempt is
     * beyond those that {@link #attempts} counts, but not beyond breaker, rate and places, and has
     * its record; what the service charges for the stopped one is not known. Unless set nothing is
     * asked twice.
     *
     * <p>A stage that does not heed cancellation holds the answer up until it ends.
     *
     * @throws IllegalArgumentException if it is not within a millisecond and a day
     */
    public Builder hedge(Duration after) {
      hedge = bounded("hedge", after);
      return this;
    }

    /** The rules, for one service. */
    public Resilience build() {
      return new Resilience(this);
    }

    private static int positive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be >= 1, was " + value);
      }
      return value;
    }

    private static Duration bounded(String name, Duration value) {
      Objects.requireNonNull(value, name);
      if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "%s must be within %s and %s, was %s".formatted(name, SHORTEST, LONGEST, value));
      }
      return value;
    }

    private Retry retry() {
      IntervalFunction pauses = IntervalFunction.ofExponentialRandomBackoff(first, 2, 0.5, most);
      return Retry.of(
          "ragwright",
          RetryConfig.custom()
              .maxAttempts(attempts)
              .retryOnException(Attempts::isPassing)
              .intervalBiFunction((attempt, result) -> pause(pauses, attempt, result))
              .build());
    }

    private static long pause(IntervalFunction pauses, int attempt, Either<Throwable, ?> result) {
      long own = pauses.apply(attempt);
      return result.isLeft() && result.getLeft() instanceof RagException failure
          ? Math.max(own, failure.retryAfter().map(Builder::millis).orElse(0L))
          : own;
    }

    private static long millis(Duration wait) {
      return wait.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : wait.toMillis();
    }

    private @Nullable CircuitBreaker circuitBreaker() {
      return window == 0
          ? null
          : CircuitBreaker.of(
              "ragwright",
              CircuitBreakerConfig.custom()
                  .failureRateThreshold((float) (100 * failures))
                  .slowCallDurationThreshold(Duration.ofDays(365)) // slow is no failure
                  .maxWaitDurationInHalfOpenState(spared) // a probe that hangs is one that failed
                  .slidingWindowSize(window)
                  .minimumNumberOfCalls(window)
                  .permittedNumberOfCallsInHalfOpenState(1)
                  .waitDurationInOpenState(spared)
                  .build());
    }

    private @Nullable RateLimiter limiter() {
      return calls == 0
          ? null
          : RateLimiter.of(
              "ragwright",
              RateLimiterConfig.custom()
                  .limitForPeriod(calls)
                  .limitRefreshPeriod(per)
                  .timeoutDuration(Duration.ZERO) // waiting is ours: it can be cancelled
                  .build());
    }
  }
}
