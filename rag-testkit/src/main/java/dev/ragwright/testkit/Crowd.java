package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;

/**
 * Several threads that use a stage at once. What they do is waited for so long that only a hang
 * fails; the threads are daemons, so a hang does not keep the JVM either.
 */
final class Crowd {
  static final int SIZE = 4;
  private static final long HANGS_AFTER_SECONDS = 120;

  private Crowd() {}

  /** Does the work for {@code [0, SIZE)} at the same time and returns the results in this order. */
  static <T> List<T> each(IntFunction<T> work) {
    CyclicBarrier together = new CyclicBarrier(SIZE);
    List<FutureTask<T>> tasks = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      int member = i;
      tasks.add(
          start(
              () -> {
                await(together);
                return work.apply(member);
              }));
    }
    return tasks.stream().map(Crowd::join).toList();
  }

  /**
   * Uses something again and again on several threads, and closes it in the midst of that: each use
   * must end well or with {@link IllegalStateException}.
   */
  static void closeInTheMidst(Runnable use, Runnable close) {
    CountDownLatch inUse = new CountDownLatch(SIZE);
    AtomicBoolean closed = new AtomicBoolean();
    List<FutureTask<Boolean>> users = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      users.add(
          start(
              () -> {
                try {
                  while (!closed.get()) {
                    use.run();
                    inUse.countDown();
                  }
                  use.run();
                  return true;
                } catch (IllegalStateException refused) {
                  return false;
                } finally {
                  inUse.countDown();
                }
              }));
    }
    join(
        start(
            () -> {
              inUse.await();
              close.run();
              closed.set(true);
              return true;
            }));
    users.forEach(Crowd::join);
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name("contract").start(task);
    return task;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError("the threads did not start together", e);
    }
  }

  private static <T> T join(FutureTask<T> task) {
    try {
      return task.get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("a call on one of " + SIZE + " threads failed", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a call hangs: no end within " + HANGS_AFTER_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a call ran", e);
    }
  }

  /** Fails unless all results are the same. */
  static <T> void agree(List<T> results, T expected) {
    assertThat(results).allSatisfy(result -> assertThat(result).isEqualTo(expected));
  }
}
