package dev.ragwright.guard;

import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Reranker;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The most that calls of hosted models may cost: each by itself, all together, and in a day or
 * another time. A call that might exceed it is refused before it is made.
 *
 * {@snippet :
 * SpendingLimit limit = SpendingLimit.builder(PriceTable.read(Path.of("prices.properties")))
 *     .perCall(Money.of("0.02", "USD"))
 *     .perDay(Money.of(5, "USD"), ZoneId.of("UTC"))
 *     .build();
 * Generator careful = limit.generator(generator, 500);
 * }
 *
 * <p>Before a call, the most that it can cost is set aside: the tokens of what is sent, and the
 * most tokens that may be written, as often as the stage {@linkplain Generator#mostSent says} that
 * it may ask. If that is more than what is left, {@link SpendingRefusedException} is thrown. After
 * it, what was counted takes its place, by {@link PriceTable}; where that is not known, as after a
 * failure that does not tell, what was set aside counts as spent. So the limit is kept however many
 * calls run at the same time, as long as the prices are right, a service writes no more than its
 * model was told, and a stage sends no more than it says; if it does, that is counted too, as far
 * as it is known, and what follows is refused.
 *
 * <p>Clients that ask again in silence send more than anybody says: tell LangChain4j's models
 * {@code maxRetries(0)}. Stages that try again are put around the limited one, so that each attempt
 * counts by itself: {@code resilience.generator(limit.generator(generator, 500))}. The other way
 * round the most of all attempts is set aside at once. An answer in JSON may be asked for twice, so
 * that about twice as much is set aside for it.
 *
 * <p>Tokens of a prompt are bounded by the bytes of its text in UTF-8, and 16 for the frame of each
 * message: no tokenizer that works on bytes, as those of hosted models do, makes more of a text.
 * For English that is about four times too many; the model's own tokenizer, where it is at hand,
 * sets less aside.
 *
 * <p>A limit of 0 refuses all calls that may cost something. Calls of a model that runs here cost
 * nothing. What is wrapped is described as it is by itself.
 *
 * <p>One object is one budget: the stages that it wraps share it. It is kept in memory, for this
 * process alone, and begins with nothing spent. Safe to share; the stages are as safe as those that
 * they wrap, and own nothing.
 */
public final class SpendingLimit {
  private final PriceTable prices;
  private final @Nullable Money perCall;
  private final Clock clock;
  private final List<Purse> purses;
  private final ReentrantLock lock = new ReentrantLock();
  private Money spent;
  private Money assumed;
  private Money reserved;
  private long refused;

  private SpendingLimit(Builder builder) {
    prices = builder.prices;
    perCall = builder.perCall;
    clock = builder.clock;
    purses = builder.purses.stream().map(kind -> new Purse(kind, clock.instant())).toList();
    spent = nothing();
    assumed = nothing();
    reserved = nothing();
  }

  /**
   * A builder without a limit yet.
   *
   * @param prices of the models; the limits are in its currency
   */
  public static Builder builder(PriceTable prices) {
    return new Builder(prices);
  }

  /**
   * What was spent until now.
   *
   * @param spent by calls that ended
   * @param assumed the part of it that was set aside and counts as spent because what the calls
   *     used is not known
   * @param reserved set aside for calls that are running
   * @param refused calls
   */
  public record Spending(Money spent, Money assumed, Money reserved, long refused) {}

  /** What was spent since this object was made, in all times together. */
  public Spending spending() {
    lock.lock();
    try {
      return new Spending(spent, assumed, reserved, refused);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The generator within this limit, whose prompt is bounded by its bytes.
   *
   * @param maxOutputTokens the most tokens that its model may write, thinking included, which the
   *     model's own builder has to be told as well
   * @throws IllegalArgumentException if it is below 1; if the generator does not {@linkplain
   *     Generator#prompt tell its prompt}; if what it costs cannot be known by the prices, saying
   *     what is missing
   */
  public Generator generator(Generator generator, int maxOutputTokens) {
    return generator(generator, maxOutputTokens, ByteBound.COUNTER);
  }

  /**
   * As {@link #generator(Generator, int)}, with a prompt counted in the model's own tokens.
   *
   * @param counter must not count fewer than the service does; an estimate such as {@link
   *     TokenCounter#approximate()} is no bound
   */
  public Generator generator(Generator generator, int maxOutputTokens, TokenCounter counter) {
    if (maxOutputTokens < 1) {
      throw new IllegalArgumentException("maxOutputTokens must be >= 1, was " + maxOutputTokens);
    }
    requirePrice(generator.description(), Usage.INPUT_TOKENS, Usage.OUTPUT_TOKENS);
    return new LimitedGenerator(this, generator, maxOutputTokens, counter);
  }

  /**
   * The embedder within this limit; texts are bounded by their bytes, requests by their number.
   *
   * @throws IllegalArgumentException if what it costs cannot be known by the prices; if it reads
   *     {@linkplain Embedder#readsSurroundings surroundings}, whose tokens nobody has counted
   */
  public Embedder embedder(Embedder embedder) {
    if (embedder.readsSurroundings()) {
      throw new IllegalArgumentException(
          "the embedder %s cannot have a SpendingLimit: it reads more than the texts that it is given"
              .formatted(embedder.description()));
    }
    requirePrice(embedder.description(), Usage.EMBEDDED_TOKENS);
    return new LimitedEmbedder(this, embedder);
  }

  /**
   * The reranker within this limit; the question and the passages are bounded by their bytes,
   * requests by the number of hits.
   *
   * @throws IllegalArgumentException if what it costs cannot be known by the prices
   */
  public Reranker reranker(Reranker reranker) {
    requirePrice(reranker.description(), Usage.INPUT_TOKENS);
    return new LimitedReranker(this, reranker);
  }

  /** The most that a call costs, which is set aside until it ends. */
  Reservation reserve(Usage most, StageDescription stage) {
    Money asked = most(most, stage);
    lock.lock();
    try {
      if (perCall != null && asked.compareTo(perCall) > 0) {
        refused++;
        throw refusal(stage, perCall, nothing(), nothing(), asked, "perCall", "a call", null);
      }
      Instant now = clock.instant();
      purses.forEach(purse -> purse.turn(now));
      Purse without = // room; one that will never have it before one that will later
          purses.stream()
              .filter(purse -> purse.isTooMuch(asked))
              .findFirst()
              .or(() -> purses.stream().filter(purse -> !purse.hasRoom(asked)).findFirst())
              .orElse(null);
      if (without != null) {
        refused++;
        throw refusal(
            stage,
            without.kind.most,
            without.spent,
            without.reserved,
            asked,
            without.kind.setting,
            without.kind.name,
            without.isTooMuch(asked) ? null : without.kind.calendar.left(without.start, now));
      }
      reserved = reserved.plus(asked);
      purses.forEach(purse -> purse.reserved = purse.reserved.plus(asked));
      return new Reservation(asked, purses.stream().map(purse -> purse.time).toList());
    } finally {
      lock.unlock();
    }
  }

  private static SpendingRefusedException refusal(
      StageDescription stage,
      Money limit,
      Money spent,
      Money reserved,
      Money asked,
      String setting,
      String name,
      @Nullable Duration renewed) {
    String left =
        setting.equals("perCall")
            ? "%s are allowed %s".formatted(limit, name)
            : "of %s %s %s are spent%s"
                .formatted(
                    limit,
                    name,
                    spent,
                    reserved.amount().signum() == 0
                        ? ""
                        : " and " + reserved + " set aside for calls that are running");
    return new SpendingRefusedException(
        "%s was not asked: the call may cost %s, and %s; %s(...) of SpendingLimit allows more, and a shorter prompt or fewer tokens of output cost less"
            .formatted(stage.name(), asked, left, setting),
        limit,
        spent,
        reserved,
        asked,
        setting,
        renewed);
  }

  /** Cached tokens may be cheaper or, where a cache is paid for, dearer. */
  private Money most(Usage usage, StageDescription stage) {
    long input = usage.count(Usage.INPUT_TOKENS).orElse(0);
    Money fresh = required(prices.of(usage.with(Usage.CACHED_INPUT_TOKENS, 0), stage), stage);
    Money cached = required(prices.of(usage.with(Usage.CACHED_INPUT_TOKENS, input), stage), stage);
    return fresh.compareTo(cached) >= 0 ? fresh : cached;
  }

  private void requirePrice(StageDescription stage, String... counters) {
    Usage one = Usage.of(Usage.REQUESTS, 1);
    for (String counter : counters) {
      one = one.with(counter, 1);
    }
    most(one, stage);
  }

  private static Money required(Cost cost, StageDescription stage) {
    return cost.money()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a SpendingLimit cannot be kept for %s: not known is %s; a description names the model that is charged for by the parameter '%s', and the price table has its prices"
                        .formatted(
                            stage, String.join("; ", cost.missing()), StageDescription.MODEL)));
  }

  private Money nothing() {
    return new Money(BigDecimal.ZERO, prices.currency());
  }

  PriceTable prices() {
    return prices;
  }

  /** What is set aside for a call. Ends once, however often it is told. */
  final class Reservation {
    private final Money asked;
    private final List<Long> times; // of the purses, in which it began
    private boolean over;

    private Reservation(Money asked, List<Long> times) {
      this.asked = asked;
      this.times = times;
    }

    /** The call ended; what is not known counts as what was set aside. */
    void settle(Cost cost) {
      lock.lock();
      try {
        if (over) {
          return;
        }
        over = true;
        Money paid = cost.money().orElse(asked);
        reserved = reserved.minus(asked);
        spent = spent.plus(paid);
        assumed = cost.isKnown() ? assumed : assumed.plus(asked);
        for (int i = 0; i < times.size(); i++) {
          Purse purse = purses.get(i);
          if (purse.time == times.get(i)) { // else it was spent in a time that is over
            purse.reserved = purse.reserved.minus(asked);
            purse.spent = purse.spent.plus(paid);
          }
        }
      } finally {
        lock.unlock();
      }
    }

    void failed(Throwable failure, StageDescription stage) {
      settle(
          failure instanceof RagException known
              ? prices.of(known.usage(), stage)
              : Cost.unknown("what it used"));
    }

    /** Runs the call. */
    <T> T during(StageDescription stage, Supplier<T> call, CostOf<T> cost) {
      T made;
      try {
        made = call.get();
      } catch (Throwable e) {
        failed(e, stage);
        throw e;
      }
      settle(cost.of(made));
      return made;
    }
  }

  /** What something cost. */
  interface CostOf<T> {
    Cost of(T made);
  }

  /** How time is cut. */
  private interface Calendar {
    /** The number of the time that a moment is in. */
    long time(Instant start, Instant now);

    /** How long it is until the next one; null if there is none. */
    @Nullable Duration left(Instant start, Instant now);
  }

  /** A limit for a time. */
  private record Kind(Money most, String setting, String name, Calendar calendar) {}

  /** What is spent of it; guarded by the lock. */
  private final class Purse {
    private final Kind kind;
    private final Instant start;
    private long time;
    private Money spent = nothing();
    private Money reserved = nothing();

    Purse(Kind kind, Instant start) {
      this.kind = kind;
      this.start = start;
      this.time = kind.calendar.time(start, start);
    }

    boolean hasRoom(Money asked) {
      return spent.plus(reserved).plus(asked).compareTo(kind.most) <= 0;
    }

    /** Whether no time has room for it. */
    boolean isTooMuch(Money asked) {
      return asked.compareTo(kind.most) > 0;
    }

    /** A clock that is set back does not give what was spent once more. */
    void turn(Instant now) {
      long next = kind.calendar.time(start, now);
      if (next > time) {
        time = next;
        spent = nothing();
        reserved = nothing();
      }
    }
  }

  /** Limits as they are put together. Not safe to share. */
  public static final class Builder {
    private final PriceTable prices;
    private @Nullable Money perCall;
    private Clock clock = Clock.systemUTC();
    private final List<Kind> purses = new ArrayList<>();

    private Builder(PriceTable prices) {
      this.prices = Objects.requireNonNull(prices, "prices");
    }

    /**
     * The most that one call may cost.
     *
     * @throws IllegalArgumentException if it is negative, or not in the currency of the prices
     */
    public Builder perCall(Money most) {
      perCall = checked("perCall", most);
      return this;
    }

    /**
     * The most that all calls may cost together, as long as this object lives.
     *
     * @throws IllegalArgumentException as {@link #perCall} does
     */
    public Builder perRun(Money most) {
      return purse(most, "perRun", "for the run", Endless.CALENDAR);
    }

    /**
     * The most for a day of a zone, from midnight to midnight. A call belongs to the day that it
     * began on.
     *
     * @throws IllegalArgumentException as {@link #perCall} does
     */
    public Builder perDay(Money most, ZoneId zone) {
      return purse(most, "perDay", "a day (" + zone + ")", new Days(zone));
    }

    /**
     * The most for a time, which begins with this object and then again whenever it is over. A call
     * belongs to the time that it began in.
     *
     * @throws IllegalArgumentException as {@link #perCall} does, and if the time is below a second
     */
    public Builder per(Duration time, Money most) {
      if (time.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException("per: the time must be at least PT1S, was " + time);
      }
      return purse(most, "per", "per " + time, new Spans(time));
    }

    /** The clock that says which day it is; the system's unless set. */
    public Builder clock(Clock value) {
      clock = Objects.requireNonNull(value, "clock");
      return this;
    }

    private Builder purse(Money most, String setting, String name, Calendar calendar) {
      purses.add(new Kind(checked(setting, most), setting, name, calendar));
      return this;
    }

    private Money checked(String setting, Money most) {
      if (!most.currency().equals(prices.currency())) {
        throw new IllegalArgumentException(
            "%s(%s) is not in %s, the currency of the prices; no rate is assumed"
                .formatted(setting, most, prices.currency()));
      }
      if (most.amount().signum() < 0) {
        throw new IllegalArgumentException(setting + " must be >= 0, was " + most);
      }
      return most;
    }

    /**
     * The limit, with nothing spent.
     *
     * @throws IllegalStateException if none was set
     */
    public SpendingLimit build() {
      if (perCall == null && purses.isEmpty()) {
        throw new IllegalStateException(
            "a SpendingLimit needs a limit: perCall, perRun, perDay or per");
      }
      return new SpendingLimit(this);
    }
  }

  private enum Endless implements Calendar {
    CALENDAR;

    @Override
    public long time(Instant start, Instant now) {
      return 0;
    }

    @Override
    public @Nullable Duration left(Instant start, Instant now) {
      return null;
    }
  }

  private record Days(ZoneId zone) implements Calendar {
    @Override
    public long time(Instant start, Instant now) {
      return now.atZone(zone).toLocalDate().toEpochDay();
    }

    @Override
    public Duration left(Instant start, Instant now) {
      return Duration.between(
          now, now.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant());
    }
  }

  private record Spans(Duration length) implements Calendar {
    @Override
    public long time(Instant start, Instant now) {
      return Duration.between(start, now).dividedBy(length);
    }

    @Override
    public Duration left(Instant start, Instant now) {
      return Duration.between(now, start.plus(length.multipliedBy(time(start, now) + 1)));
    }
  }
}
