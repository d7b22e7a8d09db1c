package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.text.Decimals;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a race went: first all ways to retrieve, without a single answer, then the generators on the
 * best of them, round by round.
 *
 * @param rules by which it was run
 * @param retrieval each way to retrieve, best first
 * @param rounds in their order
 * @param result of those that were left, on all questions, by all metrics; its stage calls are
 *     those of the whole race
 */
public record Race(
    Rules rules, List<Retrieval> retrieval, List<Round> rounds, ExperimentResult result) {
  /** Copies the lists. */
  public Race {
    retrieval = List.copyOf(retrieval);
    rounds = List.copyOf(rounds);
  }

  /** What a way to retrieve costs besides what it finds. */
  public enum CostMeasure {
    /** The length of the context, which the generator has to read. */
    CONTEXT_TOKENS,
    /** The time of all stages up to the context, as it was measured; it differs between runs. */
    TIME
  }

  /**
   * The rules.
   *
   * @param rankBy the metric by which retrieval is ranked; it needs no answer
   * @param raceBy the metric by which arms are raced
   * @param costs what counts against a way to retrieve, beside its quality
   * @param keep how many ways to retrieve go on at most
   * @param finalists how many arms are asked all questions at most
   * @param leastQuestions how many questions the first round has at least
   * @param errorRate the chance, over all rounds, that an arm is dropped by the evidence though it
   *     is as good as the leader; for each such arm, by Holm in a round and the union bound over
   *     rounds
   */
  public record Rules(
      String rankBy,
      String raceBy,
      List<CostMeasure> costs,
      int keep,
      int finalists,
      int leastQuestions,
      double errorRate) {
    /** Refuses what cannot be raced by. */
    public Rules {
      costs = List.copyOf(costs);
      if (keep < 1 || finalists < 1 || leastQuestions < 1) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "keep, finalists and leastQuestions must be >= 1, were %d, %d and %d",
                keep,
                finalists,
                leastQuestions));
      }
      if (!(errorRate > 0 && errorRate < 1)) {
        throw new IllegalArgumentException(
            "the error rate must be above 0 and below 1, was " + errorRate);
      }
    }

    /**
     * Ranks and races by these metrics; keeps 4 ways to retrieve by quality against the length of
     * the context, and 6 arms to the end; the first round has at least 10 questions; 5 % error.
     */
    public static Rules by(String rankBy, String raceBy) {
      return new Rules(rankBy, raceBy, List.of(CostMeasure.CONTEXT_TOKENS), 4, 6, 10, 0.05);
    }

    /** These rules with so many ways to retrieve that go on. */
    public Rules keeping(int most) {
      return new Rules(rankBy, raceBy, costs, most, finalists, leastQuestions, errorRate);
    }

    /** These rules with so many arms in the end. */
    public Rules withFinalists(int most) {
      return new Rules(rankBy, raceBy, costs, keep, most, leastQuestions, errorRate);
    }

    /** These rules with other costs; with none, quality alone counts. */
    public Rules withCosts(CostMeasure... others) {
      return new Rules(rankBy, raceBy, List.of(others), keep, finalists, leastQuestions, errorRate);
    }
  }

  /**
   * A way to retrieve.
   *
   * @param levels of the factors up to topK
   * @param quality its mean by {@link Rules#rankBy}, with its interval; null without a score
   * @param contextTokens the mean length of the context
   * @param meanMillis the mean time of the stages up to the context
   * @param verdict what became of it
   * @param by the way that dominates it, if one does: at least as good and as cheap, and better or
   *     cheaper
   */
  public record Retrieval(
      Map<String, String> levels,
      @Nullable Estimate quality,
      double contextTokens,
      double meanMillis,
      Verdict verdict,
      @Nullable Map<String, String> by) {

    /** What became of a way to retrieve. */
    public enum Verdict {
      /** It went on. */
      KEPT,
      /** Another is at least as good and as cheap. */
      DOMINATED,
      /** It is on the front, but there were better ones enough. */
      BEYOND
    }
  }

  /**
   * A round.
   *
   * @param questions how many each arm had been asked by its end
   * @param leader the arm with the best mean
   * @param left the arms that went on, best first
   * @param dropped the others
   * @param risk an estimate of the chance that the best arm was among those dropped by the
   *     schedule: the share of resamples of the questions in which one of them has the best mean
   */
  public record Round(
      int questions, String leader, List<String> left, List<Drop> dropped, double risk) {}

  /**
   * An arm that was dropped.
   *
   * @param difference its mean less the leader's, with its interval
   * @param adjusted the p-value of no difference, by Holm over the round
   * @param byEvidence whether it is worse by the round's share of the error rate; else it was
   *     dropped by the schedule, as one of the worse half
   */
  public record Drop(String arm, Estimate difference, double adjusted, boolean byEvidence) {}

  /** How many answers were generated, those from a memo not counted. */
  public long generations() {
    return result.stageCalls().getOrDefault(Steps.GENERATE, 0L);
  }

  /** The best arm, and those that cannot be told from it. */
  public Winners winners() {
    return result.winners(rules.raceBy());
  }

  /** For people: what was kept, a line for each round, the winners. */
  @Override
  public String toString() {
    long kept = retrieval.stream().filter(one -> one.verdict() == Retrieval.Verdict.KEPT).count();
    return String.format(
            Locale.ROOT,
            "%d of %d ways to retrieve kept by %s, no answer generated%n",
            kept,
            retrieval.size(),
            rules.rankBy())
        + rounds.stream()
            .map(
                round ->
                    String.format(
                        Locale.ROOT,
                        "  %d questions: %d arms left, %d dropped by evidence, %d by the schedule (risk %s); leader %s%n",
                        round.questions(),
                        round.left().size(),
                        round.dropped().stream().filter(Drop::byEvidence).count(),
                        round.dropped().stream().filter(drop -> !drop.byEvidence()).count(),
                        Decimals.fixed(round.risk(), 3),
                        round.leader()))
            .collect(Collectors.joining())
        + String.format(Locale.ROOT, "%d generations%n%s", generations(), winners());
  }
}
