package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.text.Decimals;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The best arm, and those that cannot be told from it.
 *
 * <p>Each other arm is compared with the best on the questions that both have scored, by the
 * sign-flip test, with Holm's correction over all of them. Where the best was chosen on other
 * questions ({@link ExperimentResult#winners(String, double, long)}), the chance that any arm as
 * good as it is left out of the set is at most {@code 1 - level}. Where it was chosen on the same
 * ones, its mean is too good, as that of any winner is, and that bound holds for each such arm, not
 * for all of them at once.
 *
 * @param metric by which it is best
 * @param best its name
 * @param rivals the other arms that have a score, best first
 * @param level the confidence with which an arm must be worse to be left out, such as 0.95
 * @param questions how many the arms were compared on at most
 * @param chosenElsewhere whether the best was chosen on other questions than these
 */
public record Winners(
    String metric,
    String best,
    double bestMean,
    List<Rival> rivals,
    double level,
    int questions,
    boolean chosenElsewhere) {
  /** Copies the rivals. */
  public Winners {
    rivals = List.copyOf(rivals);
  }

  /**
   * An arm beside the best.
   *
   * @param difference its mean less the best's, over the questions that both have scored
   * @param adjusted the p-value of no difference, by Holm over the rivals
   * @param indistinguishable whether it cannot be told from the best, or is better
   */
  public record Rival(
      String name, double mean, Estimate difference, double adjusted, boolean indistinguishable) {}

  /** The best and the arms that cannot be told from it, best first; unmodifiable. */
  public List<String> indistinguishable() {
    List<String> others =
        rivals.stream().filter(Rival::indistinguishable).map(Rival::name).toList();
    return Stream.concat(Stream.of(best), others.stream()).toList();
  }

  /** For people: the set, then a line for each arm. */
  @Override
  public String toString() {
    return "best by %s on %s: %s%n  %s %s%n"
            .formatted(
                metric,
                Decimals.counted(questions, "question"),
                String.join(", ", indistinguishable()),
                best,
                Decimals.fixed(bestMean, 4))
        + rivals.stream()
            .map(
                rival ->
                    "  %s %s  %s, p %s (Holm)%s"
                        .formatted(
                            rival.name(),
                            Decimals.fixed(rival.mean(), 4),
                            rival.difference(),
                            Decimals.pValue(rival.adjusted()),
                            rival.indistinguishable() ? "  cannot be told from the best" : ""))
            .collect(Collectors.joining("\n"));
  }
}
