package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingTest {

  @Test
  void breaksTiesByIdDescendingInBytesOfUtf8() {
    Map<String, Double> same =
        Map.of("a", 1.0, "b", 1.0, "ab", 1.0, "\uffee", 1.0, "\ud83d\ude00", 1.0, "ä", 1.0);
    assertThat(Ranking.of(same).documents())
        .containsExactly("\ud83d\ude00", "\uffee", "ä", "b", "ab", "a");
  }

  @Test
  void ordersAsTheBytesDo() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String a = text(random);
      String b = text(random);
      int bytes =
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
      assertThat(Integer.signum(Utf8Order.compare(a, b)))
          .as("seed %d: %s and %s", seed, a, b)
          .isEqualTo(Integer.signum(bytes));
    }
  }

  private static String text(Random random) {
    int[] few = {'a', 'b', 'ä', 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(4); n > 0; n--) {
      text.appendCodePoint(few[random.nextInt(few.length)]);
    }
    return text.toString();
  }

  @Test
  void zerosTieWhateverTheirSign() {
    assertThat(Ranking.of(Map.of("a", 0.0, "b", -0.0)).documents()).containsExactly("b", "a");
  }

  @Test
  void floatsTieWhereDoublesDoNot() {
    Ranking ranking = Ranking.of(Map.of("a", 0.1000000011, "b", 0.1000000010));
    assertThat(ranking.documents()).containsExactly("a", "b");
    assertThat(ranking.withFloatScores().documents()).containsExactly("b", "a");
    assertThatThrownBy(() -> Ranking.of(Map.of("a", 1e39)).withFloatScores())
        .hasMessage("the score of document a, 1.0E39, is beyond float");
  }

  @Test
  void refusesScoresThatAreNotFinite() {
    assertThatThrownBy(() -> Ranking.of(Map.of("a", Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the score of document a is NaN, not a finite number");
    assertThatThrownBy(() -> Ranking.of(Map.of("a", Double.NEGATIVE_INFINITY)))
        .hasMessage("the score of document a is -Infinity, not a finite number");
  }

  @Test
  void takesADocumentAtItsBestPassage() {
    Document long_ = Document.of("long", "one two");
    Passage first = Passage.of(long_, 0, 3, List.of());
    Passage second = Passage.of(long_, 4, 7, List.of());
    Ranking ranking =
        Ranking.of(
            Retrieval.of(List.of(hit(second, 3), hit(Passage.of("x", "x"), 2), hit(first, 1))));
    assertThat(ranking).isEqualTo(Ranking.of(Map.of("long", 3.0, "x", 2.0)));
  }

  @Test
  void keepsAnOrderThatTheScoresDoNotSay() {
    Ranking ranking =
        Ranking.of(
            Retrieval.of(
                List.of(
                    hit(Passage.of("relevant", "r"), 0.5),
                    hit(Passage.of("different", "d"), 0.1),
                    hit(Passage.of("similar", "s"), 0.4))));
    assertThat(ranking.documents()).containsExactly("relevant", "different", "similar");
    assertThat(ranking.score(1)).isEqualTo(3);
    assertThat(ranking.score(3)).isEqualTo(1);
  }

  private static Hit hit(Passage passage, double score) {
    return new Hit(passage, score, "test");
  }
}
