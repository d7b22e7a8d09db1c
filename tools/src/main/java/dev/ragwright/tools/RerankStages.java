package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.RunEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reranks the best documents of each query, and keeps every stage's order and price: what the
 * retriever found, what the reranker made of it, and both fused.
 */
final class RerankStages {
  private static final Ndcg METRIC = Ndcg.at(10);

  private final Reranker reranker;
  private final @Nullable RankFusion fusion;
  private final int depth;
  private final Map<String, Ranking> retrieved = new LinkedHashMap<>();
  private final Map<String, Ranking> reranked = new LinkedHashMap<>();
  private final Map<String, Ranking> fused = new LinkedHashMap<>();
  private Usage usage = Usage.none();
  private double seconds;
  private double cpuSeconds;

  /**
   * Stages down to a depth.
   *
   * @param fusion of the retriever's order and the reranker's, or null for the latter alone
   */
  RerankStages(Reranker reranker, int depth, @Nullable RankFusion fusion) {
    this.reranker = reranker;
    this.depth = depth;
    this.fusion = fusion;
  }

  /** The hits in the last stage's order; those that were too deep for the reranker behind them. */
  List<Hit> apply(String id, String query, List<Hit> hits) {
    int passages = passages(hits);
    List<Hit> best = hits.subList(0, passages);
    Stopwatch stopwatch = new Stopwatch();
    Retrieval ranked =
        reranker.rerank(Query.of(query), best, Math.max(1, best.size()), CallContext.unbounded());
    stopwatch.stop();
    seconds += stopwatch.seconds();
    cpuSeconds += stopwatch.cpuSeconds();
    usage = usage.plus(ranked.usage());
    retrieved.put(id, ranking(hits));
    List<Hit> last = withRest(ranked.hits(), hits);
    reranked.put(id, ranking(last));
    if (fusion != null) {
      last = withRest(fusion.fuse(List.of(best, ranked.hits()), best.size()), hits);
      fused.put(id, ranking(last));
    }
    return last;
  }

  /** How many hits are of the best {@code depth} documents, down to the last one's first. */
  private int passages(List<Hit> hits) {
    Set<String> documents = new HashSet<>();
    int passages = 0;
    while (passages < hits.size()) {
      documents.add(hits.get(passages).passage().documentId());
      if (documents.size() > depth) {
        break;
      }
      passages++;
    }
    return passages;
  }

  /**
   * These, then the rest. Scores are finite and the rest's fall, as a run's have to: a reader that
   * has nothing to read in a passage scores it with negative infinity.
   */
  private static List<Hit> withRest(List<Hit> ranked, List<Hit> all) {
    List<Hit> hits = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    double below = 0;
    for (Hit hit : ranked) {
      seen.add(hit.passage().id());
      below = Double.isFinite(hit.score()) ? hit.score() : below - 1;
      hits.add(new Hit(hit.passage(), below, hit.source()));
    }
    for (Hit hit : all) {
      if (seen.add(hit.passage().id())) {
        below--;
        hits.add(new Hit(hit.passage(), below, hit.source()));
      }
    }
    return hits;
  }

  private static Ranking ranking(List<Hit> hits) {
    return Ranking.of(Retrieval.of(hits));
  }

  /** The stages, first to last: quality, what it is beside that of the first, and price. */
  void report(ObjectNode json, Qrels qrels, String retriever) {
    ArrayNode stages = json.putArray("stages");
    Evaluation before = evaluation(qrels, "retrieve", retrieved);
    ObjectNode first = stages.addObject().put("stage", "retrieve").put("what", retriever);
    put(first, before);
    ObjectNode second =
        stages.addObject().put("stage", "rerank").put("what", reranker.description().name());
    compare(second, evaluation(qrels, "rerank", reranked), before);
    second.put("depth", depth);
    usage.known().forEach(second::put);
    second.put("seconds", Stopwatch.rounded(seconds));
    second.put("cpuSeconds", Stopwatch.rounded(cpuSeconds));
    if (fusion != null) {
      ObjectNode third =
          stages.addObject().put("stage", "fuse").put("what", fusion.description().toString());
      compare(third, evaluation(qrels, "fuse", fused), before);
    }
  }

  private static Evaluation evaluation(Qrels qrels, String tag, Map<String, Ranking> rankings) {
    return RunEvaluation.of(qrels, Run.of(tag, rankings), METRIC);
  }

  private static void put(ObjectNode stage, Evaluation evaluation) {
    stage.put(METRIC.name(), rounded(evaluation.mean(METRIC.name()).orElseThrow()));
  }

  private static void compare(ObjectNode stage, Evaluation evaluation, Evaluation before) {
    put(stage, evaluation);
    PairedComparison paired =
        evaluation.comparedWith(before).metric(METRIC.name()).paired().orElseThrow();
    Interval interval = paired.interval();
    stage.put("difference", rounded(paired.difference()));
    stage.putArray("interval").add(rounded(interval.low())).add(rounded(interval.high()));
    stage.put("verdict", verdict(interval));
  }

  /** What an interval of a difference allows to be said. */
  static String verdict(Interval interval) {
    if (interval.low() > 0) {
      return "rises";
    }
    return interval.high() < 0 ? "falls" : "not told apart";
  }

  private static double rounded(double value) {
    return Math.rint(value * 1e4) / 1e4;
  }
}
