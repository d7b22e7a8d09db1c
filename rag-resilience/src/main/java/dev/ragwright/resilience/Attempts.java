package dev.ragwright.resilience;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.text.Said;
import dev.ragwright.trace.StageRecord;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The attempts of one call, and their records. For one thread, but that any may close a stream. */
final class Attempts {
  private static final long POLL_MILLIS = 20;

  /** What all calls of a service share. */
  record Service(
      Retry retry,
      @Nullable CircuitBreaker breaker,
      Duration spared,
      @Nullable RateLimiter limiter,
      @Nullable Semaphore places,
      @Nullable Duration attemptTimeout,
      @Nullable Duration hedge) {}

  private final Service service;
  private final Supplier<StageDescription> stage;
  private final CallContext context;
  private final List<StageRecord> records = new CopyOnWriteArrayList<>();

  Attempts(Service service, Supplier<StageDescription> stage, CallContext context) {
    this.service = service;
    this.stage = stage;
    this.context = context;
  }

  /** One that is under way. */
  final class Attempt implements AutoCloseable {
    private final CallContext.Part part = context.part(service.attemptTimeout);
    private final long start = context.ticker().nanos();
    private final long asked = service.breaker == null ? 0 : service.breaker.getCurrentTimestamp();
    private final AtomicBoolean judged = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();

    private Attempt() {}

    CallContext context() {
      return part.context();
    }

    /** The service works, though it is not through. */
    void begun() {
      CircuitBreaker breaker = service.breaker;
      if (judged.compareAndSet(false, true) && breaker != null) {
        breaker.onSuccess(took(breaker), breaker.getTimestampUnit());
      }
    }

    /**
     * It succeeded.
     *
     * @param told adds to its record
     */
    void succeeded(Usage usage, Function<StageRecord, StageRecord> told) {
      begun();
      over(() -> told.apply(StageRecord.of("attempt", stage.get(), duration(), usage)));
    }

    /** It failed; what is the caller's fault, or the caller's will, says nothing of the service. */
    void failed(RuntimeException failure) {
      CircuitBreaker breaker = service.breaker;
      if (judged.compareAndSet(false, true) && breaker != null) {
        if (isPassing(failure) && !context.shouldStop()) {
          breaker.onError(took(breaker), breaker.getTimestampUnit(), failure);
        } else {
          breaker.releasePermission();
        }
      }
      Usage usage = failure instanceof RagException known ? known.usage() : Usage.unknown();
      over(() -> StageRecord.of("attempt", stage.get(), duration(), usage).failed(failure));
    }

    private void over(Supplier<StageRecord> record) {
      if (over.compareAndSet(false, true)) {
        records.add(record.get());
        if (service.places != null) {
          service.places.release();
        }
      }
      part.close();
    }

    private long took(CircuitBreaker breaker) {
      return breaker.getCurrentTimestamp() - asked;
    }

    private Duration duration() {
      return Duration.ofNanos(context.ticker().nanos() - start);
    }

    /** Another one has won. */
    void lose() {
      part.context().cancel();
    }

    /** Gives up what it holds, if nobody said how it ended. */
    @Override
    public void close() {
      failed(new CancelledException("it was no longer wanted"));
    }
  }

  /** Tries until it succeeds, or another try is of no use. */
  <T> T until(Function<Attempt, T> call) {
    Retry.AsyncContext<Object> again = service.retry.asyncContext();
    while (true) {
      RuntimeException failure;
      Attempt attempt;
      try {
        attempt = Objects.requireNonNull(begin(() -> false));
      } catch (ServiceSparedException e) {
        throw all(e);
      }
      try {
        T result =
            service.hedge == null
                ? call.apply(attempt)
                : new Race<>(call, attempt).won(service.hedge);
        again.onComplete();
        return result;
      } catch (RuntimeException e) {
        failure = named(e);
        attempt.failed(failure); // of a race it is known already
      } catch (Error e) {
        attempt.close();
        throw e;
      }
      context.throwIfStopped(); // rather than what the end of its time made of the stage
      long wait = again.onError(failure);
      if (wait < 0 || !isTimeLeft(wait)) {
        throw all(failure);
      }
      Interrupts.pause(Duration.ofMillis(wait), context);
    }
  }

  /**
   * An attempt, and another one beside it if that is slow. The first to succeed wins, and the other
   * is stopped; it is waited for, so that no thread is left behind.
   */
  private final class Race<T> {
    private final Function<Attempt, T> call;
    private final Attempt first;
    private final CountDownLatch firstEnded = new CountDownLatch(1);
    private final List<Attempt> running = new ArrayList<>(); // guarded by this, as those below
    private @Nullable T result;
    private @Nullable RuntimeException failure;

