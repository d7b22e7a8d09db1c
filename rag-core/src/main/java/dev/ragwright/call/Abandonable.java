package dev.ragwright.call;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that a call waits for no longer than it may go on. Its thread is the system's and not a
 * virtual one: some work that never ends would take all that those run on.
 */
final class Abandonable<T extends @Nullable Object> implements Runnable {
  private static final long POLL_MILLIS = 50; // of clocks that no timer waits for

  private final CallContext context;
  private final Supplier<T> work;
  private final CountDownLatch woken = new CountDownLatch(1);
  private volatile boolean ended;
  private @Nullable T result; // written before it has ended
  private @Nullable Throwable failure;

  private Abandonable(CallContext context, Supplier<T> work) {
    this.context = context;
    this.work = work;
  }

  static <T extends @Nullable Object> T run(CallContext context, Supplier<T> work) {
    context.throwIfStopped();
    Abandonable<T> abandonable = new Abandonable<>(context, work);
    Thread.ofPlatform().daemon().name("ragwright-abandonable").start(abandonable);
    abandonable.await();
    return abandonable.result();
  }

  @Override
  public void run() {
    Runnable leave = context.enter();
    try {
      result = work.get();
    } catch (Throwable e) { // a checked one too: languages beside Java throw them from anywhere
      failure = e;
    } finally {
      leave.run();
      ended = true;
      woken.countDown();
    }
  }

  @SuppressWarnings("try") // the registration only has to be closed
  private void await() {
    boolean interrupted = false;
    try (CallContext.Registration stop = context.onStop(woken::countDown)) {
      while (!ended && !context.shouldStop()) {
        try {
          woken.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
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

  @SuppressWarnings("NullAway") // null only where the work may give it
  private T result() {
    if (!ended) {
      context.throwIfStopped();
    }
    switch (failure) {
      case null -> {
        return result;
      }
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      case Throwable checked -> throw new RagException("the work failed", checked);
    }
  }
}
