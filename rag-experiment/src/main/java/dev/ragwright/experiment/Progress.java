package dev.ragwright.experiment;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Shows how far a run is: called after each question of each arm, on the thread that runs it. */
@FunctionalInterface
public interface Progress {

  /** Shows the state of the run. An exception ends the run. */
  void show(State state);

  /**
   * How far a run is.
   *
   * @param done questions of arms that are through, of {@code total}
   * @param calls of stages that were made
   * @param replayed results of stages that came from the memo
   * @param left the time left at the rate so far; empty until there is one
   */
  record State(
      int done, int total, long calls, long replayed, Duration elapsed, Optional<Duration> left) {

    /** For people: {@code 120 of 540 (22 %), 12.5 a second, 34 s left, 80 calls, 40 replayed}. */
    @Override
    public String toString() {
      double seconds = elapsed.toNanos() / 1e9;
      return String.format(
          Locale.ROOT,
          "%d of %d (%d %%), %.1f a second%s, %d calls, %d replayed",
          done,
          total,
          total == 0 ? 100 : 100L * done / total,
          seconds == 0 ? 0 : done / seconds,
          left.map(time -> ", " + time.toSeconds() + " s left").orElse(""),
          calls,
          replayed);
    }
  }

  /** Shows nothing. */
  static Progress none() {
    return state -> {};
  }

  /** A line on standard error, every two seconds and at the end. For one run. */
  static Progress console() {
    return new Console();
  }
}

final class Console implements Progress {
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private Duration next = Duration.ZERO;

  @Override
  public void show(State state) {
    if (state.elapsed().compareTo(next) >= 0 || state.done() == state.total()) {
      next = state.elapsed().plus(PAUSE);
      System.err.println(state);
    }
  }
}
