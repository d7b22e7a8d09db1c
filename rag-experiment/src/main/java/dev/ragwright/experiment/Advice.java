package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Decimals;
import dev.ragwright.eval.stats.Estimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What to change next in one arm, with the evidence for it, or that there is not enough.
 *
 * <p>Gains are shares of questions whose answer turns right. What each rests on is its {@link
 * Basis}. Changes are compared by the sign-flip test over the questions that they turn right or
 * wrong; those that can be told from no change, with Holm's correction over all of them, have
 * evidence. Of these, what was shown to turn answers right comes before what was only counted, and
 * then the one with the highest low end of its gain. So at least six questions have to turn right
 * for a change that turns none wrong.
 *
 * @param arm what it is about
 * @param scored how many questions the metric says something of
 * @param wrong how many of them have a wrong answer, or none
 * @param options all changes that some question speaks for; those with evidence first, then those
 *     with another basis than a ceiling, then by the low end of their gain, ties in the order of
 *     the levers
 * @param rivals the changes of other levers with evidence that cannot be told from the first
 * @param level how sure it is
 */
public record Advice(
    String arm, int scored, int wrong, List<Option> options, List<Option> rivals, double level) {
  /** Copies the lists. */
  public Advice {
    options = List.copyOf(options);
    rivals = List.copyOf(rivals);
  }

  /** What a gain rests on, the surest last. */
  public enum Basis {
    /** All questions of the kind are counted; how many of them the change mends is not known. */
    CEILING,
    /**
     * The answer is right with gold evidence in the place of what the stage gives. A real stage
     * errs more; evidence beside the gold, which it may bring, too, can do more.
     */
    GOLD,
    /**
     * The stage's setting was changed for the questions that the stage lost. What the change would
     * do to the questions that are right now was not tried.
     */
    REPAIRED,
    /** Another arm, which differs in this alone, answered all questions. */
    MEASURED
  }

  /**
   * A change.
   *
   * @param change in words, such as {@code generator smol instead of extractive}
   * @param fixed the ids of the questions whose answer turns right, in the result's order
   * @param broken the ids of those whose answer turns wrong, likewise; empty where that was not
   *     tried
   * @param gain the share of the questions scored that is won: with Wilson's interval, or, where it
   *     was measured, by the paired bootstrap
   * @param adjusted the p-value of no gain, by Holm over the changes
   * @param evidence what was seen, in words
   * @param supported whether that is enough
   */
  public record Option(
      Lever lever,
      String change,
      Basis basis,
      List<String> fixed,
      List<String> broken,
      Estimate gain,
      double adjusted,
      String evidence,
      Price price,
      boolean supported) {
    /** Copies the lists. */
    public Option {
      fixed = List.copyOf(fixed);
      broken = List.copyOf(broken);
    }

    /** For people: the change, then a line each for gain, evidence and price. */
    @Override
    public String toString() {
      return "%s: %s%n    gain      %s%s %% [%s, %s] of the questions, p %s (Holm), %s%n    evidence  %s%n    price     %s"
          .formatted(
              lever.name().toLowerCase(Locale.ROOT).replace('_', ' '),
              change,
              basis == Basis.CEILING ? "at most " : "",
              percent(gain.value()),
              percent(gain.interval().low()),
              percent(gain.interval().high()),
              Decimals.pValue(adjusted),
              switch (basis) {
                case CEILING -> "all questions of the kind";
                case GOLD -> "shown by gold evidence in its place";
                case REPAIRED -> "tried on the questions that it lost";
                case MEASURED -> "measured on all questions";
              },
              evidence,
              price);
    }

    /** What to know of a change that was counted and never tried. */
    private String caution() {
      return basis == Basis.CEILING ? " (not tried: how many it mends is not known)" : "";
    }

    private static String percent(double share) {
      return Decimals.fixed(100 * share, 1);
    }
  }

  /** The lever to move next; empty if there is not enough evidence for any. */
  public Optional<Option> next() {
    return options.stream().filter(Option::supported).findFirst();
  }

  /** For people: what is next, or that nothing can be told, then all changes. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add(String.format(Locale.ROOT, "%s: %d of %d answers are wrong", arm, wrong, scored));
    Option first = next().orElse(null);
    lines.add(first == null ? notEnough() : "next: " + first.change() + first.caution());
    if (!rivals.isEmpty()) {
      lines.add(
          "cannot be told from it: "
              + String.join("; ", rivals.stream().map(Option::change).toList()));
    }
    options.forEach(option -> lines.add((option.supported() ? "  " : "  (weak) ") + option));
    return String.join("\n", lines);
  }

  private String notEnough() {
    return "not enough evidence: "
        + mostWon()
            .map(
                most ->
                    String.format(
                        Locale.ROOT,
                        "the most that a change wins is %d of %d questions, which may be chance (p %s); ask more questions",
                        won(most),
                        scored,
                        Decimals.pValue(most.adjusted())))
            .orElse("no change was seen to turn an answer right; ask more questions");
  }

  /** Of what was seen to turn answers right: a ceiling was only counted. */
  private Optional<Option> mostWon() {
    return options.stream()
        .filter(option -> option.basis() != Basis.CEILING)
        .max(Comparator.comparingInt(Advice::won));
  }

  private static int won(Option option) {
    return option.fixed().size() - option.broken().size();
  }
}
