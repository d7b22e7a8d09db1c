package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Who writes what one call writes: one thread or several, beside the calling one. A batch is
 * written while the next one is read and embedded, and no further batch before it is done, so that
 * what comes later is written later; by one thread, in the order in which it came. For one thread.
 */
final class WriterThreads implements AutoCloseable {
  /** Something to write. */
  interface Task {
    void run() throws IOException;
  }

  private final int count;
  private final ExecutorService threads;
  private final List<Future<?>> running = new ArrayList<>();

  WriterThreads(int count) {
    this.count = count;
    this.threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("ragwright-writer-", 0).factory());
  }

  /** A batch of what may be written at the same time, but for what has the same key. */
  final class Batch {
    private final List<List<Task>> shares = new ArrayList<>();

    private Batch() {
      for (int i = 0; i < count; i++) {
        shares.add(new ArrayList<>());
      }
    }

    /** Tasks of the same key are run in their order. */
    void add(Object key, Task task) {
      shares.get(Math.floorMod(key.hashCode(), count)).add(task);
    }

    /**
     * Writes it, after what was written before, or begins to.
     *
     * @throws IOException also if what was begun before failed
     */
    void write() throws IOException {
      await();
      for (List<Task> share : shares) {
        if (!share.isEmpty()) {
          running.add(
              threads.submit(
                  () -> {
                    runAll(share);
                    return 0;
                  }));
        }
      }
    }

    private static void runAll(List<Task> tasks) throws IOException {
      for (Task task : tasks) {
        task.run();
      }
    }
  }

  Batch batch() {
    return new Batch();
  }

  /**
   * Waits until all is written. An interrupt is kept for later.
   *
   * @throws IOException if something could not be
   */
  void await() throws IOException {
    Throwable failure = null;
    boolean interrupted = false;
    for (Future<?> task : running) {
      while (!task.isDone()) {
        try {
          task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          break; // asked below
        }
      }
      if (task.state() == Future.State.FAILED) {
        Throwable one = task.exceptionNow();
        if (failure == null) {
          failure = one;
        } else if (!failure.equals(one)) {
          failure.addSuppressed(one);
        }
      }
    }
    running.clear();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure) {
      case null -> {}
      case IOException io -> throw io;
      case RuntimeException runtime -> throw runtime;
      case Error error -> throw error;
      default -> throw new IOException(failure);
    }
  }

  /** Waits for what is being written and ends the threads. */
  @Override
  public void close() throws IOException {
    try {
      await();
    } finally {
      threads.shutdown(); // not close(), which hands on an interrupt to what writes files
    }
  }
}
