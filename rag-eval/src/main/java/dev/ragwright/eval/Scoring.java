package dev.ragwright.eval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Scores queries by several metrics, looking at each ranking's judgments once. */
final class Scoring {
  private Scoring() {}

  /**
   * The scores of each metric.
   *
   * @param cases the ids of the queries, in any order
   * @param rankings the ranking of a query, or null where there is none
   * @param unranked the score of a query that has judgments, but no ranking
   */
  static List<MetricScores> of(
      Qrels qrels,
      Collection<String> cases,
      Collection<? extends RankingMetric> metrics,
      Function<String, @Nullable Ranking> rankings,
      Function<String, Score> unranked) {
    Set<String> sorted = new TreeSet<>(Utf8Order::compare);
    sorted.addAll(cases);
    List<RankingMetric> measured = List.copyOf(metrics);
    List<List<Score>> scores = new ArrayList<>();
    measured.forEach(metric -> scores.add(new ArrayList<>(sorted.size())));
    for (String id : sorted) {
      Judgments judgments = qrels.judgments(id);
      Ranking ranking = rankings.apply(id);
      if (judgments.isEmpty() || ranking == null) {
        Score score =
            judgments.isEmpty() ? new Score.NotApplicable(id, "no judgments") : unranked.apply(id);
        scores.forEach(of -> of.add(score));
      } else {
        JudgedRanking judged = JudgedRanking.of(judgments, ranking);
        for (int i = 0; i < scores.size(); i++) {
          scores.get(i).add(score(id, measured.get(i), judged));
        }
      }
    }
    List<MetricScores> all = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      all.add(new MetricScores(measured.get(i).name(), scores.get(i)));
    }
    return all;
  }

  /** A metric of the user's may fail; that is the case's outcome, not the evaluation's end. */
  private static Score score(String id, RankingMetric metric, JudgedRanking ranking) {
    try {
      return new Score.Scored(id, metric.value(ranking));
    } catch (RuntimeException e) {
      return new Score.Failed(id, e);
    }
  }

  /** What a set is called, with what its means leave out. */
  static String named(String set, boolean ignoreIdenticalIds) {
    return ignoreIdenticalIds ? set + ", identical ids ignored" : set;
  }

  /**
   * Refuses to evaluate nothing, or by two metrics that a report could not tell apart.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  static void check(Qrels qrels, String of, Collection<? extends RankingMetric> metrics) {
    if (qrels.judgments().isEmpty()) {
      throw new IllegalArgumentException(of + " has no judgments");
    }
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("no metric is given");
    }
    Set<String> names = new HashSet<>();
    for (RankingMetric metric : metrics) {
      if (!names.add(metric.name())) {
        throw new IllegalArgumentException("the metric " + metric.name() + " is given twice");
      }
    }
  }
}
