package dev.ragwright.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The deadline and the cancellation flag of one call, handed explicitly from the caller to every
 * stage below it.
 *
 * <p>Stages look at it in three ways. Code of our own <em>polls</em> {@link #throwIfStopped()}
 * between units of work. Code that is away in a library or in a native call registers a
 * <em>hook</em> with {@link #onStop(Runnable)} that makes it return. What neither looks nor can be
 * made to return is waited for in {@link #abandoning}. A stage that does none of these keeps
 * whoever calls it until it returns. {@link Thread#interrupt()} is never used: it can close an
 * index file under every other caller, and native code ignores it.
 *
 * <p>Make a new one for each call. Safe for use by several threads.
 */
public final class CallContext {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final Ticker ticker;
  private final @Nullable Duration timeout;
  private final long timeoutNanos;
  private final long startNanos;
  private final @Nullable Watch watch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Hook> hooks = new LinkedHashSet<>();
  private @Nullable Future<?> alarm;
  private volatile boolean cancelled;

  private CallContext(
      @Nullable Duration timeout, Ticker ticker, long startNanos, @Nullable Watch watch) {
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("timeout must be > 0, was " + timeout);
    }
    this.timeout = timeout;
    this.timeoutNanos =
        timeout == null || timeout.compareTo(LONGEST) > 0 ? Long.MAX_VALUE : timeout.toNanos();
    this.ticker = ticker;
    this.startNanos = startNanos;
    this.watch = watch;
  }

  /** A context that never runs out of time; it can be cancelled. */
  public static CallContext unbounded() {
    return new CallContext(null, Ticker.system(), Ticker.system().nanos(), null);
  }

  /**
   * A context whose deadline is {@code timeout} from now.
   *
   * @throws IllegalArgumentException if {@code timeout <= 0}
   */
  public static CallContext withTimeout(Duration timeout) {
    return withTimeout(timeout, Ticker.system());
  }

  /**
   * As {@link #withTimeout(Duration)}, on the given clock. With a clock other than the system's,
   * hooks run when somebody polls after the deadline, since no timer can wait for it.
   *
   * @throws IllegalArgumentException if {@code timeout <= 0}
   */
  public static CallContext withTimeout(Duration timeout, Ticker ticker) {
    return new CallContext(timeout, ticker, ticker.nanos(), null);
  }

  /**
   * A context for a part of this call: it stops when this one stops, can be cancelled without
   * stopping this one, and has at most {@code timeout} left.
   *
   * @param timeout the most time it may have, or null for no bound but this context's
   * @throws IllegalArgumentException if {@code timeout <= 0}
   */
  public Part part(@Nullable Duration timeout) {
    return part(timeout, watch);
  }

  /**
   * As {@link #part(Duration)}, with a pipeline that watches the calls of its stages.
   *
   * @throws IllegalArgumentException if {@code timeout <= 0}
   */
  public Part part(@Nullable Duration timeout, @Nullable Watch watch) {
    long now = ticker.nanos();
    CallContext child = new CallContext(timeout, ticker, now, watch);
    if (this.timeout != null && nanosLeft(now) <= child.timeoutNanos) {
      // The same deadline, not one as far off: else the part would run on behind the whole's.
      child = new CallContext(this.timeout, ticker, startNanos, watch);
    }
    CallContext stopped = child;
    Registration registration = onStop(() -> stop(stopped));
    return new Part(child, registration);
  }

  /**
   * Runs the tasks at the same time, each on a virtual thread of its own and within a {@linkplain
   * #part(Duration) part} of this call, and returns their results in the order of the tasks. A
   * single task runs on this thread. When one fails the others are stopped, and its failure is
   * thrown as soon as all have ended. An interrupt is kept for later.
   *
   * @param tasks no task may return null
   * @throws RagException around what a task threw, if that is a checked exception
   */
  public <T> List<T> inParallel(List<? extends Function<CallContext, T>> tasks) {
    return tasks.size() == 1 ? List.of(tasks.getFirst().apply(this)) : Parallel.all(this, tasks);
  }

  /**
   * Does work that cannot be stopped, such as a call of a client that blocks, and waits for it no
   * longer than until this call should stop. It runs on a thread of its own, which sees none of
   * this one's thread-locals and costs about a tenth of a millisecond. What was given up runs on
   * there and keeps what it uses; its end is nobody's any more. Nothing bounds how many do: a
   * client that may hang for long needs a breaker, as rag-resilience has. An interrupt is kept for
   * later.
   *
   * @return what the work gave; null if that is null
   * @throws CancelledException if the call was cancelled first
   * @throws DeadlineExceededException if its deadline passed first
   * @throws RagException around what the work threw, if that is a checked exception
   */
  public <T extends @Nullable Object> T abandoning(Supplier<T> work) {
    return Abandonable.run(this, work);
  }

  /**
   * The clock by which all durations in this call's records are measured: the pipeline's, if one is
   * above, else that of the deadline.
   */
  public Ticker ticker() {
    return watch == null ? ticker : watch.ticker();
  }

  /** Tells the watch that this thread works for the call, and returns how to tell that it ends. */
  Runnable enter() {
    return watch == null ? () -> {} : watch.enter();
  }

  /** Asks every stage that works for this call to stop; hooks run on this thread. Idempotent. */
  public void cancel() {
    cancelled = true;
    runHooks();
  }

  /** Whether {@link #cancel()} was called. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** Whether the call should stop: it was cancelled or its deadline has passed. */
  public boolean shouldStop() {
    return cancelled || expired();
  }

  /**
   * Returns at once while the call may go on.
   *
   * @throws CancelledException if the call was cancelled
   * @throws DeadlineExceededException if its deadline has passed
   */
  public void throwIfStopped() {
    if (cancelled) {
      throw new CancelledException("the call was cancelled");
    }
    if (expired()) {
      runHooks();
      throw new DeadlineExceededException(
          "the call did not end within its timeout of " + timeout + "; allow it more time");
    }
  }

  /** The time left, zero when the deadline has passed; empty when there is no deadline. */
  public Optional<Duration> remaining() {
    if (timeout == null) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos(Math.max(0, nanosLeft(ticker.nanos()))));
  }

  /**
   * Runs {@code hook} once, as soon as the call should stop: at once if it already should. The hook
   * runs on the cancelling thread or on a timer's, so it must be quick and must not block; what it
   * throws is logged.
   *
   * @return the registration, to be closed when the work that the hook would stop is over; once
   *     {@link Registration#close()} has returned, the hook is not running and never will
   */
  public Registration onStop(Runnable hook) {
    Hook added = new Hook(hook);
    lock.lock();
    try {
      hooks.add(added);
      if (timeout != null && alarm == null && ticker.equals(Ticker.system())) {
        long delay = remaining().orElseThrow().toNanos();
        alarm = Timer.POOL.schedule(this::runHooks, delay, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
    if (shouldStop()) {
      runHooks();
    }
    return () -> remove(added);
  }

  private boolean expired() {
    return timeout != null && nanosLeft(ticker.nanos()) <= 0;
  }

  private long nanosLeft(long now) {
    return timeoutNanos - (now - startNanos);
  }

  private void stop(CallContext child) {
    if (cancelled) {
      child.cancel();
    } else {
      child.runHooks();
    }
  }

  private void runHooks() {
    List<Hook> due;
    lock.lock();
    try {
      due = new ArrayList<>(hooks);
      hooks.clear();
    } finally {
      lock.unlock();
    }
    due.forEach(Hook::run);
  }

  private void remove(Hook hook) {
    lock.lock();
    try {
      hooks.remove(hook);
      if (hooks.isEmpty() && alarm != null) {
        alarm.cancel(false);
        alarm = null;
      }
    } finally {
      lock.unlock();
    }
    hook.disarm();
  }

  /** What a pipeline has to do with the calls of its stages. Safe for use by several threads. */
  public interface Watch {
    /** The clock of its records. */
    Ticker ticker();

    /**
     * Called when work begins on this thread; what it returns is run on the same thread when that
     * work ends.
     */
    Runnable enter();
  }

  /** What {@link #onStop(Runnable)} returns. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    /** Takes the hook back; waits while it runs. Idempotent. */
    @Override
    void close();
  }

  /** A {@linkplain #part(Duration) part} of a call; close it when the part is over. */
  public static final class Part implements AutoCloseable {
    private final CallContext context;
    private final Registration registration;

    private Part(CallContext context, Registration registration) {
      this.context = context;
      this.registration = registration;
    }

    /** The context to hand to the part. */
    public CallContext context() {
      return context;
    }

    /** Unties the part from the whole. Idempotent; does not cancel. */
    @Override
    public void close() {
      registration.close();
    }
  }

  /** A hook that runs at most once, and not at all once it is disarmed. */
  private static final class Hook {
    private final ReentrantLock running = new ReentrantLock();
    private @Nullable Runnable action;

    Hook(Runnable action) {
      this.action = action;
    }

    void run() {
      running.lock();
      try {
        Runnable once = action;
        action = null;
        if (once != null) {
          once.run();
        }
      } catch (RuntimeException e) {
        LoggerFactory.getLogger(CallContext.class)
            .warn("a hook failed while its call was being stopped", e);
      } finally {
        running.unlock();
      }
    }

    void disarm() {
      running.lock();
      try {
        action = null;
      } finally {
        running.unlock();
      }
    }
  }

  /** One daemon thread for all deadlines with hooks; it ends when it was idle for ten seconds. */
  private static final class Timer {
    static final ScheduledThreadPoolExecutor POOL =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("ragwright-deadlines").unstarted(task));

    static {
      POOL.setRemoveOnCancelPolicy(true);
      POOL.setKeepAliveTime(10, TimeUnit.SECONDS);
      POOL.allowCoreThreadTimeOut(true);
    }
  }
}
