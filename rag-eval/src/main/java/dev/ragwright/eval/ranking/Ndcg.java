package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The discounted gain of the ranking divided by that of the ideal one: gain(1) + gain(2) / log2(3)
 * + gain(3) / log2(4) and so on. A document's gain is its grade, not 2^grade - 1; the ideal ranking
 * has all judged documents, found or not, best first. 0 where the ideal gain is 0. With a cut, both
 * rankings end there. There is no level: every grade counts.
 *
 * <p>Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (ACM TOIS 20,
 * 2002), in the form of trec_eval: {@code ndcg} ({@code m_ndcg.c}), {@code ndcg_cut_10} ({@code
 * m_ndcg_cut.c}).
 *
 * <p>Own gains are those of {@code trec_eval -m ndcg.1=3.5,2=9}, and may be combined with a cut.
 * Only positive gains are in the ideal ranking. trec_eval sorts gains that differ by less than 1 as
 * if they were equal, and its ideal may then be too low; here it is not.
 *
 * @param cut how many ranks count, at least 1; {@link Integer#MAX_VALUE} for all
 * @param gains the gain of each grade that has another than itself; finite, unmodifiable
 */
public record Ndcg(int cut, SortedMap<Integer, Double> gains) implements RankingMetric {

  /** Copies the gains; refuses a cut below 1, a negative grade and a gain that is not finite. */
  public Ndcg {
    Names.checkCut(cut);
    gains = Collections.unmodifiableSortedMap(new TreeMap<>(gains));
    gains.forEach(
        (grade, gain) -> {
          if (grade < 0 || !Double.isFinite(gain)) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "the gain of grade %d is %s; grades are >= 0 and gains finite",
                    grade,
                    gain));
          }
        });
  }

  /** All ranks, with the grades as gains. */
  public static Ndcg uncut() {
    return at(Names.NO_CUT);
  }

  /** The first {@code cut} ranks, with the grades as gains. */
  public static Ndcg at(int cut) {
    return new Ndcg(cut, new TreeMap<>());
  }

  /** This metric with other gains for some grades; the rest keep theirs. */
  public Ndcg withGains(Map<Integer, Double> gainByGrade) {
    return new Ndcg(cut, new TreeMap<>(gainByGrade));
  }

  @Override
  public String name() {
    return Names.of("ndcg", cut, 1, Map.of(), gains);
  }

  @Override
  public OptionalInt depth() {
    return Names.depth(cut);
  }

  @Override
  public double value(JudgedRanking ranking) {
    double ideal = gains.isEmpty() ? idealOfGrades(ranking) : idealOfGains(ranking);
    if (ideal == 0) {
      return 0;
    }
    double sum = 0;
    for (int rank = 1; rank <= Math.min(cut, ranking.size()); rank++) {
      int grade = ranking.grade(rank);
      if (grade != JudgedRanking.UNJUDGED) {
        sum += gain(grade) / Discounts.log2(rank + 1);
      }
    }
    return sum / ideal;
  }

  private double gain(int grade) {
    return gains.isEmpty() ? grade : gains.getOrDefault(grade, (double) grade);
  }

  private double idealOfGrades(JudgedRanking ranking) {
    double sum = 0;
    for (int rank = 1; rank <= Math.min(cut, ranking.judged()); rank++) {
      int grade = ranking.idealGrade(rank);
      if (grade == 0) {
        break;
      }
      sum += grade / Discounts.log2(rank + 1);
    }
    return sum;
  }

  private double idealOfGains(JudgedRanking ranking) {
    double[] ascending = new double[ranking.judged()];
    for (int rank = 1; rank <= ascending.length; rank++) {
      ascending[rank - 1] = gain(ranking.idealGrade(rank));
    }
    Arrays.sort(ascending);
    double sum = 0;
    for (int rank = 1; rank <= Math.min(cut, ascending.length); rank++) {
      double best = ascending[ascending.length - rank];
      if (best <= 0) {
        break;
      }
      sum += best / Discounts.log2(rank + 1);
    }
    return sum;
  }
}
