package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.OptionalInt;

/**
 * The share of documents without a judgment among the first {@code cut}: their number divided by
 * {@code cut}. It measures the judgments, not the ranking: where it is high, the other metrics say
 * little, since they take what nobody looked at as not relevant. trec_eval 10: {@code unj_10}
 * ({@code m_unj.c}).
 *
 * @param cut how many ranks count; at least 1
 */
public record Unjudged(int cut) implements RankingMetric {
  /** Refuses a cut below 1. */
  public Unjudged {
    Names.checkCut(cut);
  }

  /** The first {@code cut} ranks. */
  public static Unjudged at(int cut) {
    return new Unjudged(cut);
  }

  @Override
  public String name() {
    return Names.of("unjudged", cut, 1);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    int unjudged = 0;
    for (int rank = 1; rank <= Math.min(cut, ranking.size()); rank++) {
      if (ranking.grade(rank) == JudgedRanking.UNJUDGED) {
        unjudged++;
      }
    }
    return (double) unjudged / cut;
  }
}
