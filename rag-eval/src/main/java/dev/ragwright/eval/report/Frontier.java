package dev.ragwright.eval.report;

import dev.ragwright.eval.experiment.ArmResult;
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
    return arms.stream()
        .filter(arm -> known(arm, metric, price))
        .filter(
            arm ->
                arms.stream()
                    .filter(other -> known(other, metric, price))
                    .noneMatch(other -> beats(other, arm, metric, price)))
        .toList();
  }

  private static boolean known(ArmResult arm, String metric, ToDoubleFunction<ArmResult> price) {
    return arm.metric(metric).mean().isPresent() && !Double.isNaN(price.applyAsDouble(arm));
  }

  private static boolean beats(
      ArmResult one, ArmResult other, String metric, ToDoubleFunction<ArmResult> price) {
    double gain =
        one.metric(metric).mean().orElseThrow() - other.metric(metric).mean().orElseThrow();
    double less = price.applyAsDouble(other) - price.applyAsDouble(one);
    return gain >= 0 && less >= 0 && (gain > 0 || less > 0);
  }
}
