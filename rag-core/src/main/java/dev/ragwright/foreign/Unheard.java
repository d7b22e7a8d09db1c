package dev.ragwright.foreign;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Calls between ours and what knows no {@link CallContext}, in both directions. A blocking call of
 * another framework runs on a thread of its own, so that the wait can end before it does: it then
 * goes on unheard to its own timeout. And its futures are those of calls of ours, which end when
 * the future is cancelled.
 */
public final class Unheard {
  /**
   * Platform threads that are kept: handing a call to one costs a third of starting a virtual
   * thread, and a driver that blocks within {@code synchronized} holds none that others need.
   */
  private static final ThreadPoolExecutor CALLS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          call ->
              Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).unstarted(call));

  private Unheard() {}

  /**
   * Waits for a call that cannot be stopped, at most as long as the context allows.
   *
   * @param failed makes an exception of what the call threw
   */
  public static <T> T await(
      CallContext context,
      String thread,
      Supplier<T> call,
      Function<Throwable, RuntimeException> failed) {
    context.throwIfStopped();
    CompletableFuture<T> called = new CompletableFuture<>();
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    CALLS.execute(
        () -> {
          Thread own = Thread.currentThread();
          own.setName(thread);
          own.setContextClassLoader(loader); // drivers and parsers are found by it
          try {
            called.complete(call.get());
          } catch (Throwable e) { // whatever it is, somebody waits for it
            called.completeExceptionally(e);
          } finally {
            own.setContextClassLoader(null); // an application that is unloaded is not held
          }
        });
    Runnable stop = () -> called.completeExceptionally(new CancelledException("stopped"));
    CallContext.Registration registration = context.onStop(stop);
    try {
      return called.join();
    } catch (CompletionException e) {
      context.throwIfStopped();
      throw failed.apply(e.getCause() == null ? e : e.getCause());
    } finally {
      registration.close();
    }
  }

  /** Runs a call of ours on a thread of its own; cancelling the future stops it. */
  public static <T> CompletableFuture<T> future(String thread, Function<CallContext, T> call) {
    CallContext context = CallContext.unbounded();
    CompletableFuture<T> called =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            context.cancel();
            return super.cancel(mayInterrupt);
          }
        };
    Thread.ofVirtual()
        .name(thread)
        .start(
            () -> {
              try {
                called.complete(call.apply(context));
              } catch (Throwable e) { // whatever it is, it is the future's
                called.completeExceptionally(e);
              }
            });
    return called;
  }
}
