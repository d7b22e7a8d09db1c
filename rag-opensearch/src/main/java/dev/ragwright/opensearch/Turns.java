package dev.ragwright.opensearch;

import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who writes, of several who want to: one at a time, in the order in which they came. Who waits
 * goes when its call is stopped. Safe to share.
 */
final class Turns {
  private static final Duration LONG = Duration.ofDays(10_000);

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Turn> line = new ArrayDeque<>(); // the first of it has its turn
  private volatile @Nullable Thread owner;

  /** A turn, or the wait for one. */
  final class Turn implements AutoCloseable {
    private final CountDownLatch come = new CountDownLatch(1);

    /** Lets the next one have its turn. */
    @Override
    public void close() {
      lock.lock();
      try {
        if (line.peekFirst() == this) {
          owner = null;
        }
        line.remove(this);
        if (!line.isEmpty()) {
          line.getFirst().come.countDown();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Waits for a turn. One thread may take another within its own, which is over at once.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Turn take(CallContext context) {
    Turn mine = new Turn();
    if (Thread.currentThread().equals(owner)) {
      return mine;
    }
    lock.lock();
    try {
      line.add(mine);
      line.getFirst().come.countDown();
    } finally {
      lock.unlock();
    }
    Interrupts.await(mine.come, LONG, context);
    try {
      context.throwIfStopped();
    } catch (RuntimeException e) {
      mine.close();
      throw e;
    }
    owner = Thread.currentThread();
    return mine;
  }
}
