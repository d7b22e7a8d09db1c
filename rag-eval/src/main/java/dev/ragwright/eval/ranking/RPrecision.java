package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;

/**
 * The precision among the first R documents, where R is the number of relevant ones; 0 for a query
 * without any. trec_eval: {@code Rprec} ({@code m_Rprec.c}).
 *
 * @param level the grade from which a document is relevant; at least 0
 */
public record RPrecision(int level) implements RankingMetric {
  /** Refuses a negative level. */
  public RPrecision {
    Names.checkLevel(level);
  }

  /** With a document relevant from the grade 1. */
  public static RPrecision create() {
    return new RPrecision(1);
  }

  /** This metric with a document relevant from another grade. */
  public RPrecision withLevel(int other) {
    return new RPrecision(other);
  }

  @Override
  public String name() {
    return Names.of("rprec", Names.NO_CUT, level);
  }

  @Override
  public double value(JudgedRanking ranking) {
    int relevant = ranking.relevant(level);
    return relevant == 0 ? 0 : (double) ranking.relevantWithin(relevant, level) / relevant;
  }
}
