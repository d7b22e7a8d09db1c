package dev.ragwright.eval.ranking;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.RankingMetric;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a reader gains per document who goes on to the next with probability p: (1 - p) times the
 * sum of gain(rank) p^(rank - 1). A document's gain is 1 from the level on and 0 below it, unless
 * gains are given; what is not judged gains nothing. The value is a lower bound: judgments that are
 * missing could only raise it.
 *
 * <p>Moffat and Zobel, "Rank-biased precision for measurement of retrieval effectiveness" (ACM TOIS
 * 27, 2008). trec_eval 10 is no reference for it: its {@code m_rbp.c} scales the gains by a minimum
 * and a maximum that it never set.
 *
 * @param persistence p, above 0 and below 1; 0.8 is usual for reading, .95 for research
 * @param level the grade from which a document is relevant, at least 0; not used where gains are
 *     given
 * @param gains the gain of each grade, from 0 to 1, or empty for a gain of 1 from the level on; a
 *     grade that is not named gains 0; unmodifiable
 */
public record RankBiasedPrecision(double persistence, int level, SortedMap<Integer, Double> gains)
    implements RankingMetric {

  /** Copies the gains; refuses a persistence or a gain out of range and a negative level. */
  public RankBiasedPrecision {
    if (!(persistence > 0 && persistence < 1)) {
      throw new IllegalArgumentException(
          "the persistence p must be above 0 and below 1, was " + persistence);
    }
    Names.checkLevel(level);
    gains = Collections.unmodifiableSortedMap(new TreeMap<>(gains));
    gains.forEach(
        (grade, gain) -> {
          if (grade < 0 || !(gain >= 0 && gain <= 1)) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "the gain of grade %d is %s; grades are >= 0 and gains from 0 to 1",
                    grade,
                    gain));
          }
        });
  }

  /** With a gain of 1 from the grade 1 on. */
  public static RankBiasedPrecision of(double persistence) {
    return new RankBiasedPrecision(persistence, 1, new TreeMap<>());
  }

  /** This metric with a document relevant from another grade. */
  public RankBiasedPrecision withLevel(int other) {
    return new RankBiasedPrecision(persistence, other, gains);
  }

  /** This metric with a gain for each grade named, and 0 for the others. */
  public RankBiasedPrecision withGains(Map<Integer, Double> gainByGrade) {
    return new RankBiasedPrecision(persistence, level, new TreeMap<>(gainByGrade));
  }

  @Override
  public String name() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("p", String.valueOf(persistence));
    return Names.of("rbp", Names.NO_CUT, level, parameters, gains);
  }

  @Override
  public double value(JudgedRanking ranking) {
    double sum = 0;
    double weight = 1;
    for (int rank = 1; rank <= ranking.size(); rank++) {
      sum += gain(ranking.grade(rank)) * weight;
      weight *= persistence;
    }
    return (1 - persistence) * sum;
  }

  private double gain(int grade) {
    if (gains.isEmpty()) {
      return grade >= level ? 1 : 0;
    }
    return gains.getOrDefault(grade, 0.0);
  }
}
