package dev.ragwright.eval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.eval.RankingMetric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RankingMetricsTest {

  @Test
  void knowsTrecEvalsNames() {
    assertThat(
            RankingMetrics.parse(
                "map, recip_rank,ndcg,Rprec,bpref,P_10,recall_100,success_5,ndcg_cut_10,map_cut_7,unj_9",
                2))
        .containsExactly(
            Map.entry("map", AveragePrecision.uncut().withLevel(2)),
            Map.entry("recip_rank", ReciprocalRank.uncut().withLevel(2)),
            Map.entry("ndcg", Ndcg.uncut()),
            Map.entry("Rprec", RPrecision.create().withLevel(2)),
            Map.entry("bpref", Bpref.create().withLevel(2)),
            Map.entry("P_10", Precision.at(10).withLevel(2)),
            Map.entry("recall_100", Recall.at(100).withLevel(2)),
            Map.entry("success_5", Success.at(5).withLevel(2)),
            Map.entry("ndcg_cut_10", Ndcg.at(10)),
            Map.entry("map_cut_7", AveragePrecision.at(7).withLevel(2)),
            Map.entry("unj_9", Unjudged.at(9)));
  }

  @Test
  void knowsTrecEvalsFamiliesAndParameters() {
    assertThat(RankingMetrics.parse("ndcg_cut.5,10,map", 1).keySet())
        .containsExactly("ndcg_cut_5", "ndcg_cut_10", "map");
    assertThat(RankingMetrics.parse("P", 1).keySet())
        .containsExactly(
            "P_5", "P_10", "P_15", "P_20", "P_30", "P_100", "P_200", "P_500", "P_1000");
    assertThat(RankingMetrics.parse("success,unj", 1).keySet())
        .containsExactly("success_1", "success_5", "success_10", "unj_5", "unj_10", "unj_20");
    assertThat(RankingMetrics.parse("ndcg.1=3.5,2=9,P.3", 1))
        .containsExactly(
            Map.entry("ndcg.1=3.5,2=9", Ndcg.uncut().withGains(Map.of(1, 3.5, 2, 9.0))),
            Map.entry("P_3", Precision.at(3)));
  }

  @Test
  void knowsTheShortForm() {
    assertThat(RankingMetrics.parse("nDCG@10,mrr@10,MAP@100,p@3,rbp(p=0.8),recall@5(level=3)", 1))
        .containsExactly(
            Map.entry("nDCG@10", Ndcg.at(10)),
            Map.entry("mrr@10", ReciprocalRank.at(10)),
            Map.entry("MAP@100", AveragePrecision.at(100)),
            Map.entry("p@3", Precision.at(3)),
            Map.entry("rbp(p=0.8)", RankBiasedPrecision.of(0.8)),
            Map.entry("recall@5(level=3)", Recall.at(5).withLevel(3)));
  }

  static List<RankingMetric> all() {
    return List.of(
        Precision.at(10),
        Recall.at(100).withLevel(2),
        Success.at(1),
        ReciprocalRank.uncut(),
        ReciprocalRank.at(10),
        AveragePrecision.uncut().withLevel(0),
        AveragePrecision.at(100),
        Ndcg.uncut(),
        Ndcg.at(10).withGains(Map.of(1, 3.5, 2, -9.0)),
        RPrecision.create(),
        Bpref.create().withLevel(3),
        RankBiasedPrecision.of(0.95),
        RankBiasedPrecision.of(0.5).withLevel(2).withGains(Map.of(1, 0.25)),
        Unjudged.at(10));
  }

  @ParameterizedTest
  @MethodSource("all")
  void findsAMetricByItsOwnName(RankingMetric metric) {
    assertThat(RankingMetrics.named(metric.name())).isEqualTo(metric);
  }

  @ParameterizedTest
  @CsvSource({
    "ndgc@10, ndcg@10",
    "ncdg_cut_20, ndcg_cut_20",
    "recal_100, recall_100",
    "recip_rnk, recip_rank",
    "mmr@5, mrr@5",
    "precision, recip_rank",
    "rprec@10, Rprec",
  })
  void namesTheNearest(String name, String nearest) {
    assertThatThrownBy(() -> RankingMetrics.parse(name, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "there is no metric \"" + name + "\"; the nearest is \"" + nearest + "\"; there are ");
  }

  @Test
  void refusesWhatIsNotPossible() {
    refuses("ndcg@0", "the metric \"ndcg@0\" is not possible: the cut must be >= 1, was 0");
    refuses("P_0", "the metric \"P_0\" is not possible: the cut must be >= 1, was 0");
    refuses(
        "map(depth=3)", "the metric \"map(depth=3)\" is not possible: it has no parameter depth");
    refuses("recall@5(1=2)", "the metric \"recall@5(1=2)\" is not possible: it has no parameter 1");
    refuses(
        "rbp", "the metric \"rbp\" is not possible: it needs its persistence, as in rbp(p=0.8)");
    refuses(
        "rbp(p=x)",
        "the metric \"rbp(p=x)\" is not possible: the parameter \"p=x\" is not a name=number");
    refuses(
        "map(level=1.5)",
        "the metric \"map(level=1.5)\" is not possible: the level 1.5 is not a whole number");
    refuses(
        "P.5=3", "the metric \"P.5=3\" is not possible: the cuts \"5=3\" are not whole numbers");
    refuses(" , ", "the list of metrics is empty");
    assertThatThrownBy(() -> RankingMetrics.named("P"))
        .hasMessageStartingWith("\"P\" stands for several metrics, [P_5, P_10");
  }

  private static void refuses(String list, String why) {
    assertThatThrownBy(() -> RankingMetrics.parse(list, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(why);
  }
}
