package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With an adapter that Python's onnxruntime wrote: {@code lora/adapter.py}. */
@Timeout(60)
class LoraAdapterTest {
  private static final String INPUT = "head.lora_B.weight";

  @TempDir Path folder;
  private Path adapter;

  @BeforeEach
  void copyAdapter() throws IOException {
    adapter = folder.resolve("favours7.onnx_adapter");
    try (InputStream file =
        LoraAdapterTest.class.getResourceAsStream("lora/favours7.onnx_adapter")) {
      Files.copy(file, adapter);
    }
  }

  private OnnxDecoder load(byte[] graph, OnnxOptions options) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph);
    return OnnxDecoder.load(ModelFolder.of(folder), options);
  }

  private OnnxOptions adapted() {
    return OnnxOptions.builder().loraAdapter(adapter).build();
  }

  /** The likeliest token is the next higher one, unless the adapter says otherwise. */
  private static byte[] graph(boolean optional) {
    int size = 50;
    float[] table = new float[size * size];
    for (int token = 0; token < size; token++) {
      table[token * size + (token + 1) % size] = 1;
    }
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch_size", "sequence_length")
            .input(INPUT, OnnxGraph.FLOAT, "" + size);
    if (optional) {
      graph.floats(INPUT, new float[size], size);
    }
    return graph
        .floats("table", table, size, size)
        .node("Gather", List.of("table", "input_ids"), List.of("found"))
        .node("Add", List.of("found", INPUT), List.of("logits"))
        .cacheOfIds()
        .output("logits", OnnxGraph.FLOAT, "batch_size", "sequence_length", "" + size)
        .toBytes();
  }

  private static int next(OnnxDecoder decoder, int token) {
    try (DecodeState state = decoder.newState()) {
      float[] logits = state.append(new int[] {4, token}, CallContext.unbounded());
      int best = 0;
      for (int id = 1; id < logits.length; id++) {
        best = logits[id] > logits[best] ? id : best;
      }
      return best;
    }
  }

  @Test
  void itsWeightsAreThoseOfTheRun() throws IOException {
    try (OnnxDecoder plain = load(graph(true), OnnxOptions.defaults());
        OnnxDecoder tuned = load(graph(true), adapted())) {
      assertThat(next(plain, 20)).isEqualTo(21);
      assertThat(next(tuned, 20)).isEqualTo(7);
      assertThat(tuned.description()).isNotEqualTo(plain.description());
      assertThat(tuned.description().toString()).contains("loraAdapterSha256");
    }
  }

  @Test
  void mayBeWhatTheGraphNeeds() throws IOException {
    try (OnnxDecoder tuned = load(graph(false), adapted())) {
      assertThat(next(tuned, 20)).isEqualTo(7);
    }
    assertThatThrownBy(() -> load(graph(false), OnnxOptions.defaults()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found the inputs [head.lora_B.weight]; expected inputs among")
        .hasMessageEndingWith("inputs for LoRA weights with the option loraAdapter");
  }

  @Test
  void refusesAGraphWithoutInputsForIt() {
    assertThatThrownBy(() -> load(TinyDecoder.concat(1, false), adapted()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found no input for the weights of an adapter among [input_ids, ")
        .hasMessageEndingWith("or no loraAdapter among the options: " + adapter);
  }

  @Test
  void refusesWhatIsNoAdapter() throws IOException {
    byte[] whole = Files.readAllBytes(adapter);
    Files.write(adapter, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> load(graph(true), adapted()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("cannot load " + adapter + ": found ")
        .hasMessageContaining("expected an adapter for onnxruntime ");
    Files.writeString(adapter, "no adapter");
    assertThatThrownBy(() -> load(graph(true), adapted()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected an adapter for onnxruntime ");
    Files.delete(adapter);
    assertThatThrownBy(() -> load(graph(true), adapted()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("NoSuchFileException");
  }
}
