package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.testkit.seeds.Seeds;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the doubles promise beyond the contracts. */
class DoublesTest {

  @Test
  void theClockStandsStillUntilToldOtherwise() {
    TestClock clock = new TestClock();
    assertThat(clock.nanos()).isZero();
    clock.advance(Duration.ofMillis(3));
    assertThat(clock.nanos()).isEqualTo(3_000_000);
    assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("time only goes forward, was PT-1S");
  }

  @Test
  void seedsReplay() {
    assertThat(Seeds.random().nextLong()).isEqualTo(Seeds.random().nextLong());
    assertThat(Seeds.replay()).isEqualTo("replay with -Dragwright.seed=" + Seeds.seed());
    assertThat(Seeds.parse("-42")).isEqualTo(-42);
    assertThat(Seeds.parse(null)).isNotEqualTo(Seeds.parse(null));
    assertThatThrownBy(() -> Seeds.parse("0xBEEF"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the system property ragwright.seed must be a whole number, was '0xBEEF'");
  }

  @Test
  void theRetrieverCountsSharedWords() {
    FakeRetriever retriever =
        FakeRetriever.of("A river.", "The RIVER Rhine, the river!", "A lake.");
    assertThat(retriever.retrieve("the river", 5).hits())
        .extracting(hit -> hit.passage().id(), Hit::score, Hit::source)
        .containsExactly(tuple("p2", 2.0, "fake"), tuple("p1", 1.0, "fake"));
    assertThat(retriever.description()).isNotEqualTo(FakeRetriever.of("A river.").description());
    assertThat(RetrievalRequest.of("a", 1).withFilter(Filter.all()).filter())
        .isEqualTo(Filter.all());
  }

  @Test
  void theEmbedderPutsTextsOfTheSameWordsTogether() {
    FakeEmbedder embedder = FakeEmbedder.of(256);
    float[] question = embedder.embedQuery("Where does the Rhine rise?");
    assertThat(dot(question, embedder.embedDocument("The Rhine rises where the Alps rise.")))
        .isGreaterThan(dot(question, embedder.embedDocument("A lake has no mouth.")));
    assertThatThrownBy(() -> FakeEmbedder.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dimension must be >= 1, was 0");
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
