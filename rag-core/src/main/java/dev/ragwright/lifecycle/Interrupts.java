package dev.ragwright.lifecycle;

import java.util.function.Supplier;

/** Interrupts and files: the JDK closes a file in the hands of a thread that is interrupted. */
public final class Interrupts {
  private Interrupts() {}

  /** Does something with files, and keeps an interrupt from before it for later. */
  public static <T> T keptFor(Supplier<T> action) {
    boolean interrupted = Thread.interrupted();
    try {
      return action.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
