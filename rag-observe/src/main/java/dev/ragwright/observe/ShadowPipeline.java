package dev.ragwright.observe;

import dev.ragwright.Answer;
import dev.ragwright.AnswerListener;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.Ticker;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.answer.CitedAnswer;
import dev.ragwright.eval.stats.ConfidenceSequence;
import dev.ragwright.guard.SpendingRefusedException;
import dev.ragwright.text.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one pipeline, and asks a second one, the candidate, a share of the same questions, to tell
 * on live traffic whether it is better:
 *
 * {@snippet :
 * RagPipeline candidate = rag.with(served -> served.topK(20));
 * ShadowPipeline shadow = ShadowPipeline.builder(rag, candidate)
 *     .share(0.1, 42)
 *     .perDay(5_000)
 *     .scoredBy(Groundedness.lexical(), 0.5)
 *     .build();
 * RagPipeline asked = shadow.pipeline(); // in the place of rag
 * System.out.println(shadow.report());
 * }
 *
 * <p>Whoever asks has the served answer as without it, as soon: a question that has its answer is
 * put into a queue, of a bounded length, and the candidate is asked on threads of its own, within a
 * deadline of its own. The deadline and the cancellation of whoever asked do not reach it. What
 * does not fit into the budget or the queue is counted and not run; what the candidate throws is
 * counted and told. Questions that the served pipeline failed, or whose stream was closed before
 * its end, are not run. The machine is shared all the same: a candidate that computes here takes
 * processors and memory from the served one, so give it few {@linkplain Builder#concurrent threads}
 * and a share that leaves them idle most of the time.
 *
 * <p>What the candidate may cost is bounded by a {@code SpendingLimit} around its stages; a
 * question that this refuses is counted and not compared. A candidate should not share an {@code
 * AnswerCache} with anybody.
 *
 * <p>The verdict is that of a {@link ConfidenceSequence} over the differences of both scores,
 * question by question: from a metric without reference answers, or from the application, which may
 * {@linkplain #judge judge} a comparison at any later time. All is kept in memory, for this process
 * alone; {@link Builder#continuing} goes on with what another one had.
 *
 * <p>Safe to share. Close it when done; both pipelines belong to whoever made them.
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public final class ShadowPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowPipeline.class);
  private static final int JUDGEABLE = 10_000;
  private static final Duration IDLE = Duration.ofMillis(20);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);

  private final RagPipeline pipeline;
  private final RagPipeline candidate;
  private final double share;
  private final long seed;
  private final Duration timeout;
  private final Ticker ticker;
  private final @Nullable PriceTable prices;
  private final @Nullable Evaluator<? super List<String>, CitedAnswer> metric;
  private final double abstention;
  private final List<Consumer<? super ShadowComparison>> listeners;
  private final BlockingQueue<Runnable> waiting;
  private final List<Thread> workers;
  private final AtomicBoolean warned = new AtomicBoolean();

  private final ReentrantLock lock = new ReentrantLock(); // guards all below; held for a moment
  private final List<Allowance> allowances;
  private final Set<CallContext> running = new HashSet<>();
  private final LinkedHashSet<String> judgeable = new LinkedHashSet<>();
  private final Tally tally = new Tally();
  private ConfidenceSequence score;
  private ConfidenceSequence slower;
  private ConfidenceSequence dearer;
  private boolean closed;
  private boolean cut;

  private ShadowPipeline(Builder builder) {
    candidate = builder.candidate;
    share = builder.share;
    seed = builder.seed;
    timeout = builder.timeout;
    ticker = builder.ticker;
    prices = builder.prices;
    metric = builder.metric;
    abstention = builder.abstention;
    listeners = List.copyOf(builder.listeners);
    score = builder.before;
    slower = ConfidenceSequence.none(score.level());
    dearer = slower;
    allowances =
        List.of(
            new Allowance(builder.perMinute, MINUTE, ticker.nanos()),
            new Allowance(builder.perDay, DAY, ticker.nanos()));
    waiting = new ArrayBlockingQueue<>(builder.waiting);
    pipeline = builder.served.with(served -> served.answers(this::answered));
    Thread.Builder named = Thread.ofPlatform().daemon().name("ragwright-shadow-", 0);
    workers =
        IntStream.range(0, builder.concurrent).mapToObj(i -> named.unstarted(this::work)).toList();
  }

  /**
   * A builder with the pipeline whose answers are given, and the one in its shadow. Listeners,
   * timeout and conversations of each stay as they are; the candidate is asked in the conversation
   * of the question and with its filter.
   */
  public static Builder builder(RagPipeline served, RagPipeline candidate) {
    return new Builder(served, candidate);
  }

  /**
   * The served pipeline, to ask in its place. What is made of it by {@code with} and {@code in} has
   * the shadow as well.
   */
  public RagPipeline pipeline() {
    return pipeline;
  }

  private void answered(AnswerListener.Asked asked, Answer answer) {
    boolean sampled = Sampling.fraction(asked.question(), seed) < share;
    lock.lock();
    try {
      tally.answered++;
      if (!sampled) {
        return;
      }
      tally.sampled++;
      long now = ticker.nanos();
      if (closed) {
        tally.dropped++;
      } else if (!allowances.stream().allMatch(allowance -> allowance.hasRoom(now))) {
        tally.overBudget++;
      } else if (waiting.offer(() -> run(asked, answer))) {
        allowances.forEach(Allowance::take);
      } else {
        tally.dropped++;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks for questions again and again and is never woken: a thread that is may take the processor
   * from the one that woke it, which has the served answer in its hands.
   */
  private void work() {
    while (true) {
      boolean last = locked(() -> closed); // nothing is added behind that
      Runnable next = waiting.poll();
      if (next != null) {
        try {
          next.run();
        } catch (Throwable e) {
          // There was no memory even to log what failed; the next one may have it.
        }
      } else if (last) {
        return;
      } else {
        LockSupport.parkNanos(this, IDLE.toNanos());
      }
    }
  }

  /** What becomes of a question whose turn it is. */
  private void run(AnswerListener.Asked asked, Answer served) {
    try {
      compare(asked, served);
    } catch (Throwable e) { // the candidate's are compared; whatever else, the next one is run
      LOG.warn("the shadow of question {} failed", served.trace().id(), e);
    } finally {
      Thread.interrupted(); // of whoever interrupted this question; the next one knows nothing
    }
  }

  private void compare(AnswerListener.Asked asked, Answer served) {
    Answer made = null;
    Throwable failure = null;
    try {
      made = within(context -> asked.of(candidate, context));
    } catch (Throwable e) { // also an error: the served pipeline goes on, and so does the next run
      failure = e;
    }
    if (failure != null && saysNothing(failure)) {
      return;
    }
    if (failure != null && !warned.getAndSet(true)) {
      LOG.warn("the candidate failed; further failures are counted and told to listeners", failure);
    }
    OptionalDouble servedScore = scored(served);
    OptionalDouble candidateScore = made == null ? OptionalDouble.of(0) : scored(made);
    boolean both = servedScore.isPresent() && candidateScore.isPresent();
    ShadowComparison comparison =
        new ShadowComparison(
            served,
            Optional.ofNullable(made),
            Optional.ofNullable(failure),
            both ? servedScore : OptionalDouble.empty(),
            both ? candidateScore : OptionalDouble.empty());
    add(comparison);
    for (Consumer<? super ShadowComparison> listener : listeners) {
      try {
        listener.accept(comparison);
      } catch (RuntimeException e) {
        LOG.warn("the shadow's listener {} failed", listener, e);
      }
    }
  }

  /** Does something within a deadline of its own, which closing may cut. */
  private <T> T within(Function<CallContext, T> work) {
    CallContext context = CallContext.withTimeout(timeout, ticker);
    locked(
        () -> {
          if (cut) {
            context.cancel(); // nobody has a hook in it yet
          }
          return running.add(context);
        });
    try {
      return work.apply(context);
    } finally {
      locked(() -> running.remove(context));
    }
  }

  /** Whether the candidate was stopped or refused by what is none of its own faults. */
  private boolean saysNothing(Throwable failure) {
    boolean refused = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      refused |= cause instanceof SpendingRefusedException;
    }
    boolean spent = refused;
    return locked(
        () -> {
          tally.cut += cut ? 1 : 0;
          tally.refused += spent && !cut ? 1 : 0;
          return cut || spent;
        });
  }

  private OptionalDouble scored(Answer answer) {
    Evaluator<? super List<String>, CitedAnswer> by = metric;
    if (by == null) {
      return OptionalDouble.empty();
    }
    if (ShadowComparison.abstained(answer)) {
      return OptionalDouble.of(abstention);
    }
    String id = answer.trace().id();
    try {
      OptionalDouble value =
          within(context -> by.evaluate(id, List.of(), CitedAnswer.of(answer), context)).value();
      value.ifPresent(number -> checkScore(by.name(), number));
      return value;
    } catch (RuntimeException e) {
      LOG.warn("{} of question {} failed; it is compared without scores", by.name(), id, e);
      return OptionalDouble.empty();
    }
  }

  private static void checkScore(String name, double number) {
    if (!(number >= 0 && number <= 1)) {
      throw new IllegalArgumentException(
          "scores in a shadow are from 0 to 1, " + name + " was " + number);
    }
  }

  private void add(ShadowComparison comparison) {
    OptionalInt isDearer = dearer(comparison);
    locked(
        () -> {
          tally.add(comparison);
          if (comparison.bothSearched()) {
            slower =
                slower.with(
                    Integer.signum(comparison.longer().orElseThrow().compareTo(Duration.ZERO)));
          }
          if (isDearer.isPresent()) {
            dearer = dearer.with(isDearer.getAsInt());
          }
          if (comparison.servedScore().isPresent()) {
            score(comparison.servedScore().getAsDouble(), comparison.candidateScore());
          } else if (metric == null) {
            judgeable.add(comparison.id());
            if (judgeable.size() > JUDGEABLE) {
              judgeable.removeFirst();
            }
          }
          return comparison;
        });
  }

  private void score(double ofServed, OptionalDouble ofCandidate) {
    score = score.with(ofCandidate.orElseThrow() - ofServed);
    tally.scored++;
  }

  private OptionalInt dearer(ShadowComparison comparison) {
    if (prices == null || !comparison.bothSearched()) {
      return OptionalInt.empty();
    }
    Optional<Money> paid = comparison.served().trace().cost(prices).money();
    Optional<Money> other = comparison.candidate().orElseThrow().trace().cost(prices).money();
    return paid.isPresent() && other.isPresent()
        ? OptionalInt.of(Integer.signum(other.get().compareTo(paid.get())))
        : OptionalInt.empty();
  }

  /**
   * Adds the application's judgment of a comparison, such as that of people who saw both answers,
   * or of a judge that runs at night. Which comparisons are judged must not depend on how they
   * would come out.
   *
   * @param id as {@link ShadowComparison#id()} has it; one of the latest {@value #JUDGEABLE}
   *     comparisons, each once
   * @param servedScore of the served answer, from 0 to 1
   * @param candidateScore of the candidate's, from 0 to 1; 0 is usual where it failed
   * @throws IllegalArgumentException if there is no such comparison to judge; if a score is out of
   *     range
   * @throws IllegalStateException if a metric scores the answers: scores of two kinds do not add
   */
  public void judge(String id, double servedScore, double candidateScore) {
    if (metric != null) {
      throw new IllegalStateException(
          "answers are scored by " + metric.name() + "; without scoredBy(...) they can be judged");
    }
    checkScore("servedScore", servedScore);
    checkScore("candidateScore", candidateScore);
    boolean there =
        locked(
            () -> {
              boolean removed = judgeable.remove(id);
              if (removed) {
                score(servedScore, OptionalDouble.of(candidateScore));
              }
              return removed;
            });
    if (!there) {
      throw new IllegalArgumentException(
          "no comparison \""
              + id
              + "\" waits for a judgment: it was judged already, is not among the latest "
              + JUDGEABLE
              + ", or there was none");
    }
  }

  /** What is known until now. */
  public ShadowReport report() {
    return locked(() -> new ShadowReport(tally.counts(), score, slower, dearer, tally.means()));
  }

  /** {@link #close(Duration)}, with the time that one run may take. */
  @Override
  public void close() {
    close(timeout);
  }

  /**
   * Takes no more questions, waits until those that wait and run have ended, and stops what has not
   * after the given time: then no comparison is made of it. What does not heed its cancellation
   * goes on, on a daemon thread, until it ends. The served pipeline goes on as before, without a
   * shadow. Idempotent; an interrupt is kept for later. Not for a listener of this shadow, whose
   * end it would wait for.
   *
   * @param most zero or less stops all at once
   */
  public void close(Duration most) {
    locked(() -> closed = true);
    workers.forEach(LockSupport::unpark);
    long end = System.nanoTime() + most.toNanos();
    boolean interrupted = false;
    boolean over = false;
    while (true) {
      try {
        over = true;
        for (Thread worker : workers) {
          over &= worker.join(Duration.ofNanos(end - System.nanoTime()));
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!over) {
      List<CallContext> left =
          locked(
              () -> {
                cut = true;
                tally.cut += waiting.drainTo(new ArrayList<>());
                return List.copyOf(running);
              });
      left.forEach(CallContext::cancel);
    }
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** So many calls in each stretch of time, counted from the beginning. Guarded by the lock. */
  private static final class Allowance {
    private final int most;
    private final long length;
    private final long start;
    private long stretch;
    private int taken;

    Allowance(int most, Duration length, long start) {
      this.most = most;
      this.length = length.toNanos();
      this.start = start;
    }

    boolean hasRoom(long now) {
      long current = (now - start) / length;
      if (current != stretch) {
        stretch = current;
        taken = 0;
      }
      return taken < most;
    }

    void take() {
      taken++;
    }
  }

  /** What is counted. Guarded by the lock. */
  private static final class Tally {
    private long answered;
    private long sampled;
    private long overBudget;
    private long dropped;
    private long cut;
    private long refused;
    private long failed;
    private long compared;
    private long scored;
    private double overlap;
    private double rankBiased;
    private double tokenF1;
    private double sharedCitations;
    private long servedAbstained;
    private long candidateAbstained;

    void add(ShadowComparison comparison) {
      compared++;
      if (comparison.candidate().isEmpty()) {
        failed++;
        return;
      }
      overlap += comparison.overlap(5).orElseThrow();
      rankBiased += comparison.rankBiasedOverlap(.9).orElseThrow();
      tokenF1 += comparison.tokenF1().orElseThrow();
      sharedCitations += comparison.sharedCitations().orElseThrow();
      servedAbstained += ShadowComparison.abstained(comparison.served()) ? 1 : 0;
      candidateAbstained += ShadowComparison.abstained(comparison.candidate().get()) ? 1 : 0;
    }

    ShadowReport.Counts counts() {
      return new ShadowReport.Counts(
          answered, sampled, overBudget, dropped, cut, refused, failed, compared, scored);
    }

    ShadowReport.Means means() {
      double both = compared - failed;
      return new ShadowReport.Means(
          overlap / both,
          rankBiased / both,
          tokenF1 / both,
          sharedCitations / both,
          servedAbstained / both,
          candidateAbstained / both);
    }
  }

  /** What a shadow is put together from. Not safe to share. */
  public static final class Builder {
    private final RagPipeline served;
    private final RagPipeline candidate;
    private double share = .1;
    private long seed = 42;
    private int perMinute = 60;
    private int perDay = 10_000;
    private int concurrent = 1;
    private int waiting = 100;
    private Duration timeout = Duration.ofMinutes(1);
    private Ticker ticker = Ticker.system();
    private @Nullable PriceTable prices;
    private @Nullable Evaluator<? super List<String>, CitedAnswer> metric;
    private double abstention;
    private final List<Consumer<? super ShadowComparison>> listeners = new ArrayList<>();
    private ConfidenceSequence before = ConfidenceSequence.none(.95);

    private Builder(RagPipeline served, RagPipeline candidate) {
      this.served = Objects.requireNonNull(served, "served");
      this.candidate = Objects.requireNonNull(candidate, "candidate");
    }

    /**
     * The share of distinct questions to ask the candidate, chosen by their words and the seed as a
     * {@link TraceLog} does; .1 with the seed 42 unless set.
     *
     * @throws IllegalArgumentException unless it is above 0 and at most 1
     */
    public Builder share(double value, long ofSeed) {
      if (!(value > 0 && value <= 1)) {
        throw new IllegalArgumentException("share must be above 0 and at most 1, was " + value);
      }
      share = value;
      seed = ofSeed;
      return this;
    }

    /**
     * The most questions to ask the candidate in a minute; 60 unless set.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder perMinute(int value) {
      perMinute = positive("perMinute", value);
      return this;
    }

    /**
     * The most questions to ask the candidate in 24 hours, counted from when the shadow was built;
     * 10,000 unless set.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder perDay(int value) {
      perDay = positive("perDay", value);
      return this;
    }

    /**
     * The most questions that the candidate works at, and so the threads of the shadow; 1 unless
     * set.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder concurrent(int value) {
      concurrent = positive("concurrent", value);
      return this;
    }

    /**
     * The most questions that wait for the candidate; 100 unless set. Each keeps its served answer,
     * with all that its generator read, in memory.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder waiting(int value) {
      waiting = positive("waiting", value);
      return this;
    }

    private static int positive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be >= 1, was " + value);
      }
      return value;
    }

    /**
     * The most time that the candidate may take for a question, and the metric for an answer; a
     * minute unless set. The candidate's own timeout counts as well. A run that does not heed it
     * keeps its thread.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public Builder timeout(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException("timeout must be > 0, was " + value);
      }
      timeout = value;
      return this;
    }

    /** The clock of minutes, days and deadlines; the system's unless set. */
    public Builder ticker(Ticker value) {
      ticker = Objects.requireNonNull(value, "ticker");
      return this;
    }

    /** Compares what both cost by these prices; costs are not compared unless set. */
    public Builder prices(PriceTable value) {
      prices = Objects.requireNonNull(value, "prices");
      return this;
    }

    /**
     * Scores both answers of each question with a metric from 0 to 1, on the shadow's threads; with
     * no metric, the application {@linkplain ShadowPipeline#judge judges}. The metric is given no
     * reference answer. A run that failed scores 0. Where the metric does not apply or fails, for
     * one of both, the question is compared and not scored.
     *
     * @param value such as {@code Groundedness.lexical()}
     * @param ofAbstention what an abstention is worth, from 0 to 1: as much as an answer that
     *     scores so
     * @throws IllegalArgumentException if that is out of range
     */
    public Builder scoredBy(
        Evaluator<? super List<String>, CitedAnswer> value, double ofAbstention) {
      checkScore("ofAbstention", ofAbstention);
      metric = Objects.requireNonNull(value, "scoredBy");
      abstention = ofAbstention;
      return this;
    }

    /**
     * Adds what is told of each comparison, on the shadow's threads; what it throws is logged. A
     * {@link TraceLog} writes it with {@code log.append(comparison.toJson(redaction))}.
     */
    public Builder listener(Consumer<? super ShadowComparison> value) {
      listeners.add(Objects.requireNonNull(value, "listener"));
      return this;
    }

    /**
     * The scores that are known already, as {@link ShadowReport#score} of an earlier shadow of the
     * same pipelines had them, and the level of all sequences; none and 95 % unless set.
     */
    public Builder continuing(ConfidenceSequence value) {
      before = Objects.requireNonNull(value, "continuing");
      return this;
    }

    /** Starts the threads of the shadow, which wait. */
    public ShadowPipeline build() {
      ShadowPipeline shadow = new ShadowPipeline(this);
      shadow.workers.forEach(Thread::start);
      return shadow;
    }
  }
}
