package dev.ragwright.eval;

import dev.ragwright.call.StageDescription;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Evaluates runs as trec_eval does: the mean is over the queries that have both judgments and a
 * ranking, those without relevant documents among them.
 */
public final class RunEvaluation {
  /**
   * From how many documents on a run of which not one is in the judgments must be one of another
   * collection. A shorter one may just have missed.
   */
  private static final int ENOUGH_TO_TELL = 100;

  private RunEvaluation() {}

  /**
   * Evaluates all queries of the judgments and the run. A query that only one of them has is not
   * applicable, and so in no mean.
   *
   * @throws IllegalArgumentException if the judgments are empty, if two metrics have the same name,
   *     or if the run is not one of these judgments: they have no query in common, or the run has a
   *     hundred documents and the judgments know none of them
   */
  public static Evaluation of(Qrels qrels, Run run, RankingMetric... metrics) {
    return of(qrels, run, List.of(metrics), false);
  }

  /** As {@link #of(Qrels, Run, Collection, boolean, boolean)}, with every document counted. */
  public static Evaluation of(
      Qrels qrels, Run run, Collection<? extends RankingMetric> metrics, boolean complete) {
    return of(qrels, run, metrics, complete, false);
  }

  /**
   * As {@link #of(Qrels, Run, RankingMetric...)}, with the metrics in a collection.
   *
   * @param complete whether a judged query that the run does not have counts as one for which
   *     nothing was found, which is 0, as with {@code trec_eval -c}
   * @param ignoreIdenticalIds whether a document that has its query's id is taken out of the
   *     rankings, for sets whose queries are documents of the collection too (ArguAna, Quora). The
   *     judgments stay as they are. BEIR does so unless told not to, trec_eval and pytrec_eval
   *     never do. The evaluation's {@link Evaluation#set} says it, its {@link Evaluation#run} is
   *     what is left
   */
  public static Evaluation of(
      Qrels qrels,
      Run run,
      Collection<? extends RankingMetric> metrics,
      boolean complete,
      boolean ignoreIdenticalIds) {
    Scoring.check(qrels, "the set", metrics);
    checkCollection(qrels, run);
    Run counted = ignoreIdenticalIds ? run.withoutIdenticalIds() : run;
    Set<String> cases = new LinkedHashSet<>(qrels.judgments().keySet());
    cases.addAll(run.rankings().keySet());
    List<MetricScores> scores =
        Scoring.of(
            qrels,
            cases,
            metrics,
            id ->
                complete
                    ? counted.rankings().getOrDefault(id, Ranking.empty())
                    : counted.rankings().get(id),
            id -> new Score.NotApplicable(id, "not in the run"));
    String set = Scoring.named(qrels.judgments().size() + " judged queries", ignoreIdenticalIds);
    return new Evaluation(StageDescription.of("run", run.tag()), set, scores, counted, Map.of());
  }

  private static void checkCollection(Qrels qrels, Run run) {
    Set<String> queries = run.rankings().keySet();
    if (queries.stream().noneMatch(qrels.judgments()::containsKey)) {
      throw new IllegalArgumentException(
          "the run and the judgments have no query in common: %s in the run, %s in the judgments"
              .formatted(example(queries), example(qrels.judgments().keySet())));
    }
    int documents = run.rankings().values().stream().mapToInt(Ranking::size).sum();
    if (documents >= ENOUGH_TO_TELL && noneIsKnown(qrels, run)) {
      Ranking found =
          run.rankings().values().stream().filter(r -> r.size() > 0).findFirst().orElseThrow();
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "none of the run's %d documents is in the judgments: \"%s\" in the run, %s in the judgments",
              documents,
              found.document(1),
              example(qrels.judgments().values().iterator().next().grades().keySet())));
    }
  }

  private static boolean noneIsKnown(Qrels qrels, Run run) {
    if (run.rankings().entrySet().stream()
        .anyMatch(e -> hasAny(e.getValue(), qrels.judgments(e.getKey()).grades().keySet()))) {
      return false;
    }
    Set<String> known = new HashSet<>();
    qrels.judgments().values().forEach(judgments -> known.addAll(judgments.grades().keySet()));
    return run.rankings().values().stream().noneMatch(ranking -> hasAny(ranking, known));
  }

  private static boolean hasAny(Ranking ranking, Set<String> documents) {
    return ranking.documents().stream().anyMatch(documents::contains);
  }

  private static String example(Set<String> ids) {
    return ids.stream().findFirst().map(id -> "\"" + id + "\"").orElse("none");
  }
}
