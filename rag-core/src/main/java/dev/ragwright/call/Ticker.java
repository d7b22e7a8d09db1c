package dev.ragwright.call;

/**
 * A source of elapsed time. Injected wherever time is measured, so that a test can advance it.
 * Implementations are safe to share.
 */
@FunctionalInterface
public interface Ticker {

  /** Returns nanoseconds since an arbitrary origin; never less than an earlier reading. */
  long nanos();

  /** The system's monotonic clock. */
  static Ticker system() {
    return SystemTicker.INSTANCE;
  }
}

enum SystemTicker implements Ticker {
  INSTANCE;

  @Override
  public long nanos() {
    return System.nanoTime();
  }
}
