package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A call that is stopped, and not cut off, when the process is told to end (SIGTERM, Ctrl-C): its
 * context is cancelled, and the process waits until this is closed, but no longer than {@link
 * #PATIENCE}, since who asks a process to end may soon kill it.
 */
final class OrderlyEnd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final CallContext context = CallContext.unbounded();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook = Thread.ofPlatform().name("orderly-end").unstarted(this::end);

  OrderlyEnd() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  CallContext context() {
    return context;
  }

  private void end() {
    System.err.println("stopping; what was done is kept");
    context.cancel();
    try {
      if (!over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("not stopped in time: only what was committed is kept");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook is running or over.
    }
  }
}
