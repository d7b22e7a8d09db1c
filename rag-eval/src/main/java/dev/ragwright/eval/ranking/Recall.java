package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.OptionalInt;

/**
 * The share of the relevant documents that is among the first {@code cut}; 0 for a query without
 * relevant documents. trec_eval: {@code recall_100} ({@code m_recall.c}).
 *
 * @param cut how many ranks count; at least 1
 * @param level the grade from which a document is relevant; at least 0
 */
public record Recall(int cut, int level) implements RankingMetric {
  /** Refuses a cut below 1 and a negative level. */
  public Recall {
    Names.checkCut(cut);
    Names.checkLevel(level);
  }

  /** The first {@code cut} ranks, with a document relevant from the grade 1. */
  public static Recall at(int cut) {
    return new Recall(cut, 1);
  }

  /** This metric with a document relevant from another grade. */
  public Recall withLevel(int other) {
    return new Recall(cut, other);
  }

  @Override
  public String name() {
    return Names.of("recall", cut, level);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    int relevant = ranking.relevant(level);
    return relevant == 0 ? 0 : (double) ranking.relevantWithin(cut, level) / relevant;
  }
}
