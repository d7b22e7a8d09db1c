package dev.ragwright.retrievers.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrievers.GoldenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With folders and weights of sentence-transformers 6.2.0: {@code folder_golden.py}. */
class SparseFolderTest {
  private static final String POOLING = "1_SpladePooling/config.json";
  private static final String MODEL = "config_sentence_transformers.json";
  private static final String OLD = "sentence_transformers.sparse_encoder.models.";

  @TempDir Path root;

  static Stream<GoldenFolder> goldens() throws IOException {
    return GoldenFolder.all("sparse.jsonl", "masked.onnx").stream();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void givesTheWeightsOfSentenceTransformers(GoldenFolder golden) throws IOException {
    List<String> texts = new ArrayList<>();
    golden.line().path("texts").forEach(text -> texts.add(text.asText()));
    try (SparseEncoder encoder = SparseEncoder.load(golden.write(root))) {
      for (Side side : Side.values()) {
        SparseEncoder.Weights encoded = encoder.encode(texts, side, CallContext.unbounded());
        JsonNode expected = golden.line().path(side == Side.QUERY ? "queries" : "documents");
        for (int i = 0; i < texts.size(); i++) {
          Map<String, Float> weights = encoded.weights().get(i);
          assertThat(weights.keySet())
              .as("%s of \"%s\"", side, texts.get(i))
              .containsExactlyInAnyOrderElementsOf(names(expected.path(i)));
          for (Map.Entry<String, Float> weight : weights.entrySet()) {
            assertThat(weight.getValue())
                .as(weight.getKey())
                .isCloseTo(expected.path(i).path(weight.getKey()).floatValue(), within(2e-5f));
          }
          assertThat(List.copyOf(weights.values())).isSortedAccordingTo(Comparator.reverseOrder());
        }
        assertThat(encoded.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(texts.size());
      }
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static GoldenFolder golden(String name) throws IOException {
    return goldens().filter(any -> any.toString().equals(name)).findFirst().orElseThrow();
  }

  private void assertRefused(String file, String text, String found, String expected)
      throws IOException {
    Path folder = golden("plain").write(root);
    Files.writeString(folder.resolve(file), text);
    assertThatThrownBy(() -> SparseEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + folder)
        .hasMessageContaining(": found " + found + "; expected " + expected);
  }

  private static String modules(String... types) {
    List<String> modules = new ArrayList<>();
    for (String type : types) {
      modules.add(
          "{\"path\": \"%s\", \"type\": \"%s\"}"
              .formatted(modules.isEmpty() ? "" : modules.size() + "_it", OLD + type));
    }
    return modules.toString();
  }

  @Test
  void refusesWhatItDoesNotDoByItsName() throws IOException {
    assertRefused(
        POOLING,
        "{\"pooling_strategy\": \"mean\"}",
        "the setting \"pooling_strategy\": \"mean\"",
        "max or sum");
    assertRefused(
        POOLING,
        "{\"activation_function\": \"gelu\"}",
        "the setting \"activation_function\": \"gelu\"",
        "relu or log1p_relu");
    assertRefused(
        MODEL,
        "{\"model_type\": \"SentenceTransformer\"}",
        "the setting \"model_type\": \"SentenceTransformer\"",
        "SparseEncoder");
    assertRefused(
        MODEL,
        "{\"similarity_fn_name\": \"cosine\"}",
        "the setting \"similarity_fn_name\": \"cosine\"",
        "dot");
    assertRefused(
        MODEL, "{\"max_active_dims\": 0}", "the setting \"max_active_dims\": 0", "1 or more");
    assertRefused(
        "modules.json",
        modules("MLMTransformer", "SparseAutoEncoder"),
        "the modules [%sSparseAutoEncoder] behind the encoder".formatted(OLD),
        "SpladePooling");
    assertRefused(
        "modules.json",
        modules("CLIPModel", "SpladePooling"),
        "first the module %sCLIPModel in \"\"".formatted(OLD),
        "first a Transformer");
    assertThatThrownBy(() -> OnnxEmbedder.load(golden("plain").write(root)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("SparseEncoder");
  }

  @Test
  void refusesRoutesThatItDoesNotDo() throws IOException {
    Path folder = golden("a route for questions").write(root);
    Path routes = folder.resolve("router_config.json");
    String good = Files.readString(routes);
    Files.writeString(routes, good.replace("SparseStaticEmbedding\"", "SpladePooling\""));
    assertThatThrownBy(() -> SparseEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("for queries; expected one SparseStaticEmbedding");
    Files.writeString(routes, good);
    Path weights = folder.resolve("query_0_SparseStaticEmbedding/model.safetensors");
    Files.move(weights, folder.resolve("elsewhere"));
    assertThatThrownBy(() -> SparseEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found no tensor \"weight\"");
    Files.writeString(
        folder.resolve("query_0_SparseStaticEmbedding/config.json"), "{\"path\": \"idf.json\"}");
    Files.writeString(folder.resolve("idf.json"), "{\"river\": 2.5, \"[UNK]\": 0.5}");
    try (SparseEncoder encoder = SparseEncoder.load(folder)) {
      assertThat(
              encoder
                  .encode(List.of("The river, River"), Side.QUERY, CallContext.unbounded())
                  .weights())
          .containsExactly(Map.of("river", 2.5f));
    }
  }

  /** A graph that gives vectors of tokens has no weight for each token of the vocabulary. */
  @Test
  void refusesAGraphWithoutLogits() throws IOException {
    Path folder = golden("plain").write(root);
    Path dense = GoldenFolder.all("embedders.jsonl", "encoder.onnx").getFirst().write(root);
    Files.delete(folder.resolve("model.onnx"));
    Files.copy(dense.resolve("model.onnx"), folder.resolve("model.onnx"));
    assertThatThrownBy(() -> SparseEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected logits [batch, token, vocabulary]");
  }

  @Test
  void countsWhatItCutAndCanBeStoppedAndClosed() throws IOException {
    Path folder = golden("cut").write(root);
    SparseEncoder encoder = SparseEncoder.load(folder);
    SparseEncoder.Weights read =
        encoder.encode(List.of("the ".repeat(10), "river"), Side.DOCUMENT, CallContext.unbounded());
    assertThat(read.usage().count(Usage.TRUNCATED_TEXTS)).hasValue(1);
    assertThat(read.usage().count(Usage.TRUNCATED_TOKENS)).hasValue(3);
    assertThat(encoder.encode(List.of(), Side.QUERY, CallContext.unbounded()).weights()).isEmpty();
    CallContext cancelled = CallContext.withTimeout(Duration.ofMinutes(1));
    cancelled.cancel();
    assertThatThrownBy(() -> encoder.encode(List.of("river"), Side.QUERY, cancelled))
        .isInstanceOf(CancelledException.class);
    encoder.close();
    encoder.close();
    assertThatThrownBy(() -> encoder.encode(List.of("river"), Side.QUERY, CallContext.unbounded()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void saysWhatItIs() throws IOException {
    try (SparseEncoder plain = SparseEncoder.load(golden("plain").write(root));
        SparseEncoder sum = SparseEncoder.load(golden("sum").write(root));
        SparseEncoder few = SparseEncoder.load(golden("few").write(root));
        SparseEncoder routed = SparseEncoder.load(golden("a route for questions").write(root))) {
      assertThat(plain.description().parameters())
          .containsEntry("pooling", "max")
          .containsEntry("activation", "relu")
          .containsEntry("maxTokens", "32")
          .containsKeys("modelSha256", "runtime")
          .doesNotContainKeys("mostTokens", "questionWeightsSha256");
      assertThat(sum.description().parameters()).containsEntry("pooling", "sum");
      assertThat(few.description().parameters()).containsEntry("mostTokens", "2");
      assertThat(routed.description().parameters()).containsKey("questionWeightsSha256");
    }
  }
}
