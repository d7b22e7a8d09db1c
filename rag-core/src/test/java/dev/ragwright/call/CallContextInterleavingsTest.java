package dev.ragwright.call;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Hooks that come, go and run, in all orders that Lincheck finds. See {@code
 * docs/decisions/lincheck.md}.
 */
public class CallContextInterleavingsTest {
  private final CallContext context = CallContext.unbounded();

  /** How often a hook ran, which is settled when its registration is closed. */
  @Operation
  public int hook() {
    AtomicInteger runs = new AtomicInteger();
    CallContext.Registration registration = context.onStop(runs::incrementAndGet);
    registration.close();
    return runs.get();
  }

  /** The same in a part of the call. */
  @Operation
  public int hookOfAPart() {
    AtomicInteger runs = new AtomicInteger();
    CallContext.Part part = context.part(null);
    part.context().onStop(runs::incrementAndGet).close();
    part.close();
    return runs.get();
  }

  @Operation
  public void cancel() {
    context.cancel();
  }

  @Operation
  public boolean shouldStop() {
    return context.shouldStop();
  }

  @Test
  void hasOneOrder() {
    new ModelCheckingOptions()
        .iterations(4)
        .invocationsPerIteration(60)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(CallContextInterleavingsTest.class);
  }
}
