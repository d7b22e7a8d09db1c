package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;

/**
 * How often a relevant document stands above one that was judged not relevant; documents without a
 * judgment do not count. Over the relevant documents found, the sum of 1 - min(n, R) / min(N, R),
 * divided by R: R and N are the numbers of all relevant and all judged, not relevant documents, n
 * is how many of the latter stand above. 0 for a query without relevant documents.
 *
 * <p>Buckley and Voorhees, "Retrieval Evaluation with Incomplete Information" (SIGIR 2004), in the
 * form of trec_eval: {@code bpref} ({@code m_bpref.c}).
 *
 * @param level the grade from which a document is relevant; at least 0
 */
public record Bpref(int level) implements RankingMetric {
  /** Refuses a negative level. */
  public Bpref {
    Names.checkLevel(level);
  }

  /** With a document relevant from the grade 1. */
  public static Bpref create() {
    return new Bpref(1);
  }

  /** This metric with a document relevant from another grade. */
  public Bpref withLevel(int other) {
    return new Bpref(other);
  }

  @Override
  public String name() {
    return Names.of("bpref", Names.NO_CUT, level);
  }

  @Override
  public double value(JudgedRanking ranking) {
    int relevant = ranking.relevant(level);
    if (relevant == 0) {
      return 0;
    }
    int bound = Math.min(ranking.judged() - relevant, relevant);
    int above = 0;
    double sum = 0;
    for (int rank = 1; rank <= ranking.size(); rank++) {
      int grade = ranking.grade(rank);
      if (grade >= level) {
        sum += above == 0 ? 1 : 1 - (double) Math.min(above, relevant) / bound;
      } else if (grade != JudgedRanking.UNJUDGED) {
        above++;
      }
    }
    return sum / relevant;
  }
}
