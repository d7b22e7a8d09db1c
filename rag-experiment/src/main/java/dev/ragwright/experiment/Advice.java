package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.text.Decimals;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
 *     the kinds of change
 * @param rivals the changes of other kinds with evidence that cannot be told from the first
 * @param level the confidence level of tests and intervals
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

  /** A change. */
  public static final class Option {
    private final Values values;

    Option(Values values) {
      this.values = values;
    }

    /** All of it. */
    record Values(
        PipelineChange kind,
        String change,
        Basis basis,
        List<String> fixed,
        List<String> broken,
        Estimate gain,
        double adjusted,
        String evidence,
        ChangeCost cost,
        boolean supported) {
      Values {
        fixed = List.copyOf(fixed);
        broken = List.copyOf(broken);
      }
    }

    /** What is changed. */
    public PipelineChange kind() {
      return values.kind;
    }

    /** The change in words, such as {@code generator smol instead of extractive}. */
    public String change() {
      return values.change;
    }

    /** What the gain rests on. */
    public Basis basis() {
      return values.basis;
    }

    /** The ids of the questions whose answer turns right, in the result's order; unmodifiable. */
    public List<String> fixed() {
      return values.fixed;
    }

    /** The ids of those whose answer turns wrong, likewise; none where that was not tried. */
    public List<String> broken() {
      return values.broken;
    }

    /**
     * The share of the questions scored that is won: with Wilson's interval, or, where it was
     * measured, by the paired bootstrap.
     */
    public Estimate gain() {
      return values.gain;
    }

    /** The p-value of no gain, by Holm over the changes. */
    public double adjusted() {
      return values.adjusted;
    }

    /** What was seen, in words. */
    public String evidence() {
      return values.evidence;
    }

    /** What the change costs. */
    public ChangeCost cost() {
      return values.cost;
    }

    /** Whether the evidence is enough. */
    public boolean supported() {
      return values.supported;
    }

    /** For people: the change, then a line each for gain, evidence and cost. */
    @Override
    public String toString() {
      return "%s: %s%n    gain      %s%s %% [%s, %s] of the questions, p %s (Holm), %s%n    evidence  %s%n    price     %s"
          .formatted(
              Words.of(values.kind),
              values.change,
              values.basis == Basis.CEILING ? "at most " : "",
              percent(values.gain.value()),
              percent(values.gain.interval().low()),
              percent(values.gain.interval().high()),
              Decimals.pValue(values.adjusted),
              switch (values.basis) {
                case CEILING -> "all questions of the kind";
                case GOLD -> "shown by gold evidence in its place";
                case REPAIRED -> "tried on the questions that it lost";
                case MEASURED -> "measured on all questions";
              },
              values.evidence,
              values.cost);
    }

    /** What to know of a change that was counted and never tried. */
    private String caution() {
      return values.basis == Basis.CEILING ? " (not tried: how many it mends is not known)" : "";
    }

    private static String percent(double share) {
      return Decimals.fixed(100 * share, 1);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Option other && values.equals(other.values);
    }

    @Override
    public int hashCode() {
      return values.hashCode();
    }
  }

  /** The change to make next; empty if there is not enough evidence for any. */
  public Optional<Option> next() {
    return options.stream().filter(Option::supported).findFirst();
  }

  /** For people: what is next, or that there is not enough evidence, then all changes. */
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
