package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a change costs.
 *
 * @param once the work that has to be done once, in words; empty for a setting
 * @param now what a question takes now
 * @param then what it takes afterwards, as it was measured; null where nothing was, so that it is
 *     unknown
 */
public record ChangeCost(String once, PerQuestion now, @Nullable PerQuestion then) {

  /**
   * What questions take on average.
   *
   * @param calls of stages, by a question
   * @param time of all stages, by a question
   * @param perMillion what a million questions cost
   */
  public record PerQuestion(double calls, Duration time, Cost perMillion) {

    /** The mean over the ways of some questions; at least one. */
    static PerQuestion of(List<List<StageTime>> ways) {
      long calls = 0;
      Duration time = Duration.ZERO;
      Cost cost = null;
      for (List<StageTime> way : ways) {
        calls += way.size();
        for (StageTime stage : way) {
          time = time.plus(stage.wall());
          cost = cost == null ? stage.cost() : cost.plus(stage.cost());
        }
      }
      return new PerQuestion(
          (double) calls / ways.size(),
          time.dividedBy(ways.size()),
          cost == null ? Cost.unknown("anything: no stage ran") : cost.perMillion(ways.size()));
    }

    /** For people: {@code 3.0 calls, 12.5 ms, cost unknown (...)}. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.1f calls, %.1f ms, %s",
          calls,
          time.toNanos() / 1e6,
          perMillion.isKnown() ? perMillion + " a million" : "cost " + perMillion);
    }
  }

  /** For people. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (!once.isEmpty()) {
      parts.add("once: " + once);
    }
    parts.add("a question takes " + now + "; afterwards " + (then == null ? "unknown" : then));
    return String.join("; ", parts);
  }
}
