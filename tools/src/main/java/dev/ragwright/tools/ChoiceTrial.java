package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.learn.Bench;
import dev.ragwright.eval.learn.Fold;
import dev.ragwright.eval.learn.FusionLearning;
import dev.ragwright.eval.learn.NextQuestions;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a fusion's ranker gains by learning from questions chosen in one way, over as many chosen by
 * chance. In folds: of each fold's others so many are chosen without a look at judgments, the
 * ranker learns from the judgments of the passages that the table would have, and answers the
 * fold's questions. Chance is the mean of several draws.
 */
final class ChoiceTrial {
  private static final int FOLDS = 5;

  /** Of what is chosen by chance. */
  static final int DRAWS = 5;

  /**
   * A way of choosing so many questions.
   *
   * @param passages how many there are to judge in a question's pool, on average
   * @param teaching the share of chosen questions that have a relevant passage in their pool
   * @param ndcg of the questions not seen
   * @param gain over chance
   */
  record Row(
      int questions,
      NextQuestions.By by,
      double passages,
      double teaching,
      double ndcg,
      PairedComparison gain) {}

  private final EvalSet judged;
  private final NextQuestions next;
  private final FusionLearning learning;
  private final Bench<FusionModel> bench;
  private final List<Fold> folds;
  private final long seed;

  /** Only questions with a relevant document take part; the seed deals the folds, and draws. */
  ChoiceTrial(
      EvalSet judged, NextQuestions next, FusionLearning learning, RankFusion plain, long seed) {
    this.judged = judged;
    this.next = next;
    this.learning = learning;
    this.bench = learning.bench(judged, plain);
    this.folds = Fold.dealt(judged, FOLDS, seed);
    this.seed = seed;
  }

  /** The mean of what is there now. */
  double plain(CallContext context) {
    return mean(
        folds.stream()
            .flatMap(fold -> scores(fold.unseen(), bench.baseline(), context).values().stream())
            .toList());
  }

  /** A row for each way; none if a fold's others are fewer. */
  List<Row> rows(int questions, CallContext context) {
    if (folds.stream().anyMatch(fold -> fold.training().questions().size() < questions)) {
      return List.of();
    }
    List<Row> rows = new ArrayList<>();
    Map<String, Double> chance = new LinkedHashMap<>();
    for (NextQuestions.By by : NextQuestions.By.values()) {
      int draws = by == NextQuestions.By.CHANCE ? DRAWS : 1;
      Tally tally = new Tally();
      Map<String, Double> scores = new LinkedHashMap<>();
      for (int draw = 0; draw < draws; draw++) {
        for (Fold fold : folds) {
          FusionModel model =
              learning.ranker().learn(chosen(fold, questions, by, seed + draw, tally));
          scores(fold.unseen(), bench.applied().apply(model), context)
              .forEach((id, score) -> scores.merge(id, score / draws, Double::sum));
        }
      }
      if (by == NextQuestions.By.CHANCE) {
        chance = scores;
      }
      double[] here = scores.values().stream().mapToDouble(Double::doubleValue).toArray();
      double[] drawn = chance.values().stream().mapToDouble(Double::doubleValue).toArray();
      rows.add(
          new Row(
              questions,
              by,
              (double) tally.passages / tally.questions,
              (double) tally.teaching / tally.questions,
              mean(List.copyOf(scores.values())),
              PairedComparison.of(here, drawn)));
    }
    return rows;
  }

  /** Of what was chosen. */
  private static final class Tally {
    private int questions;
    private int passages;
    private int teaching;
  }

  private EvalSet chosen(Fold fold, int count, NextQuestions.By by, long draw, Tally tally) {
    EvalSet without =
        EvalSet.of(judged.name(), fold.training().questions().values(), Qrels.of(Map.of()));
    Map<Question, List<Passage>> pools =
        next.choose(without, count, by, draw, CallContext.unbounded());
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    pools.forEach(
        (question, pool) -> {
          Map<String, Integer> seen = new LinkedHashMap<>();
          for (Passage passage : pool) {
            String document = passage.documentId();
            seen.put(document, judged.qrels().judgments(question.id()).grade(document).orElse(0));
          }
          grades.put(question.id(), seen);
          tally.questions++;
          tally.passages += pool.size();
          tally.teaching += seen.values().stream().anyMatch(grade -> grade > 0) ? 1 : 0;
        });
    return EvalSet.of(judged.name(), pools.keySet(), Qrels.ofGrades(grades));
  }

  private static Map<String, Double> scores(EvalSet set, Retriever retriever, CallContext context) {
    Map<String, Score> found =
        RetrievalEvaluation.of(
                set, retriever, RetrievalEvaluation.DEFAULT_DEPTH, List.of(Ndcg.at(10)), context)
            .scores("ndcg@10")
            .byCase();
    Map<String, Double> scores = new LinkedHashMap<>();
    for (String id : set.questions().keySet()) {
      scores.put(id, Objects.requireNonNull(found.get(id)).value().orElseThrow());
    }
    return scores;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
