package dev.ragwright.onnx.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Tasks spread over threads of their own. */
final class Spread {
  private Spread() {}

  /** See {@link OnnxModel#inParallel}. */
  static void over(int count, int workers, String threadName, IntConsumer task) {
    if (workers <= 1) {
      for (int i = 0; i < count; i++) {
        task.accept(i);
      }
      return;
    }
    ThreadFactory threads = Thread.ofPlatform().daemon().name(threadName, 0).factory();
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    CountDownLatch running = new CountDownLatch(workers);
    Runnable worker =
        () -> {
          try {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              task.accept(i);
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
            next.set(count);
          } finally {
            running.countDown();
          }
        };
    for (int i = 0; i < workers; i++) {
      threads.newThread(worker).start();
    }
    awaitUninterruptibly(running);
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new AssertionError(e);
    }
  }

  /** Interrupting is no way to cancel here: the flag is kept for the caller. */
  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
