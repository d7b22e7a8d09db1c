package dev.ragwright.lifecycle;

import dev.ragwright.call.CallContext;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Interrupts are for those who own the thread: they are kept for later. The JDK closes a file in
 * the hands of a thread that is interrupted.
 */
public final class Interrupts {
  private Interrupts() {}

  /** Does something with files, and keeps an interrupt from before it for later. */
  public static <T> T keptFor(Supplier<T> action) {
    boolean interrupted = Thread.interrupted();
    try {
      return action.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits for an event, or the end of the call, which counts it down too; an interrupt is kept for
   * later.
   *
   * @param most how long it may take
   * @return whether it came in time
   */
  @SuppressWarnings("try") // the registration only has to be closed
  public static boolean await(CountDownLatch event, Duration most, CallContext context) {
    boolean interrupted = false;
    try (CallContext.Registration registration = context.onStop(event::countDown)) {
      long end = System.nanoTime() + most.toNanos();
      while (true) {
        try {
          return event.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
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

  /** Waits so long; throws what a call that is stopped meanwhile throws. */
  public static void pause(Duration time, CallContext context) {
    await(new CountDownLatch(1), time, context);
    context.throwIfStopped();
  }
}
