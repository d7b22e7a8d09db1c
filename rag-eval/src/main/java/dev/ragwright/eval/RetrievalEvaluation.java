package dev.ragwright.eval;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Asks a retriever every question of a set, and scores what it finds. A document counts once, at
 * its best passage.
 *
 * {@snippet :
 * EvalSet set = EvalSet.beir(Path.of("data/scifact"));
 * Evaluation evaluation = RetrievalEvaluation.of(set, index.bm25(), Ndcg.at(10), Recall.at(100));
 * }
 */
public final class RetrievalEvaluation {
  /** How many passages are asked for, unless a metric looks deeper or a depth is given. */
  public static final int DEFAULT_DEPTH = 100;

  private RetrievalEvaluation() {}

  /**
   * Evaluates a retriever to a depth of {@value #DEFAULT_DEPTH} passages, or of the deepest
   * metric's cut if that is more, however long it takes.
   *
   * @throws IllegalArgumentException as {@link #of(EvalSet, Retriever, int, Collection,
   *     CallContext)}
   */
  public static Evaluation of(EvalSet set, Retriever retriever, RankingMetric... metrics) {
    int depth = Math.max(DEFAULT_DEPTH, deepest(List.of(metrics)));
    return of(set, retriever, depth, List.of(metrics), CallContext.unbounded());
  }

  /**
   * As {@link #of(EvalSet, Retriever, int, Collection, boolean, CallContext)}, with every document
   * counted.
   */
  public static Evaluation of(
      EvalSet set,
      Retriever retriever,
      int depth,
      Collection<? extends RankingMetric> metrics,
      CallContext context) {
    return of(set, retriever, depth, metrics, false, context);
  }

  /**
   * Evaluates a retriever. A question without judgments is not asked and not applicable. One whose
   * retrieval throws has failed: it has no score, is in no mean and stands in {@link
   * Evaluation#failures()}; the rest goes on.
   *
   * @param depth how many passages to ask for; where documents have several passages, more than the
   *     deepest metric's cut
   * @param ignoreIdenticalIds whether a document that has its question's id does not count, as
   *     {@link RunEvaluation#of(Qrels, Run, Collection, boolean, boolean)} has it; one passage more
   *     is asked for, so that a ranking is as deep as without
   * @throws IllegalArgumentException if the set has no judgments or a judged question no text; if
   *     two metrics have the same name; if a metric looks deeper than {@code depth}
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public static Evaluation of(
      EvalSet set,
      Retriever retriever,
      int depth,
      Collection<? extends RankingMetric> metrics,
      boolean ignoreIdenticalIds,
      CallContext context) {
    Scoring.check(set.qrels(), set.name(), metrics);
    checkDepth(depth, metrics);
    List<Question> judged = judged(set);
    Map<String, Ranking> rankings = new LinkedHashMap<>();
    Map<String, Throwable> failures = new LinkedHashMap<>();
    for (Question question : judged) {
      context.throwIfStopped();
      try {
        int asked = ignoreIdenticalIds ? Math.addExact(depth, 1) : depth;
        RetrievalRequest request = RetrievalRequest.of(question.text(), asked);
        Ranking ranking = Ranking.of(retriever.retrieve(request, context));
        rankings.put(
            question.id(), ignoreIdenticalIds ? ranking.without(question.id(), depth) : ranking);
      } catch (RuntimeException e) {
        context.throwIfStopped();
        failures.put(question.id(), e);
      }
    }
    StageDescription description = retriever.description();
    List<MetricScores> scores =
        Scoring.of(
            set.qrels(),
            set.questions().keySet(),
            metrics,
            rankings::get,
            id -> new Score.Failed(id, Objects.requireNonNull(failures.get(id))));
    return new Evaluation(
        description,
        Scoring.named(set.name(), ignoreIdenticalIds),
        scores,
        Run.of("ragwright-" + description.name(), rankings),
        Collections.unmodifiableMap(failures));
  }

  private static List<Question> judged(EvalSet set) {
    List<Question> judged =
        set.questions().values().stream()
            .filter(question -> !set.qrels().judgments(question.id()).isEmpty())
            .toList();
    for (Question question : judged) {
      if (question.text().isBlank()) {
        throw new IllegalArgumentException(
            "question \"%s\" of %s has no text to search with"
                .formatted(question.id(), set.name()));
      }
    }
    return judged;
  }

  private static int deepest(Collection<? extends RankingMetric> metrics) {
    return metrics.stream().mapToInt(metric -> metric.depth().orElse(0)).max().orElse(0);
  }

  private static void checkDepth(int depth, Collection<? extends RankingMetric> metrics) {
    for (RankingMetric metric : metrics) {
      if (metric.depth().orElse(0) > depth) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s looks at %d ranks, but the depth is %d; ask for a greater depth",
                metric.name(),
                metric.depth().getAsInt(),
                depth));
      }
    }
  }
}
