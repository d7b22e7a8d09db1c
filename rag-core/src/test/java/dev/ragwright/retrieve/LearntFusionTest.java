package dev.ragwright.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Passage;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearntFusionTest {
  private static final List<List<Hit>> RANKINGS =
      List.of(
          List.of(hit("a", 9), hit("b", 7), hit("c", 5)),
          List.of(hit("c", 0.8), hit("d", Double.NEGATIVE_INFINITY)));

  private static Hit hit(String id, double score) {
    return new Hit(Passage.of(id, "The Title of " + id + "\n\nwords of a passage"), score, "test");
  }

  private static FusionModel model(List<String> features, Double... weights) {
    return new FusionModel(List.of("x", "y"), 100, "set", 7, features, List.of(weights));
  }

  private static double value(FusionFeatures found, int passage, String name) {
    return found.values(passage).get(FusionFeatures.names(2).indexOf(name));
  }

  @Test
  void weightsOfScaledScoresAreAConvexFusion() {
    FusionModel model = model(List.of("minMax.0", "minMax.1"), 0.25, 0.75);
    assertThat(RankFusion.learnt(model).fuse(RANKINGS, 3))
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactlyElementsOf(
            RankFusion.minMax(0.25, 0.75).fuse(RANKINGS, 3).stream()
                .map(hit -> org.assertj.core.groups.Tuple.tuple(hit.passage().id(), hit.score()))
                .toList());
    assertThat(RankFusion.learnt(model).fuse(List.of(List.of(), List.of()), 3)).isEmpty();
  }

  @Test
  void featuresByHand() {
    FusionFeatures found = FusionFeatures.of(Query.of("the title of b"), RANKINGS);
    assertThat(found.passages()).extracting(Passage::id).containsExactly("a", "b", "c", "d");
    assertThat(value(found, 1, "minMax.0")).isEqualTo(0.5);
    assertThat(value(found, 1, "rank.0")).isEqualTo(61.0 / 62);
    assertThat(value(found, 1, "top.0")).isEqualTo(0.5);
    assertThat(value(found, 1, "score.0")).isEqualTo(7);
    assertThat(value(found, 0, "lead.0")).isEqualTo(0.5);
    assertThat(value(found, 1, "both")).isZero();
    // All have "the", "title" and "of", so that "b" counts for nearly all.
    double common = Math.log1p(0.5 / 4.5);
    double rare = Math.log1p(3.5 / 1.5);
    assertThat(value(found, 0, "words")).isCloseTo(3 * common / (3 * common + rare), within(1e-12));
    assertThat(value(found, 1, "words")).isEqualTo(1);
    assertThat(value(found, 0, "pairs")).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(value(found, 1, "phrase")).isEqualTo(1);
    assertThat(value(found, 1, "title")).isEqualTo(1);
    assertThat(value(found, 0, "titleShare")).isEqualTo(0.75);
    assertThat(value(found, 0, "length")).isEqualTo(Math.log1p(8), within(1e-12));
    for (int i = 0; i < 4; i++) {
      assertThat(found.values(i)).allMatch(Double::isFinite);
      assertThat(value(found, i, "alike3")).isBetween(0.0, 1.0);
    }
  }

  @Test
  void whatReadsTheQuestionNeedsOne() {
    RankFusion ranker = RankFusion.learnt(model(List.of("words"), 1.0));
    assertThat(ranker.fuse(Query.of("b"), RANKINGS, 1).getFirst().passage().id()).isEqualTo("b");
    assertThat(ranker.named("mine").fuse(Query.of("b"), RANKINGS, 1)).hasSize(1);
    assertThatThrownBy(() -> ranker.fuse(RANKINGS, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the fusion learnt on set reads the question, and here is none");
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> RankFusion.learnt(model(List.of("minMax.2"), 1.0)))
        .hasMessageContaining("reads [minMax.2], which is unknown here");
    assertThatThrownBy(() -> model(List.of("words"), Double.NaN))
        .hasMessageContaining("a finite weight for each feature");
    assertThatThrownBy(() -> model(List.of("words", "words"), 1.0, 1.0))
        .hasMessageContaining("no feature twice");
    assertThatThrownBy(
            () ->
                RankFusion.learnt(model(List.of("minMax.0"), 1.0)).fuse(RANKINGS.subList(0, 1), 3))
        .hasMessageContaining("which is not 1 rankings");
  }
}
