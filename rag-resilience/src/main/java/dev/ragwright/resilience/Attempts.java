package dev.ragwright.resilience;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The attempts of one call, and their records. For one thread. */
final class Attempts {
  private static final long POLL_MILLIS = 20;

  /** What all calls of a service share. */
  record Service(
      Retry retry,
      @Nullable CircuitBreaker breaker,
      Duration spared,
      @Nullable RateLimiter limiter,
      @Nullable Semaphore places,
      @Nullable Duration attemptTimeout) {}

  private final Service service;
  private final Supplier<StageDescription> stage;
  private final CallContext context;
  private final List<StageRecord> records = new ArrayList<>();

  Attempts(Service service, Supplier<StageDescription> stage, CallContext context) {
    this.service = service;
    this.stage = stage;
    this.context = context;
  }

  /** One that is under way. */
  final class Attempt implements AutoCloseable {
    private final CallContext.Part part = context.part(service.attemptTimeout);
    private final long start = context.ticker().nanos();
    private final long asked;
    private boolean over;

    private Attempt() {
      asked = service.breaker == null ? 0 : service.breaker.getCurrentTimestamp();
    }

    CallContext context() {
      return part.context();
    }

    /** It succeeded. */
    void succeeded(Usage usage) {
      if (!over && service.breaker != null) {
        service.breaker.onSuccess(took(), service.breaker.getTimestampUnit());
      }
      over(StageRecord.of("attempt", stage.get(), duration(), usage));
    }

    /** It failed; what is the caller's fault, or the caller's will, says nothing of the service. */
    void failed(RuntimeException failure) {
      CircuitBreaker breaker = service.breaker;
      if (!over && breaker != null) {
        if (isPassing(failure)) {
          breaker.onError(took(), breaker.getTimestampUnit(), failure);
        } else {
          breaker.releasePermission();
        }
      }
      Usage usage = failure instanceof RagException known ? known.usage() : Usage.unknown();
      over(
          StageRecord.of("attempt", stage.get(), duration(), usage)
              .failed(String.valueOf(failure.getMessage())));
    }

    private void over(StageRecord record) {
      if (!over) {
        over = true;
        records.add(record);
        if (service.places != null) {
          service.places.release();
        }
      }
      part.close();
    }

    private long took() {
      return service.breaker == null ? 0 : service.breaker.getCurrentTimestamp() - asked;
    }

    private Duration duration() {
      return Duration.ofNanos(context.ticker().nanos() - start);
    }

    /** Gives up what it holds, if nobody said how it ended. */
    @Override
    public void close() {
      if (!over) {
        failed(new CancelledException("it was no longer wanted"));
      }
    }
  }

  /** Tries until it succeeds, or another try is of no use. */
  <T> T until(Function<Attempt, T> call) {
    Retry.AsyncContext<Object> again = service.retry.asyncContext();
    while (true) {
      Attempt attempt = begin();
      try {
        T result = call.apply(attempt);
        again.onComplete();
        return result;
      } catch (RuntimeException e) {
        attempt.failed(e);
        context.throwIfStopped(); // rather than what the end of its time made of the stage
        long wait = again.onError(e);
        if (wait < 0 || !isTimeLeft(wait)) {
          throw e;
        }
        pause(Duration.ofMillis(wait));
      } catch (Error e) {
        attempt.close();
        throw e;
      }
    }
  }

  private Attempt begin() {
    context.throwIfStopped();
    RateLimiter limiter = service.limiter;
    if (limiter != null) {
      pause(Duration.ofNanos(Math.max(0, limiter.reservePermission())));
    }
    if (service.places != null) {
      acquire(service.places);
    }
    CircuitBreaker breaker = service.breaker;
    if (breaker != null && !breaker.tryAcquirePermission()) {
      if (service.places != null) {
        service.places.release();
      }
      throw new ServiceSparedException(stage.get().name(), service.spared);
    }
    return new Attempt();
  }

  /** Waits for a place; an interrupt is kept for later. */
  private void acquire(Semaphore places) {
    boolean interrupted = false;
    try {
      while (true) {
        context.throwIfStopped();
        try {
          if (places.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            return;
          }
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

  /** Waits, unless the call is stopped; an interrupt is kept for later. */
  @SuppressWarnings("try") // the registration only has to be closed
  private void pause(Duration time) {
    CountDownLatch stopped = new CountDownLatch(1);
    boolean interrupted = false;
    try (CallContext.Registration registration = context.onStop(stopped::countDown)) {
      long end = System.nanoTime() + time.toNanos();
      while (true) {
        try {
          stopped.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    context.throwIfStopped();
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
    return records.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
  }
}
