package dev.ragwright.eval.route;

import java.util.Locale;

/**
 * What a way of choosing generators gave for each of some questions, and what it took. Immutable;
 * the arrays that it gives out are copies.
 */
public final class RoutePolicy {
  private final String name;
  private final double[] quality;
  private final double[] cost;
  private final boolean[] escalated;

  private RoutePolicy(String name, double[] quality, double[] cost, boolean[] escalated) {
    this.name = name;
    this.quality = quality.clone();
    this.cost = cost.clone();
    this.escalated = escalated.clone();
    if (name.isBlank()) {
      throw new IllegalArgumentException("a route needs a name, had \"" + name + "\"");
    }
    if (quality.length == 0 || cost.length != quality.length || escalated.length != cost.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "\"%s\" needs as many qualities as costs, and at least one; had %d, %d and %d",
              name,
              quality.length,
              cost.length,
              escalated.length));
    }
    for (int i = 0; i < cost.length; i++) {
      if (!Double.isFinite(quality[i]) || !Double.isFinite(cost[i]) || cost[i] < 0) {
        throw new IllegalArgumentException(
            "\"%s\" has quality %s at cost %s; both must be finite, and the cost >= 0"
                .formatted(name, quality[i], cost[i]));
      }
    }
  }

  /**
   * Some choices, question by question.
   *
   * @param quality higher is better; finite
   * @param cost in one unit for all policies that are compared; finite, not negative
   * @param escalated whether a dearer generator than the first was asked
   * @throws IllegalArgumentException if there is no question, not as many of each, or a number is
   *     out of range
   */
  public static RoutePolicy of(String name, double[] quality, double[] cost, boolean[] escalated) {
    return new RoutePolicy(name, quality, cost, escalated);
  }

  /** Its name in reports. */
  public String name() {
    return name;
  }

  /** What the answers are worth, in the order of the questions. */
  public double[] quality() {
    return quality.clone();
  }

  /** What they cost, in the same order. */
  public double[] cost() {
    return cost.clone();
  }

  /** How many questions there are. */
  public int questions() {
    return quality.length;
  }

  /** The share of the questions for which a dearer generator than the first was asked. */
  public double escalatedShare() {
    int count = 0;
    for (boolean one : escalated) {
      count += one ? 1 : 0;
    }
    return (double) count / escalated.length;
  }
}
