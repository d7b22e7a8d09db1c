package dev.ragwright.eval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankOverlapTest {
  /** Values of {@code rbo_ext} of the package rbo 0.1.3 (PyPI). */
  @ParameterizedTest
  @CsvSource({
    "abcde, abcde, .9, 1",
    "abcde, bacfg, .9, 0.619335",
    "abc, xyz, .9, 0",
    "abcdefg, cab, .8, 0.72",
    "a, bacd, .8, 0.2506666666666667"
  })
  void isTheReferences(String one, String other, double p, double expected) {
    assertThat(RankOverlap.rankBiased(p, ids(one), ids(other))).isCloseTo(expected, within(1e-12));
    assertThat(RankOverlap.rankBiased(p, ids(other), ids(one))).isCloseTo(expected, within(1e-12));
  }

  @Test
  void sharesOfTheFirst() {
    assertThat(RankOverlap.ofFirst(3, ids("abcde"), ids("bacfg"))).isEqualTo(1);
    assertThat(RankOverlap.ofFirst(5, ids("abcde"), ids("bacfg"))).isEqualTo(.6);
    assertThat(RankOverlap.ofFirst(5, ids("abcde"), ids("a"))).isEqualTo(.2);
    assertThat(RankOverlap.ofFirst(5, ids("a"), ids("a"))).isEqualTo(1);
    assertThat(RankOverlap.ofFirst(5, List.of(), ids("a"))).isZero();
    assertThat(RankOverlap.ofFirst(5, List.of(), List.of())).isEqualTo(1);
    assertThat(RankOverlap.rankBiased(.9, List.of(), List.of())).isEqualTo(1);
    assertThat(RankOverlap.rankBiased(.9, List.of(), ids("a"))).isZero();
  }

  @Test
  void refusesWhatIsNoRanking() {
    assertThatThrownBy(() -> RankOverlap.rankBiased(.9, ids("aba"), ids("ab")))
        .hasMessage("the id \"a\" stands twice in a ranking");
    assertThatThrownBy(() -> RankOverlap.rankBiased(1, ids("a"), ids("a")))
        .hasMessage("p must be above 0 and below 1, was 1.0");
    assertThatThrownBy(() -> RankOverlap.ofFirst(0, ids("a"), ids("a")))
        .hasMessage("k must be >= 1, was 0");
  }

  private static List<String> ids(String letters) {
    return letters.chars().mapToObj(Character::toString).toList();
  }
}