    Race(Function<Attempt, T> call, Attempt first) {
      this.call = call;
      this.first = first;
      running.add(first);
    }

    T won(Duration hedge) {
      context.inParallel(List.of(within -> run(first), within -> runLate(hedge)));
      if (result != null) {
        return result;
      }
      throw Objects.requireNonNull(failure, "one of the two has ended");
    }

    /** Waits for no place and no turn longer than for the first one, whose end may free it. */
    private boolean runLate(Duration hedge) {
      if (Interrupts.await(firstEnded, hedge, context)) {
        return false;
      }
      Attempt second;
      try {
        second = begin(() -> firstEnded.getCount() == 0);
      } catch (RuntimeException e) {
        return false; // spared or stopped: the first one is what there is
      }
      if (second == null) {
        return false;
      }
      synchronized (this) {
        running.add(second);
        if (result != null) {
          second.lose();
        }
      }
      return run(second);
    }

    private boolean run(Attempt attempt) {
      try {
        end(attempt, call.apply(attempt));
      } catch (RuntimeException e) {
        lost(attempt, named(e));
      } catch (Error e) {
        attempt.close();
        throw e;
      } finally {
        if (attempt == first) {
          firstEnded.countDown();
        }
      }
      return true;
    }

    private synchronized void end(Attempt attempt, T made) {
      if (result == null) {
        result = made;
        running.stream().filter(one -> one != attempt).forEach(Attempt::lose);
      } else if (made instanceof TokenStream unheard) {
        unheard.close();
      }
    }

    /** What failed by itself has failed, whoever has won. */
    private synchronized void lost(Attempt attempt, RuntimeException why) {
      boolean isStopped = result != null && why instanceof CancelledException;
      attempt.failed(isStopped ? new CancelledException("another attempt was faster") : why);
      if (result == null) {
        failure = why;
      }
    }
  }

  /** The end of an attempt's time, in words that name the setting. */
  private RuntimeException named(RuntimeException failure) {
    boolean ofAttempt =
        failure instanceof DeadlineExceededException
            && service.attemptTimeout != null
            && !context.shouldStop();
    return ofAttempt
        ? new AttemptsFailedException(
            "the attempt did not end within "
                + service.attemptTimeout
                + ", the attemptTimeout(...) of Resilience",
            failure)
        : failure;
  }

  /** The failure of the last attempt, with what all of them counted. */
  private RuntimeException all(RuntimeException last) {
    if (records.isEmpty() || (records.size() == 1 && !(last instanceof ServiceSparedException))) {
      return last;
    }
    return last instanceof RagException known
        ? new AttemptsFailedException(
            stage.get().name()
                + " failed "
                + records.size()
                + " times, the last time: "
                + Said.by(last),
            last,
            known.retryable(),
            records)
        : last;
  }

  /**
   * Begins an attempt, as soon as there is a place for it and it is its turn.
   *
   * @param isLate whether it is not wanted any longer
   * @return null if it is not
   */
  private @Nullable Attempt begin(BooleanSupplier isLate) {
    context.throwIfStopped();
    CircuitBreaker breaker = service.breaker;
    if (breaker != null && !breaker.tryAcquirePermission()) {
      throw new ServiceSparedException(stage.get().name(), service.spared);
    }
    Semaphore places = service.places;
    RateLimiter limiter = service.limiter;
    boolean placed = false;
    boolean begun = false;
    try {
      while (places != null && !placed) {
        if (isLate.getAsBoolean()) {
          return null;
        }
        placed = acquired(places);
      }
      while (limiter != null && !isLate.getAsBoolean() && !limiter.acquirePermission()) {
        Interrupts.pause(Duration.ofMillis(POLL_MILLIS), context);
      }
      if (isLate.getAsBoolean()) {
        return null;
      }
      begun = true;
      return new Attempt();
    } finally {
      if (!begun && places != null && placed) {
        places.release();
      }
      if (!begun && breaker != null) {
        breaker.releasePermission();
      }
    }
  }

  /** Waits a moment for a place; an interrupt is kept for later. */
  private boolean acquired(Semaphore places) {
    context.throwIfStopped();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return places.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isTimeLeft(long millis) {
    return context.remaining().map(left -> left.toMillis() > millis).orElse(true);
  }

  static boolean isPassing(Throwable failure) {
    return failure instanceof RagException known
        && known.retryable()
        && !(known instanceof CancelledException);
  }

  /** How each attempt ended, in their order. */
  List<StageRecord> records() {
    return List.copyOf(records);
  }

  /** What all of them counted. */
  Usage usage() {
    return usage(records);
  }

  static Usage usage(List<StageRecord> records) {
    return records.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
  }
}
