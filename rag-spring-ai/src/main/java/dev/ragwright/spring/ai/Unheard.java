package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Calls that cannot be stopped, on threads of their own, so that the wait for them can end. */
final class Unheard {
  private Unheard() {}

  /** Waits for a call, at most as long as the context allows. */
  static <T> T await(CallContext context, String what, Supplier<T> call) {
    context.throwIfStopped();
    CompletableFuture<T> called = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("ragwright-spring-ai")
        .start(
            () -> {
              try {
                called.complete(call.get());
              } catch (Throwable e) { // whatever it is, somebody waits for it
                called.completeExceptionally(e);
              }
            });
    Runnable stop = () -> called.completeExceptionally(new CancelledException("stopped"));
    CallContext.Registration registration = context.onStop(stop);
    try {
      return called.join();
    } catch (CompletionException e) {
      context.throwIfStopped();
      throw new SpringAiException(what, e.getCause() == null ? e : e.getCause());
    } finally {
      registration.close();
    }
  }
}
