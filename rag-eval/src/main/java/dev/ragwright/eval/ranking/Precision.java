package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.OptionalInt;

/**
 * The share of relevant documents among the first {@code cut}: their number divided by {@code cut},
 * also where fewer were found. trec_eval: {@code P_10} ({@code m_P.c}).
 *
 * @param cut how many ranks count; at least 1
 * @param level the grade from which a document is relevant; at least 0
 */
public record Precision(int cut, int level) implements RankingMetric {
  /** Refuses a cut below 1 and a negative level. */
  public Precision {
    Names.checkCut(cut);
    Names.checkLevel(level);
  }

  /** The first {@code cut} ranks, with a document relevant from the grade 1. */
  public static Precision at(int cut) {
    return new Precision(cut, 1);
  }

  /** This metric with a document relevant from another grade. */
  public Precision withLevel(int other) {
    return new Precision(cut, other);
  }

  @Override
  public String name() {
    return Names.of("p", cut, level);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    return (double) ranking.relevantWithin(cut, level) / cut;
  }
}
