package dev.ragwright.tools;

import java.time.Duration;
import java.util.Locale;

/**
 * Tells on standard error how far a long job is: every two seconds, so that a short one says
 * nothing; and where it said something, how it ended. For one thread.
 */
final class ProgressLine {
  private static final long PAUSE = Duration.ofSeconds(2).toNanos();

  private long shown = System.nanoTime();
  private String last = "";

  void show(String format, Object... values) {
    long now = System.nanoTime();
    if (now - shown >= PAUSE) {
      shown = now;
      print(String.format(Locale.ROOT, format + "%n", values));
    }
  }

  /** What was reached, if anything else was told before. */
  void end(String format, Object... values) {
    if (!last.isEmpty()) {
      print(String.format(Locale.ROOT, format + "%n", values));
    }
  }

  private void print(String line) {
    if (!line.equals(last)) {
      System.err.print(line);
    }
    last = line;
  }
}
