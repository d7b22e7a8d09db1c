package dev.ragwright.lifecycle;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Uses and closings in all orders that Lincheck finds, down to single reads and writes: each order
 * must give what some order of whole calls gives. See {@code docs/decisions/lincheck.md}.
 */
public class LifecycleInterleavingsTest {
  private final Lifecycle lifecycle = new Lifecycle("it");
  private boolean released;

  /** Whether it could be used, and what it is that was used. */
  @Operation
  public String use() {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      return (lease == null ? "nothing" : "used") + (released ? " after its release" : "");
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** What is closed is released when any call of it returns. */
  @Operation
  public boolean close() {
    lifecycle.close(() -> released = true);
    return released;
  }

  @Test
  void hasOneOrder() {
    new ModelCheckingOptions()
        .iterations(6)
        .invocationsPerIteration(60)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(LifecycleInterleavingsTest.class);
  }
}
