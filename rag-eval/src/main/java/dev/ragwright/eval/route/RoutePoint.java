package dev.ragwright.eval.route;

import dev.ragwright.eval.stats.Estimate;
import java.util.Optional;

/**
 * What a route is worth on some questions.
 *
 * @param quality the mean, with its interval
 * @param cost the mean of a question, with its interval
 * @param escalated the share of questions for which a dearer generator than the first was asked
 * @param regret how much quality the best generator for each question would have had more
 * @param overMix how much more quality than the random mix of the generators at the same mean cost;
 *     empty of a generator alone and of the oracle
 * @param onFrontier whether no generator and no route is at least as good at no more cost, and
 *     better in one of the two
 */
public record RoutePoint(
    String name,
    Estimate quality,
    Estimate cost,
    double escalated,
    Estimate regret,
    Optional<Estimate> overMix,
    boolean onFrontier) {

  /** Where a route stands beside the random mix. */
  public enum Verdict {
    /** It is better, and the interval excludes 0. */
    ABOVE("above the random-mix line"),
    /** It is worse, and the interval excludes 0: choosing by lot is better. */
    BELOW("below the random-mix line: choosing by lot is better"),
    /** The interval has 0 in it. */
    NOT_TOLD_APART("not told apart from the random-mix line");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** The verdict in words. */
    public String words() {
      return words;
    }
  }

  /** The verdict; empty where nothing was compared with the mix. */
  public Optional<Verdict> verdict() {
    return overMix.map(
        over ->
            over.interval().low() > 0
                ? Verdict.ABOVE
                : over.interval().high() < 0 ? Verdict.BELOW : Verdict.NOT_TOLD_APART);
  }
}
