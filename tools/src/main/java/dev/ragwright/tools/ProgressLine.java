package dev.ragwright.tools;

import java.time.Duration;
import java.util.Locale;

/**
 * Tells on standard error how far a long job is: at once, then at most every two seconds. For one
 * thread.
 */
final class ProgressLine {
  private static final long PAUSE = Duration.ofSeconds(2).toNanos();

  private long shown = System.nanoTime() - PAUSE;

  void show(String format, Object... values) {
    long now = System.nanoTime();
    if (now - shown >= PAUSE) {
      shown = now;
      System.err.printf(Locale.ROOT, format + "%n", values);
    }
  }
}
