package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.OptionalInt;

/**
 * 1 if there is a relevant document among the first {@code cut}, else 0; also called hit rate.
 * trec_eval: {@code success_5} ({@code m_success.c}).
 *
 * @param cut how many ranks count; at least 1
 * @param level the grade from which a document is relevant; at least 0
 */
public record Success(int cut, int level) implements RankingMetric {
  /** Refuses a cut below 1 and a negative level. */
  public Success {
    Names.checkCut(cut);
    Names.checkLevel(level);
  }

  /** The first {@code cut} ranks, with a document relevant from the grade 1. */
  public static Success at(int cut) {
    return new Success(cut, 1);
  }

  /** This metric with a document relevant from another grade. */
  public Success withLevel(int other) {
    return new Success(cut, other);
  }

  @Override
  public String name() {
    return Names.of("success", cut, level);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    return ranking.relevantWithin(cut, level) > 0 ? 1 : 0;
  }
}
