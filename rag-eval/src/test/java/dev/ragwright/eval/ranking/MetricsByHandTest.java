package dev.ragwright.eval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Score;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the golden file does not hold: metrics without a reference, and definitions at a glance. */
class MetricsByHandTest {
  private static final double EXACT = 1e-15;

  private static double value(RankingMetric metric, Map<String, Integer> grades, String... found) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (String document : found) {
      scores.put(document, -1.0 * scores.size());
    }
    return metric.value(JudgedRanking.of(Judgments.of(grades), Ranking.of(scores)));
  }

  /** The list on which toolkits differ: four documents are relevant, two of them are found. */
  @Test
  void countsWhatWasNotFound() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 1, "c", 1, "d", 1);
    String[] found = {"x", "a", "b"};
    assertThat(value(Precision.at(10), grades, found)).isEqualTo(0.2);
    assertThat(value(AveragePrecision.uncut(), grades, found)).isEqualTo((0.5 + 2.0 / 3) / 4);
    assertThat(value(Ndcg.at(10), grades, found)).isCloseTo(0.4415, within(5e-5));
    assertThat(value(ReciprocalRank.uncut(), grades, found)).isEqualTo(0.5);
    assertThat(value(ReciprocalRank.at(1), grades, found)).isZero();
    assertThat(value(Recall.at(2), grades, found)).isEqualTo(0.25);
    assertThat(value(Success.at(1), grades, found)).isZero();
    assertThat(value(Success.at(2), grades, found)).isEqualTo(1);
    assertThat(value(RPrecision.create(), grades, found)).isEqualTo(0.5);
  }

  @Test
  void theLevelDecidesWhatIsRelevantButNotWhatIsGained() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 2);
    assertThat(value(Precision.at(2).withLevel(2), grades, "a", "b")).isEqualTo(0.5);
    assertThat(value(ReciprocalRank.uncut().withLevel(2), grades, "a", "b")).isEqualTo(0.5);
    assertThat(value(Recall.at(2).withLevel(3), grades, "a", "b")).isZero();
    assertThat(value(Recall.at(1).withLevel(0), grades, "x", "a")).isZero();
    double log3 = Math.log(3) / Math.log(2);
    assertThat(value(Ndcg.uncut(), grades, "a", "b"))
        .isCloseTo((1 + 2 / log3) / (2 + 1 / log3), within(EXACT));
  }

  @Test
  void bprefSkipsWhatNobodyJudged() {
    Map<String, Integer> grades = Map.of("r", 1, "s", 1, "n", 0, "m", 0, "pooled", -1);
    assertThat(value(Bpref.create(), grades, "x", "pooled", "r", "n", "y", "s"))
        .isEqualTo((1 + 0.5) / 2);
    assertThat(value(Bpref.create(), grades, "n", "m", "r")).isZero();
    assertThat(value(Bpref.create(), Map.of("n", 0), "n")).isZero();
  }

  @Test
  void ownGainsMayPutTheGradesInAnotherOrder() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 2, "n", 0);
    Ndcg metric = Ndcg.uncut().withGains(Map.of(1, 0.9, 2, 0.4, 0, -1.0));
    double log3 = Math.log(3) / Math.log(2);
    assertThat(value(metric, grades, "b", "a", "n"))
        .isCloseTo((0.4 + 0.9 / log3 - 0.5) / (0.9 + 0.4 / log3), within(EXACT));
    assertThat(value(metric, grades, "a", "b")).isEqualTo(1);
    assertThat(value(Ndcg.at(1).withGains(Map.of(2, 4.0)), grades, "a")).isEqualTo(0.25);
  }

  @Test
  void rankBiasedPrecisionIsItsSum() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 2);
    RankBiasedPrecision metric = RankBiasedPrecision.of(0.8);
    assertThat(value(metric, grades, "a", "x", "b")).isCloseTo(0.2 * (1 + 0.64), within(EXACT));
    assertThat(value(metric.withLevel(2), grades, "a", "x", "b"))
        .isCloseTo(0.2 * 0.64, within(EXACT));
    assertThat(value(metric.withGains(Map.of(1, 0.5, 2, 1.0)), grades, "a", "x", "b"))
        .isCloseTo(0.2 * (0.5 + 0.64), within(EXACT));
    assertThat(value(metric, grades)).isZero();
  }

  @Test
  void unjudgedCountsWhatIsNotInThePoolOrHasANegativeGrade() {
    Map<String, Integer> grades = Map.of("r", 1, "n", 0, "pooled", -1);
    assertThat(value(Unjudged.at(4), grades, "r", "x", "pooled", "n", "y")).isEqualTo(0.5);
    assertThat(value(Unjudged.at(10), grades, "x")).isEqualTo(0.1);
  }

  @Test
  void aQueryWithNegativeGradesOnlyScoresZero() {
    for (RankingMetric metric :
        RankingMetrics.parse("map,mrr,ndcg,ndcg@3,rprec,bpref,p@3,recall@3,success@3,rbp(p=.5)", 1)
            .values()) {
      assertThat(value(metric, Map.of("a", -1), "a", "b")).as(metric.name()).isZero();
    }
  }

  @Test
  void isAnEvaluator() {
    Ranking ranking = Ranking.of(Map.of("a", 1.0));
    CallContext context = CallContext.unbounded();
    assertThat(Ndcg.at(10).evaluate("q", Judgments.of(Map.of("a", 1)), ranking, context))
        .isEqualTo(new Score.Scored("q", 1));
    assertThat(Ndcg.at(10).evaluate("q", Judgments.of(Map.of("a", 0)), ranking, context))
        .isEqualTo(new Score.Scored("q", 0));
    assertThat(Ndcg.at(10).evaluate("q", Judgments.none(), ranking, context))
        .isEqualTo(new Score.NotApplicable("q", "no judgments"));
  }

  @Test
  void logarithmsOfPowersOfTwoAreWhole() {
    for (int power = 0; power < 10; power++) {
      assertThat(Discounts.log2(1 << power)).isEqualTo(power);
    }
    assertThat(Discounts.log2(1001)).isCloseTo(Math.log(1001) / Math.log(2), within(1e-14));
    assertThat(Discounts.log2(1002)).isCloseTo(Math.log(1002) / Math.log(2), within(1e-14));
  }

  @Test
  void refusesWhatMeasuresNothing() {
    assertThatThrownBy(() -> Ndcg.at(0)).hasMessage("the cut must be >= 1, was 0");
    assertThatThrownBy(() -> Recall.at(1).withLevel(-1))
        .hasMessage("the level must be >= 0, was -1");
    assertThatThrownBy(() -> RankBiasedPrecision.of(1))
        .hasMessage("the persistence p must be above 0 and below 1, was 1.0");
    assertThatThrownBy(() -> RankBiasedPrecision.of(.5).withGains(Map.of(1, 2.0)))
        .hasMessage("the gain of grade 1 is 2.0; grades are >= 0 and gains from 0 to 1");
    assertThatThrownBy(() -> Ndcg.at(5).withGains(Map.of(1, Double.NaN)))
        .hasMessage("the gain of grade 1 is NaN; grades are >= 0 and gains finite");
  }
}
