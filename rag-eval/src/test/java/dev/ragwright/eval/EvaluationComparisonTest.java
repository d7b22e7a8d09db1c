package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Precision;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationComparisonTest {
  private static final Resampling RESAMPLING = Resampling.standard();

  private static MetricScores scores(Score... scores) {
    return new MetricScores("f1", List.of(scores));
  }

  private static Score scored(String id, double number) {
    return new Score.Scored(id, number);
  }

  /** Each of the questions has one relevant document, which the run has at the rank given. */
  private static Evaluation evaluation(String tag, int[] ranks, RankingMetric... metrics) {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    Map<String, Ranking> rankings = new LinkedHashMap<>();
    for (int i = 0; i < ranks.length; i++) {
      judgments.put("q" + i, Judgments.of(Map.of("right", 1)));
      Map<String, Double> documents = new LinkedHashMap<>();
      for (int rank = 1; rank <= 10; rank++) {
        documents.put(rank == ranks[i] ? "right" : "wrong" + rank, (double) -rank);
      }
      rankings.put("q" + i, Ranking.of(documents));
    }
    return RunEvaluation.of(Qrels.of(judgments), Run.of(tag, rankings), metrics);
  }

  @Test
  void pairsByIdInWhateverOrderTheyCome() {
    MetricComparison comparison =
        scores(scored("q2", 1), scored("q10", 0.5), scored("q1", 0.25))
            .comparedWith(
                scores(scored("q1", 0.5), scored("q2", 0), scored("q10", 0.5)), RESAMPLING);
    assertThat(comparison.differences()).isEqualTo(Map.of("q1", -0.25, "q10", 0.0, "q2", 1.0));
    assertThat(comparison.differences().keySet()).containsExactly("q1", "q10", "q2");
    assertThat(comparison.paired())
        .hasValue(PairedComparison.of(new double[] {-0.25, 0, 1}, new double[3], RESAMPLING));
  }

  @Test
  void listsWhatItLeavesOut() {
    MetricComparison comparison =
        scores(
                scored("both", 0.75),
                scored("failed before", 1),
                new Score.Failed("failed now", new IllegalStateException()),
                scored("new", 1))
            .comparedWith(
                scores(
                    scored("both", 0.5),
                    new Score.Failed("failed before", new IllegalStateException()),
                    scored("failed now", 1),
                    scored("old 1", 1),
                    scored("old 2", 1)),
                RESAMPLING);
    assertThat(comparison.unscored()).containsExactly("failed before", "failed now");
    assertThat(comparison.onlyHere()).containsExactly("new");
    assertThat(comparison.onlyInBaseline()).containsExactly("old 1", "old 2");
    assertThat(comparison)
        .hasToString(
            "+.250 [+.250, +.250], p 1.000, 1 question; left out: 2 without a score in both, 1 only"
                + " here, 2 only in the baseline");
  }

  @Test
  void withoutACommonQuestionThereIsNothingToSay() {
    MetricComparison comparison =
        scores(scored("a", 1)).comparedWith(scores(scored("b", 1)), RESAMPLING);
    assertThat(comparison.paired()).isEmpty();
    assertThat(comparison)
        .hasToString(
            "no question has a score in both; left out: 1 only here, 1 only in the baseline");
  }

  @Test
  void refusesWhatCannotBePaired() {
    MetricScores twice = scores(scored("a", 1), scored("a", 0));
    assertThatThrownBy(() -> twice.comparedWith(scores(), RESAMPLING))
        .hasMessage("case \"a\" stands twice in f1, so it cannot be told which is meant");
    assertThatThrownBy(() -> scores().comparedWith(new MetricScores("em", List.of()), RESAMPLING))
        .hasMessage("two metrics cannot be compared: f1 and em");
  }

  /** With 8 differences of the same sign p is 2 / 2^8, with 6 2 / 2^6; Holm doubles the smaller. */
  @Test
  void comparesEachMetricAndCorrectsForTheirNumber() {
    Evaluation better =
        evaluation("better", new int[] {1, 1, 1, 1, 1, 1, 1, 1}, Precision.at(5), Recall.at(1));
    Evaluation worse =
        evaluation("worse", new int[] {2, 2, 6, 6, 6, 6, 6, 6}, Recall.at(1), Precision.at(5));
    EvaluationComparison comparison = better.comparedWith(worse);
    assertThat(comparison)
        .hasToString(
            """
            better on 8 judged queries compared with worse on 8 judged queries
              p@5       +.150 [+.075, +.200], p .031, 8 questions, Holm-adjusted p .031
              recall@1  +1.000 [+1.000, +1.000], p .008, 8 questions, Holm-adjusted p .016""");
    assertThat(comparison.adjustedPValue("recall@1")).hasValue(2 * 2 / 256.0);
    assertThat(comparison.adjustedPValue("p@5")).hasValue(2 / 64.0);
    assertThat(comparison.metrics())
        .extracting(MetricComparison::metric)
        .containsExactly("p@5", "recall@1");
    assertThat(comparison).hasToString(better.comparedWith(worse).toString());
  }

  @Test
  void namesTheMetricsThatOnlyOneHas() {
    Evaluation one = evaluation("one", new int[] {1, 2}, Ndcg.at(10), Recall.at(1));
    Evaluation other = evaluation("other", new int[] {2, 1}, Precision.at(1), Ndcg.at(10));
    EvaluationComparison comparison = one.comparedWith(other);
    assertThat(comparison.onlyInOne()).containsExactlyInAnyOrder("p@1", "recall@1");
    assertThat(comparison)
        .hasToString(
            """
            one on 2 judged queries compared with other on 2 judged queries
              ndcg@10  +.000 [-.369, +.369], p 1.000, 2 questions
              not compared, only one has it: p@1, recall@1""");
    assertThatThrownBy(() -> comparison.metric("p@1"))
        .hasMessage("\"p@1\" was not compared; ndcg@10 was");
    assertThatThrownBy(
            () ->
                evaluation("r", new int[] {1}, Recall.at(1))
                    .comparedWith(evaluation("p", new int[] {1}, Precision.at(1))))
        .hasMessage("the evaluations have no metric in common: recall@1, and p@1 in the baseline");
  }
}
