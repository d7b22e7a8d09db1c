package dev.ragwright.observe;

import dev.ragwright.eval.stats.ConfidenceSequence;
import dev.ragwright.text.Decimals;
import java.util.Locale;

/**
 * What is known of a candidate in the shadow of a served pipeline. Its three sequences hold
 * whenever one looks, each by itself at its level. Immutable.
 *
 * @param counts of the questions
 * @param score candidate minus served, by the judged or evaluated score of each question
 * @param slower 1 for each question that the candidate took longer for, -1 for each that it was
 *     faster with: above 0 it is slower more often than not. Questions that one of both answered
 *     from a cache are left out
 * @param dearer as {@code slower}, of what both cost by the price table; empty without one, and of
 *     questions whose costs are known
 * @param means of the compared questions
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public record ShadowReport(
    Counts counts,
    ConfidenceSequence score,
    ConfidenceSequence slower,
    ConfidenceSequence dearer,
    Means means) {

  /**
   * How many questions there were, and what became of them. Every sampled one is counted in one of
   * the others but {@code scored}, waits, or runs.
   *
   * @param answered by the served pipeline
   * @param sampled of these
   * @param overBudget not run: the minute's or the day's calls were used up
   * @param dropped not run: too many waited already, or it was closed
   * @param cut stopped, or not begun, because it was closed
   * @param refused by a {@code SpendingLimit} around a stage of the candidate
   * @param failed runs of the candidate, its deadline included; compared as well
   * @param compared given to the listeners
   * @param scored that count in the verdict
   */
  public record Counts(
      long answered,
      long sampled,
      long overBudget,
      long dropped,
      long cut,
      long refused,
      long failed,
      long compared,
      long scored) {}

  /**
   * Means over the questions that both answered or abstained from; NaN before the first.
   *
   * @param overlap of the first 5 documents read
   * @param rankBiased overlap of the documents read, with p = .9
   * @param tokenF1 between both texts
   * @param sharedCitations as {@link ShadowComparison#sharedCitations} counts
   * @param servedAbstained the share that the served pipeline abstained from
   * @param candidateAbstained the share that the candidate abstained from
   */
  public record Means(
      double overlap,
      double rankBiased,
      double tokenF1,
      double sharedCitations,
      double servedAbstained,
      double candidateAbstained) {}

  /** Whether the candidate is better. */
  public enum Verdict {
    /** Its scores are higher on average. */
    BETTER,
    /** Its scores are lower on average. */
    WORSE,
    /** More scores are needed, or there is no difference that they would show. */
    NOT_YET_TOLD_APART
  }

  /** What the scores say now; it may change with the traffic. */
  public Verdict verdict() {
    return score.isAbove()
        ? Verdict.BETTER
        : score.isBelow() ? Verdict.WORSE : Verdict.NOT_YET_TOLD_APART;
  }

  /** For people, on several lines. */
  @Override
  public String toString() {
    String verdict = verdict().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    StringBuilder lines = new StringBuilder();
    lines.append("candidate ").append(verdict).append(": ").append(score);
    lines.append("\n  slower ").append(slower);
    if (dearer.count() > 0) {
      lines.append("\n  dearer ").append(dearer);
    }
    if (!Double.isNaN(means.overlap)) {
      lines.append("\n  overlap@5 ").append(Decimals.fixed(means.overlap, 3));
      lines.append(", rbo@.9 ").append(Decimals.fixed(means.rankBiased, 3));
      lines.append(", f1 ").append(Decimals.fixed(means.tokenF1, 3));
      lines.append(", shared citations ").append(Decimals.fixed(means.sharedCitations, 3));
      lines.append("\n  abstained ").append(Decimals.fixed(means.servedAbstained, 3));
      lines.append(" served, ").append(Decimals.fixed(means.candidateAbstained, 3));
    }
    return lines.append("\n  ").append(counts).toString();
  }
}
