package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.text.Decimals;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How far what one factor is worth depends on another: if not at all, every entry is 0.
 *
 * @param metric by which it is measured
 * @param entries for each pair of levels but those with a factor's first
 * @param questions how many questions have a score in all arms that count
 */
public record Interaction(
    String factor, String other, String metric, List<Entry> entries, int questions) {
  /** Copies the entries. */
  public Interaction {
    entries = List.copyOf(entries);
  }

  /**
   * One pair of levels.
   *
   * @param excess what changing the first factor from its first level to this one gains with this
   *     level of the other, less what it gains with the other's first level; with its interval by
   *     the paired bootstrap over questions
   * @param pValue of no excess, two-sided, by the sign-flip test
   * @param adjusted the same by Holm, over the entries
   */
  public record Entry(
      String level, String otherLevel, Estimate excess, double pValue, double adjusted) {}

  /** For people: a line for each pair. */
  @Override
  public String toString() {
    return "%s x %s on %s, %s%n"
            .formatted(factor, other, metric, Decimals.counted(questions, "question"))
        + entries.stream()
            .map(
                entry ->
                    "  %s with %s %s, p %s"
                        .formatted(
                            entry.level(),
                            entry.otherLevel(),
                            entry.excess(),
                            Decimals.pValue(entry.adjusted())))
            .collect(Collectors.joining("\n"));
  }
}
