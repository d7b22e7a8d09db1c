package dev.ragwright.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Passage;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusSketchTest {

  private static Stream<Passage> passages(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> Passage.of("p" + i, "It is about " + i + "."));
  }

  private static CorpusSketch sketch(int from, int to) {
    return CorpusSketch.of(passages(from, to));
  }

  @Test
  void isExactOfAFewPassages() {
    CorpusSketch then = sketch(0, 80);
    assertThat(then.passages()).isEqualTo(80);
    assertThat(then.sample()).hasSize(80).isSorted();
    assertThat(then.changed(then)).isZero();
    assertThat(then.changed(sketch(20, 100))).isEqualTo(.4); // 40 of 100
    assertThat(then.changed(sketch(80, 90))).isEqualTo(1);
    assertThat(then.changed(sketch(0, 0))).isEqualTo(1);
    assertThat(sketch(0, 0).changed(sketch(0, 0))).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 1_000, 2_500, 5_000})
  void isNearOfMany(int gone) {
    CorpusSketch then = sketch(0, 5_000);
    CorpusSketch now = sketch(gone, 5_000 + gone);
    assertThat(now.sample()).hasSize(CorpusSketch.SIZE);
    double exact = 2.0 * gone / (5_000 + gone);
    double error = Math.sqrt(exact * (1 - exact) / CorpusSketch.SIZE);
    assertThat(then.changed(now)).isEqualTo(exact, within(3 * error));
    assertThat(now.changed(then)).isEqualTo(then.changed(now));
  }

  @Test
  void readsIdAndWhatIsSearched_inAnyOrder() {
    List<Passage> some = passages(0, 500).toList();
    assertThat(CorpusSketch.of(some.reversed().stream())).isEqualTo(CorpusSketch.of(some.stream()));
    CorpusSketch one = CorpusSketch.of(Stream.of(Passage.of("p", "text")));
    assertThat(one.changed(CorpusSketch.of(Stream.of(Passage.of("p", "other text"))))).isOne();
    assertThat(one.changed(CorpusSketch.of(Stream.of(Passage.of("q", "text"))))).isOne();
  }

  @Test
  void refusesWhatIsNoSample() {
    assertThatThrownBy(() -> new CorpusSketch(2, List.of(.5)))
        .hasMessage("a sketch of 2 passages has 2 ascending hashes, had 1");
    assertThatThrownBy(() -> new CorpusSketch(2, List.of(.5, .25)))
        .hasMessageContaining("ascending");
    assertThatThrownBy(() -> new CorpusSketch(-1, List.of())).hasMessageContaining("-1 passages");
  }
}
