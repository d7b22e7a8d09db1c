package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ArmResult;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The arms that no other arm beats: Pareto's set, by the numbers as they are. */
final class Frontier {
  private Frontier() {}

  /**
   * Which of the arms are not beaten, in their order. An arm is beaten by one that is at least as
   * good and takes at most as much, and is better in one of the two. One without a number is
   * neither in the set nor beats any.
   *
   * @param price what an arm takes; NaN where it is not known
   */
  static List<ArmResult> of(
      List<ArmResult> arms, String metric, ToDoubleFunction<ArmResult> price) {
    // Once for each arm: a price is a sum over all of its questions.
    List<Point> points =
        arms.stream()
            .map(
                arm ->
                    new Point(
                        arm,
                        arm.metric(metric).mean().orElse(Double.NaN),
                        price.applyAsDouble(arm)))
            .filter(point -> !Double.isNaN(point.quality()) && !Double.isNaN(point.price()))
            .toList();
    return points.stream()
        .filter(point -> points.stream().noneMatch(other -> other.beats(point)))
        .map(Point::arm)
        .toList();
  }

  private record Point(ArmResult arm, double quality, double price) {
    boolean beats(Point other) {
      return quality >= other.quality
          && price <= other.price
          && (quality > other.quality || price < other.price);
    }
  }
}
