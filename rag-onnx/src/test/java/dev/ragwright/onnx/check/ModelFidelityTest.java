package dev.ragwright.onnx.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import dev.ragwright.onnx.runtime.TinyDecoder;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.testmodels.EchoModel;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ModelFidelityTest {
  private static final CallContext GO = CallContext.unbounded();

  @TempDir Path folder;

  private OnnxDecoder load(String name, byte[] graph) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    Files.write(own.resolve("model.onnx"), graph);
    return OnnxDecoder.load(ModelFolder.of(own));
  }

  /** {@code logits = table[token]}, so that all figures can be had by hand. */
  private static byte[] table(float... table) {
    int size = (int) Math.sqrt(table.length);
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch_size", "sequence_length")
        .floats("table", table, size, size)
        .node("Gather", List.of("table", "input_ids"), List.of("logits"))
        .cacheOfIds()
        .output("logits", OnnxGraph.FLOAT, "batch_size", "sequence_length", "" + size)
        .toBytes();
  }

  @Test
  void aModelIsFaithfulToItself() throws IOException {
    int[] text = Seeds.random().ints(1200, 0, TinyDecoder.VOCABULARY).toArray();
    try (OnnxDecoder one = load("one", TinyDecoder.attention(1, true));
        OnnxDecoder same = load("same", TinyDecoder.attention(1, true))) {
      ModelFidelity fidelity = ModelFidelity.of(one, same, text, GO);
      assertThat(fidelity.tokens()).isEqualTo(1197); // the first of each of three windows is given
      assertThat(fidelity.meanKl()).isCloseTo(0, within(1e-9));
      assertThat(fidelity.sameTop()).isEqualTo(1);
      assertThat(fidelity.variantPerplexity()).isEqualTo(fidelity.referencePerplexity());
      assertThat(fidelity.require(1, "same", "least")).isSameAs(fidelity);
    }
  }

  @Test
  void anotherModelIsNot() throws IOException {
    int[] text = Seeds.random().ints(600, 0, TinyDecoder.VOCABULARY).toArray();
    try (OnnxDecoder one = load("one", TinyDecoder.attention(1, true));
        OnnxDecoder other = load("other", TinyDecoder.attention(2, true))) {
      ModelFidelity fidelity = ModelFidelity.of(one, other, text, GO);
      assertThat(fidelity.meanKl()).isPositive();
      assertThat(fidelity.sameTop()).isLessThan(.9);
    }
  }

  @Test
  void theFiguresAreThoseOfTheirDefinitions() throws IOException {
    float log3 = (float) Math.log(3);
    try (OnnxDecoder reference = load("fp32", table(log3, 0, 0, 0));
        OnnxDecoder variant = load("q4", table(0, log3, 0, 0))) {
      // Behind 0 the reference says 3/4, 1/4 and the variant 1/4, 3/4; behind 1 both 1/2, 1/2.
      ModelFidelity fidelity = ModelFidelity.of(reference, variant, new int[] {0, 0, 1, 1, 0}, GO);
      assertThat(fidelity.tokens()).isEqualTo(4);
      assertThat(fidelity.meanKl()).isCloseTo(.5 * Math.log(3) / 2, within(1e-6));
      assertThat(fidelity.sameTop()).isEqualTo(.5);
      double loss = Math.log(4 / 3.) + Math.log(4) + 2 * Math.log(2);
      assertThat(fidelity.referencePerplexity()).isCloseTo(Math.exp(loss / 4), within(1e-6));
      assertThat(fidelity.variantPerplexity()).isCloseTo(Math.exp(loss / 4), within(1e-6));
      assertThatThrownBy(() -> fidelity.require(.9, "q4", "least"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("q4")
          .hasMessageContaining("the reference's likeliest token 50.0 % of the time")
          .hasMessageContaining("90.0 %")
          .hasMessageContaining("least with a lower share takes it all the same");
      assertThat(fidelity.require(.5, "q4", "least")).isSameAs(fidelity);
      assertThatThrownBy(() -> fidelity.require(90, "q4", "least"))
          .hasMessage("the least share must be from 0 to 1, was 90.0");
      assertThat(fidelity)
          .hasToString(
              "mean KL 0.2747, same top token 0.500, perplexity 2.15 against 2.15, over 4 tokens");
    }
  }

  @Test
  void refusesModelsWithAnEncoder() throws IOException {
    try (OnnxDecoder echo =
        OnnxDecoder.load(ModelFolder.of(EchoModel.write(folder, EchoModel.Layout.MERGED)))) {
      assertThatThrownBy(() -> ModelFidelity.of(echo, echo, new int[] {0, 1}, GO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(" has an encoder;");
    }
  }

  @Test
  void refusesWhatCannotBeCompared() throws IOException {
    try (OnnxDecoder two = load("two", table(0, 0, 0, 0));
        OnnxDecoder three = load("three", table(0, 0, 0, 0, 0, 0, 0, 0, 0))) {
      assertThatThrownBy(() -> ModelFidelity.of(two, three, new int[] {0, 1}, GO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("knows 2 tokens and")
          .hasMessageContaining(" 3; they cannot be compared");
      assertThatThrownBy(() -> ModelFidelity.of(two, two, new int[] {0}, GO))
          .hasMessage("there are no two tokens to predict one of");
      CallContext cancelled = CallContext.unbounded();
      cancelled.cancel();
      assertThatThrownBy(() -> ModelFidelity.of(two, two, new int[] {0, 1}, cancelled))
          .isInstanceOf(CancelledException.class);
    }
  }
}
