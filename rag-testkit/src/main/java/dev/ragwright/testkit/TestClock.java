package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is told otherwise. Starts at 0; safe to share. */
public final class TestClock implements Ticker {
  private final AtomicLong nanos = new AtomicLong();

  /** A clock at 0. */
  public TestClock() {}

  @Override
  public long nanos() {
    return nanos.get();
  }

  /**
   * Moves the time forward.
   *
   * @throws IllegalArgumentException if {@code time} is negative
   */
  public void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time only goes forward, was " + time);
    }
    nanos.addAndGet(time.toNanos());
  }

  /** A context on a clock of its own, whose deadline has just passed. */
  static CallContext expired() {
    TestClock clock = new TestClock();
    CallContext context = CallContext.withTimeout(Duration.ofSeconds(1), clock);
    clock.advance(Duration.ofSeconds(1));
    return context;
  }
}
