package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.text.Decimals;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What each level of a factor is worth, over all combinations of the others.
 *
 * @param factor its name
 * @param metric by which it is measured
 * @param levels in the factor's order; the first is what the others are compared with
 * @param questions how many questions have a score in all arms that count
 * @param blocks how many combinations of the other factors' levels the means are over; a
 *     combination that is excluded with one level is left out with all
 */
public record Effect(String factor, String metric, List<Level> levels, int questions, int blocks) {
  /** Copies the levels. */
  public Effect {
    levels = List.copyOf(levels);
  }

  /**
   * One level.
   *
   * @param mean over the questions and the combinations
   * @param difference the mean less the first level's, with its interval by the paired bootstrap
   *     over questions; 0 for the first
   * @param pValue of no difference, two-sided, by the sign-flip test; 1 for the first
   * @param adjusted the same by Holm, over the factor's levels
   */
  public record Level(
      String name, double mean, Estimate difference, double pValue, double adjusted) {}

  /** For people: a line for each level. */
  @Override
  public String toString() {
    String first = levels.isEmpty() ? "" : levels.getFirst().name();
    return "%s on %s, %s, %s%n"
            .formatted(
                factor,
                metric,
                Decimals.counted(questions, "question"),
                Decimals.counted(blocks, "combination"))
        + levels.stream()
            .map(
                level ->
                    "  %s %s%s"
                        .formatted(
                            level.name(),
                            Decimals.fixed(level.mean(), 4),
                            level.name().equals(first)
                                ? ""
                                : "  %s against %s, p %s"
                                    .formatted(
                                        level.difference(),
                                        first,
                                        Decimals.pValue(level.adjusted()))))
            .collect(Collectors.joining("\n"));
  }
}
