package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final int DRAWS = 40_000;

  /** Probabilities .4, .3, .15, .1, .05 of the tokens 3, 1, 4, 0, 2. */
  private static float[] logits() {
    double[] probabilities = {.1, .3, .05, .4, .15};
    float[] logits = new float[5];
    for (int i = 0; i < 5; i++) {
      logits[i] = (float) Math.log(probabilities[i]) + 3;
    }
    return logits;
  }

  private static double[] shares(UnaryOperator<DecodingOptions.Builder> settings) {
    Sampler sampler =
        new Sampler(
            settings.apply(DecodingOptions.builder().temperature(1).seed(1)).build(), new int[0]);
    double[] shares = new double[5];
    for (int i = 0; i < DRAWS; i++) {
      shares[sampler.choose(logits())] += 1.0 / DRAWS;
    }
    return shares;
  }

  @Test
  void drawsByProbability() {
    assertThat(shares(options -> options))
        .containsExactly(new double[] {.1, .3, .05, .4, .15}, within(.015));
  }

  @Test
  void topKKeepsTheHighest() {
    assertThat(shares(options -> options.topK(2)))
        .containsExactly(new double[] {0, 3 / 7.0, 0, 4 / 7.0, 0}, within(.015));
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    assertThat(shares(options -> options.topP(.69)))
        .containsExactly(new double[] {0, 3 / 7.0, 0, 4 / 7.0, 0}, within(.015));
    assertThat(shares(options -> options.topP(.71)))
        .containsExactly(new double[] {0, 30 / 85.0, 0, 40 / 85.0, 15 / 85.0}, within(.015));
  }

  @Test
  void topPIsOfWhatTopKLeaves() {
    assertThat(shares(options -> options.topK(2).topP(.5)))
        .containsExactly(new double[] {0, 0, 0, 1, 0}, within(1e-9));
  }

  @Test
  void minPKeepsWhatIsNearTheHighest() {
    assertThat(shares(options -> options.minP(.3)))
        .containsExactly(new double[] {0, 30 / 85.0, 0, 40 / 85.0, 15 / 85.0}, within(.015));
    assertThat(shares(options -> options.topK(4).topP(.99).minP(.5)))
        .containsExactly(new double[] {0, 3 / 7.0, 0, 4 / 7.0, 0}, within(.015));
  }

  @Test
  void temperatureSharpens() {
    double all = .16 + .09 + .0225 + .01 + .0025;
    assertThat(shares(options -> options.temperature(.5)))
        .containsExactly(
            new double[] {.01 / all, .09 / all, .0025 / all, .16 / all, .0225 / all}, within(.015));
  }

  @Test
  void greedyTakesTheHighestAndOfEqualsTheFirst() {
    Sampler greedy = new Sampler(DecodingOptions.greedy(), new int[0]);
    assertThat(greedy.choose(logits())).isEqualTo(3);
    assertThat(greedy.choose(new float[] {1, 2, 2, 2})).isEqualTo(1);
  }

  @Test
  void repetitionWeighsOnPromptAndOutput() {
    Sampler sampler =
        new Sampler(DecodingOptions.builder().repetitionPenalty(2).build(), new int[] {0, 0, 3});
    float[] logits = {4, 3, 1, -1};
    assertThat(sampler.choose(logits)).isEqualTo(1);
    assertThat(logits).containsExactly(2, 3, 1, -2);
    assertThat(sampler.choose(new float[] {4, 3, 1.6f, -1})).isEqualTo(0);
  }

  @Test
  void frequencyAndPresenceWeighOnTheOutputOnly() {
    Sampler sampler =
        new Sampler(
            DecodingOptions.builder().frequencyPenalty(.5).presencePenalty(1).build(),
            new int[] {0});
    assertThat(sampler.choose(new float[] {4, 3})).isEqualTo(0);
    float[] logits = {4, 3};
    assertThat(sampler.choose(logits)).isEqualTo(1);
    assertThat(logits).containsExactly(2.5f, 3);
  }

  @Test
  void refusesWhatMakesNoSense() {
    DecodingOptions.Builder builder = DecodingOptions.builder();
    assertThatThrownBy(() -> builder.temperature(-1))
        .hasMessage("temperature must be >= 0, was -1.0");
    assertThatThrownBy(() -> builder.topP(0)).hasMessage("topP must be in (0, 1], was 0.0");
    assertThatThrownBy(() -> builder.maxTokens(0)).hasMessage("maxTokens must be >= 1, was 0");
    assertThatThrownBy(() -> builder.stop(java.util.List.of("")))
        .hasMessage("a stop text is empty: []");
  }
}
