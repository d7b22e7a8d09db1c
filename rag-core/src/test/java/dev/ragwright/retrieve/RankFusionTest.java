package dev.ragwright.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RankFusionTest {

  private static List<Hit> ranking(String... ids) {
    return Stream.of(ids).map(id -> new Hit(Passage.of(id, "text of " + id), 1, "leg")).toList();
  }

  @Test
  void sumsReciprocalRanks() {
    assertThat(
            RankFusion.reciprocalRank(60)
                .fuse(List.of(ranking("a", "b", "c"), ranking("c", "a", "d")), 10))
        .extracting(hit -> hit.passage().id(), Hit::score, Hit::source)
        .containsExactly(
            tuple("a", 1.0 / 61 + 1.0 / 62, "rrf"),
            tuple("c", 1.0 / 63 + 1.0 / 61, "rrf"),
            tuple("b", 1.0 / 62, "rrf"),
            tuple("d", 1.0 / 63, "rrf"));
  }

  @Test
  void weighsRankings() {
    assertThat(
            RankFusion.reciprocalRank(0, 3, 0.5)
                .fuse(List.of(ranking("a", "b"), ranking("b", "c")), 2))
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactly(tuple("a", 3.0), tuple("b", 1.5 + 0.5));
  }

  @Test
  void countsARepeatedPassageOnce() {
    assertThat(RankFusion.reciprocalRank(1).fuse(List.of(ranking("a", "a", "b")), 10))
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactly(tuple("a", 1.0 / 2), tuple("b", 1.0 / 4));
  }

  @Test
  void breaksTiesById() {
    assertThat(
            RankFusion.reciprocalRank(60)
                .fuse(List.of(ranking("b", "d"), ranking("a", "c"), ranking()), 3))
        .extracting(hit -> hit.passage().id())
        .containsExactly("a", "b", "c");
  }

  @Test
  void fusesNothing() {
    assertThat(RankFusion.reciprocalRank(60).fuse(List.of(), 5)).isEmpty();
    assertThat(RankFusion.reciprocalRank(60).fuse(List.of(List.of()), 5)).isEmpty();
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> RankFusion.reciprocalRank(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("k must be >= 0, was -1");
    assertThatThrownBy(() -> RankFusion.reciprocalRank(60, 1, Double.NaN))
        .hasMessage("weights must be finite and >= 0, were [1.0, NaN]");
    assertThatThrownBy(() -> RankFusion.reciprocalRank(60, -1))
        .hasMessage("weights must be finite and >= 0, were [-1.0]");
    assertThatThrownBy(() -> RankFusion.reciprocalRank(60, 1, 1).fuse(List.of(ranking()), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 weights do not fit 1 rankings");
  }

  @Test
  void describesItself() {
    assertThat(RankFusion.reciprocalRank(60).description()).hasToString("rrf(k=60)");
    assertThat(RankFusion.reciprocalRank(9, 1, 2).description())
        .hasToString("rrf(k=9, weights=[1.0, 2.0])");
    RankFusion first = (rankings, topK) -> rankings.getFirst();
    assertThat(first.description().opaque()).isTrue();
    assertThat(first.named("first").description()).hasToString("first");
    assertThat(first.named("first").fuse(List.of(ranking("b", "a")), 2))
        .isEqualTo(ranking("b", "a"));
  }

  private static List<Hit> scored(Object... idsAndScores) {
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < idsAndScores.length; i += 2) {
      double score = ((Number) idsAndScores[i + 1]).doubleValue();
      hits.add(new Hit(Passage.of((String) idsAndScores[i], "text"), score, "leg"));
    }
    return hits;
  }

  private static final List<List<Hit>> SCORED =
      List.of(scored("a", 12.5, "b", 7.25, "c", 3.0), scored("c", 0.875, "a", 0.5, "d", -0.25));

  /** Values of ranx 0.3.21: norm "min-max", methods "sum" and "wsum". */
  @Test
  void sumsScoresBetweenMinimumAndMaximum() {
    assertThat(RankFusion.minMax().fuse(SCORED, 10))
        .extracting(hit -> hit.passage().id(), Hit::score, Hit::source)
        .containsExactly(
            tuple("a", 1.6666666666666665, "min-max"),
            tuple("c", 1.0, "min-max"),
            tuple("b", 0.4473684210526316, "min-max"),
            tuple("d", 0.0, "min-max"));
    assertThat(RankFusion.minMax(0.25, 0.75).fuse(SCORED, 3))
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactly(tuple("a", 0.75), tuple("c", 0.75), tuple("b", 0.1118421052631579));
  }

  /**
   * Values of ranx 0.3.21: norm "zmuv", method "sum", which differ by what each ranking's last has:
   * ranx has a passage that is missing in a ranking at its mean.
   */
  @Test
  void sumsScoresInStandardDeviations() {
    List<Hit> fused =
        RankFusion.zScore()
            .fuse(List.of(SCORED.getFirst(), scored("c", 0.875, "a", 0.5, "b", -0.25)), 10);
    assertThat(fused).extracting(hit -> hit.passage().id()).containsExactly("a", "c", "b");
    assertThat(fused.get(0).score() - fused.get(2).score())
        .isCloseTo(1.5326449592732545 + 1.422094936162856, within(1e-12));
    assertThat(fused.get(1).score() - fused.get(2).score())
        .isCloseTo(-0.11055002311039819 + 1.422094936162856, within(1e-12));
    assertThat(RankFusion.zScore().fuse(SCORED, 10).getLast())
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactly("d", 0.0);
  }

  @Test
  void takesScoresThatLeaveNothingToDivideBy() {
    for (RankFusion fusion : List.of(RankFusion.minMax(), RankFusion.zScore())) {
      assertThat(fusion.fuse(List.of(scored("a", -3), scored("b", -3, "c", -3)), 9))
          .as("%s of equal scores", fusion.description())
          .extracting(hit -> hit.passage().id(), Hit::score)
          .containsExactly(tuple("a", 1.0), tuple("b", 1.0), tuple("c", 1.0));
      assertThat(fusion.fuse(List.of(List.of(), scored("b", Double.NEGATIVE_INFINITY)), 9))
          .extracting(Hit::score)
          .containsExactly(1.0);
      assertThat(fusion.fuse(List.of(), 9)).isEmpty();
    }
    assertThat(
            RankFusion.minMax()
                .fuse(
                    List.of(
                        scored(
                            "a",
                            Double.POSITIVE_INFINITY,
                            "b",
                            4,
                            "c",
                            3,
                            "d",
                            2,
                            "e",
                            Double.NEGATIVE_INFINITY)),
                    9))
        .extracting(Hit::score)
        .containsExactly(1.0, 1.0, 0.5, 0.0, 0.0);
  }

  @Test
  void refusesWeightsOfScoresToo() {
    assertThatThrownBy(() -> RankFusion.zScore(-1))
        .hasMessage("weights must be finite and >= 0, were [-1.0]");
    assertThatThrownBy(() -> RankFusion.minMax(1).fuse(SCORED, 9))
        .hasMessage("1 weights do not fit 2 rankings");
    assertThat(RankFusion.minMax(0.2, 0.8).description())
        .hasToString("min-max(weights=[0.2, 0.8])");
    assertThat(RankFusion.zScore().description()).hasToString("z-score");
  }
}
