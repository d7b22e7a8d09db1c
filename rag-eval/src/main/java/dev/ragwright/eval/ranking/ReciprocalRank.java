package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.OptionalInt;

/**
 * 1 divided by the rank of the first relevant document, 0 without one; its mean is MRR. trec_eval:
 * {@code recip_rank} ({@code m_recip_rank.c}); with a cut, {@code -M 10 -m recip_rank}.
 *
 * @param cut how many ranks count, at least 1; {@link Integer#MAX_VALUE} for all
 * @param level the grade from which a document is relevant; at least 0
 */
public record ReciprocalRank(int cut, int level) implements RankingMetric {
  /** Refuses a cut below 1 and a negative level. */
  public ReciprocalRank {
    Names.checkCut(cut);
    Names.checkLevel(level);
  }

  /** All ranks, with a document relevant from the grade 1. */
  public static ReciprocalRank uncut() {
    return at(Names.NO_CUT);
  }

  /** The first {@code cut} ranks, with a document relevant from the grade 1. */
  public static ReciprocalRank at(int cut) {
    return new ReciprocalRank(cut, 1);
  }

  /** This metric with a document relevant from another grade. */
  public ReciprocalRank withLevel(int other) {
    return new ReciprocalRank(cut, other);
  }

  @Override
  public String name() {
    return Names.of("mrr", cut, level);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    for (int rank = 1; rank <= Math.min(cut, ranking.size()); rank++) {
      if (ranking.grade(rank) >= level) {
        return 1.0 / rank;
      }
    }
    return 0;
  }
}
