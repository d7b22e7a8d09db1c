package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Score;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.testkit.FakeEmbedder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingMetricsTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  /** Remembers what it was asked; everything is as alike as its first letters' places say. */
  private static final class Compass implements Embedder {
    final List<List<String>> asked = new ArrayList<>();

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      assertThat(side).isEqualTo(Side.DOCUMENT);
      asked.add(texts);
      return new Embeddings(
          texts.stream()
              .map(
                  text ->
                      switch (text.charAt(0)) {
                        case 'N' -> new float[] {0, 1};
                        case 'E' -> new float[] {1, 0};
                        case 'S' -> new float[] {0, -1};
                        default -> new float[] {0.6f, 0.8f};
                      })
              .toList(),
          FakeEmbedder.of(2).embed(texts, side, context).usage());
    }

    @Override
    public int dimension() {
      return 2;
    }
  }

  private static List<Double> supports(Embedder embedder, String answer, String... passages) {
    return Groundedness.embedding(embedder)
        .sentences(CitedAnswer.bracketed(answer, List.of(passages)), UNBOUNDED)
        .stream()
        .map(Groundedness.Sentence::support)
        .toList();
  }

  @Test
  void halfIsMeaningAQuarterWordsTogetherAQuarterWordsAnywhere() {
    // Half alike (.8); "between" and "pump" stand together, "oil" in another sentence.
    assertThat(supports(new Compass(), "Between pump oil leak.", "Never between pump. Eels oil."))
        .singleElement()
        .satisfies(
            support -> assertThat(support).isCloseTo(0.8 / 2 + 0.5 / 4 + 0.75 / 4, within(1e-6)));
    // Opposite is not less than nothing.
    assertThat(supports(new Compass(), "South.", "North.")).containsExactly(0.0);
    assertThat(supports(new Compass(), "North.", "North.")).containsExactly(1.0);
  }

  @Test
  void aSentenceIsHeldAgainstWhatItCites() {
    assertThat(
            supports(new Compass(), "North [1]. North [2]. North. North [9].", "North.", "East."))
        .containsExactly(1.0, 0.0, 1.0, 0.0);
  }

  @Test
  void eachSentenceIsEmbeddedOnceForAnAnswer() {
    Compass compass = new Compass();
    supports(compass, "North. West. North.", "North. East.", "East. South.");
    assertThat(compass.asked.stream().flatMap(List::stream))
        .containsExactlyInAnyOrder("North.", "West.", "East.", "South.");
    compass.asked.clear();
    supports(compass, "North.", "East.");
    assertThat(compass.asked).hasSize(1); // nothing is kept from answer to answer
  }

  @Test
  void theWeakestSentenceIsAnotherQuestionThanTheMean() {
    CitedAnswer answer = CitedAnswer.uncited("North here. East. ?", List.of("North here."));
    Groundedness mean = Groundedness.embedding(new Compass());
    assertThat(mean.evaluate("q", "", answer, UNBOUNDED).value())
        .hasValueCloseTo(2 / 3.0, within(1e-12));
    assertThat(mean.weakest().evaluate("q", "", answer, UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0)); // of "East."; "?" has nothing to support
    assertThat(mean.weakest().name()).isEqualTo("groundedness-embedding-weakest");
    assertThat(mean.weakest().weakest()).hasToString("groundedness-embedding-weakest");
    assertThat(Groundedness.lexical().weakest().evaluate("q", "", answer, UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0));
  }

  @Test
  void anEmbedderThatFailsIsAFailedCase() {
    Embedder broken =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            throw new IllegalStateException("no model");
          }

          @Override
          public int dimension() {
            return 1;
          }
        };
    CitedAnswer answer = CitedAnswer.uncited("A b.", List.of("A b."));
    assertThat(Groundedness.embedding(broken).evaluate("q", "", answer, UNBOUNDED))
        .isInstanceOf(Score.Failed.class);
    assertThat(AnswerSimilarity.by(broken).evaluate("q", List.of("a"), "b", UNBOUNDED))
        .isInstanceOf(Score.Failed.class);
    assertThat(AnswerSimilarity.by(broken).evaluate("q", List.of(), "b", UNBOUNDED))
        .isInstanceOf(Score.NotApplicable.class);
  }

  @Test
  void anAnswerIsAsRightAsTheMostAlikeReference() {
    assertThat(
            AnswerSimilarity.by(new Compass())
                .evaluate("q", List.of("South", "East"), "West", UNBOUNDED)
                .value())
        .hasValueCloseTo(0.6, within(1e-6));
    assertThat(
            AnswerSimilarity.by(new Compass())
                .evaluate("q", List.of("South"), "North", UNBOUNDED)
                .value())
        .hasValue(0);
  }
}
