package dev.ragwright.examples;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.List;
import java.util.Map;

/**
 * Measures retrieval by a metric of your own beside the usual ones.
 *
 * <p>{@code mvn -q -Pexample -Dexample=OwnMetric}
 */
public final class OwnMetric {
  private OwnMetric() {}

  /** 1 if the first document is relevant and no document that is known to mislead is shown. */
  private static final class SafeFirst implements RankingMetric {
    @Override
    public String name() {
      return "safe-first";
    }

    @Override
    public double value(JudgedRanking ranking) {
      boolean first = ranking.size() > 0 && ranking.grade(1) > 0;
      boolean misleads = false;
      for (int rank = 1; rank <= ranking.size(); rank++) {
        misleads |= ranking.grade(rank) == 0; // judged, and not relevant
      }
      return first && !misleads ? 1 : 0;
    }
  }

  /** Takes no arguments. */
  public static void main(String... args) {
    EvalSet set =
        EvalSet.of(
            "keys",
            List.of(
                new Question("q1", "When do I rotate the signing key?", List.of()),
                new Question("q2", "Where is the spare key?", List.of())),
            Qrels.ofGrades(Map.of("q1", Map.of("new", 2, "old", 0), "q2", Map.of("spare", 1))));
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(
              Passage.of("new", "Rotate the signing key every year."),
              Passage.of("old", "Until 2020: rotate the signing key every second year."),
              Passage.of("spare", "The spare key is in the safe.")));
      Evaluation evaluation =
          RetrievalEvaluation.of(set, index.bm25().named("words"), new SafeFirst(), Ndcg.at(10));
      System.out.println(evaluation);
      for (Score score : evaluation.scores("safe-first").scores()) {
        System.out.println(score);
      }
    }
  }
}
