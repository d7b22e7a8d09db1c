package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.OptionalInt;

/**
 * The sum of the precisions at the ranks of the relevant documents, divided by the number of all
 * relevant documents, found or not; 0 for a query without any; its mean is MAP. With a cut the sum
 * ends there, the divisor stays. trec_eval: {@code map} ({@code m_map.c}), {@code map_cut_100}
 * ({@code m_map_cut.c}).
 *
 * @param cut how many ranks count, at least 1; {@link Integer#MAX_VALUE} for all
 * @param level the grade from which a document is relevant; at least 0
 */
public record AveragePrecision(int cut, int level) implements RankingMetric {
  /** Refuses a cut below 1 and a negative level. */
  public AveragePrecision {
    Names.checkCut(cut);
    Names.checkLevel(level);
  }

  /** All ranks, with a document relevant from the grade 1. */
  public static AveragePrecision uncut() {
    return at(Names.NO_CUT);
  }

  /** The first {@code cut} ranks, with a document relevant from the grade 1. */
  public static AveragePrecision at(int cut) {
    return new AveragePrecision(cut, 1);
  }

  /** This metric with a document relevant from another grade. */
  public AveragePrecision withLevel(int other) {
    return new AveragePrecision(cut, other);
  }

  @Override
  public String name() {
    return Names.of("map", cut, level);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    int relevant = ranking.relevant(level);
    if (relevant == 0) {
      return 0;
    }
    int found = 0;
    double sum = 0;
    for (int rank = 1; rank <= Math.min(cut, ranking.size()); rank++) {
      if (ranking.grade(rank) >= level) {
        found++;
        sum += (double) found / rank;
      }
    }
    return sum / relevant;
  }
}
