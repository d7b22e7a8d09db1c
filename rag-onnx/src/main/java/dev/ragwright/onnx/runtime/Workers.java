package dev.ragwright.onnx.runtime;

import dev.ragwright.call.CallContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bound on a model's native runs. A worker that is given back goes to whoever has waited
 * longest, so a single query is not starved by a bulk load that comes back at once for the next
 * text; a waiting call leaves the queue as soon as its context stops.
 */
final class Workers {
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Worker> idle = new ArrayDeque<>();
  private final Deque<Waiter> queue = new ArrayDeque<>();

  Workers(int count) {
    for (int i = 0; i < count; i++) {
      idle.push(new Worker());
    }
  }

  /** Waits for a worker; the caller releases it. */
  @SuppressWarnings("try") // the registration only has to be closed
  Worker acquire(CallContext context) {
    context.throwIfStopped();
    Waiter waiter;
    lock.lock();
    try {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
      waiter = new Waiter(lock.newCondition());
      queue.add(waiter);
    } finally {
      lock.unlock();
    }
    Worker worker;
    try (CallContext.Registration stop = context.onStop(() -> wake(waiter))) {
      worker = await(waiter, context);
    }
    if (worker == null) {
      context.throwIfStopped();
      throw new AssertionError("a call that was stopped goes on");
    }
    return worker;
  }

  void release(Worker worker) {
    lock.lock();
    try {
      Waiter next = queue.poll();
      if (next == null) {
        idle.push(worker);
      } else {
        next.worker = worker;
        next.changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Worker await(Waiter waiter, CallContext context) {
    lock.lock();
    try {
      while (waiter.worker == null && !context.shouldStop()) {
        waiter.changed.awaitUninterruptibly();
      }
      queue.remove(waiter);
      return waiter.worker;
    } finally {
      lock.unlock();
    }
  }

  private void wake(Waiter waiter) {
    lock.lock();
    try {
      waiter.changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private static final class Waiter {
    final Condition changed;
    @Nullable Worker worker;

    Waiter(Condition changed) {
      this.changed = changed;
    }
  }

  /** The right to one run, and the memory of its numbers, which is kept for the next one. */
  static final class Worker {
    private LongBuffer memory = allocate(3 * 512);
    private ByteBuffer output = ByteBuffer.allocateDirect(0);

    /** Memory for the given number of values, of any content. */
    LongBuffer memory(int values) {
      if (memory.capacity() < values) {
        memory = allocate(values);
      }
      return memory;
    }

    /** Memory of exactly the given size for what a run gives, of any content. */
    ByteBuffer output(int bytes) {
      if (output.capacity() < bytes) {
        output = ByteBuffer.allocateDirect(bytes);
      }
      return output.slice(0, bytes).order(ByteOrder.nativeOrder());
    }

    private static LongBuffer allocate(int values) {
      return ByteBuffer.allocateDirect(Math.multiplyExact(values, Long.BYTES))
          .order(ByteOrder.nativeOrder())
          .asLongBuffer();
    }
  }
}
