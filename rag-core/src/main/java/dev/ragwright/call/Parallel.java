package dev.ragwright.call;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Fan-out on virtual threads: a task that waits for a remote engine holds up nobody. */
final class Parallel {
  private Parallel() {}

  static <T> List<T> all(CallContext context, List<? extends Function<CallContext, T>> tasks) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    try (CallContext.Part part = context.part(null);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> running = new ArrayList<>();
      for (Function<CallContext, T> task : tasks) {
        running.add(threads.submit(() -> runOrStopAll(task, part.context(), failure)));
      }
      return joined(running, failure);
    }
  }

  /** The first failure stops the others, whose own failures are then of no interest. */
  private static <T> T runOrStopAll(
      Function<CallContext, T> task,
      CallContext context,
      AtomicReference<@Nullable Throwable> failure) {
    Runnable leave = context.enter();
    try {
      return task.apply(context);
    } catch (Throwable e) { // a checked one too: languages beside Java throw them from anywhere
      failure.compareAndSet(null, e);
      context.cancel();
      throw e;
    } finally {
      leave.run();
    }
  }

  private static <T> List<T> joined(
      List<Future<T>> running, AtomicReference<@Nullable Throwable> failure) {
    List<T> done = new ArrayList<>();
    for (Future<T> task : running) {
      try {
        done.add(uninterrupted(task));
      } catch (ExecutionException e) {
        failure.compareAndSet(null, e.getCause());
      }
    }
    switch (failure.get()) {
      case null -> {
        return done;
      }
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      case Throwable checked -> throw new RagException("a parallel task failed", checked);
    }
  }

  /** Tasks end soon after their context stops, so an interrupt is kept for later, not obeyed. */
  private static <T> T uninterrupted(Future<T> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
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
}
