package dev.ragwright.foreign;

import dev.ragwright.call.CallContext;

/** Searches of a store, of which too few may pass a filter: each asks for twice as many. */
public final class Deepening {
  private static final int LEAST_READ = 20;

  /** One search. */
  @FunctionalInterface
  public interface Round {
    /** Reads at most so many, and returns whether no more need be read. */
    boolean enough(int most);
  }

  private Deepening() {}

  /**
   * Searches until it is enough, or the last search was for {@code bound}, or {@code topK} if that
   * is more.
   *
   * @return whether it was enough
   */
  public static boolean search(int topK, int bound, CallContext context, Round round) {
    int last = Math.max(bound, topK);
    for (long most = Math.max(2L * topK, LEAST_READ); ; most *= 2) {
      context.throwIfStopped();
      int now = (int) Math.min(most, last);
      if (round.enough(now)) {
        return true;
      }
      if (now == last) {
        return false;
      }
    }
  }
}
