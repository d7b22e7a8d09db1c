package dev.ragwright.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.document.Passage;
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
}
