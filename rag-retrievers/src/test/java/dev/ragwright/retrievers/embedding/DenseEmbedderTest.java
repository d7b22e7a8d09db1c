package dev.ragwright.retrievers.embedding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.retrievers.rerank.ColBertFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenseEmbedderTest {
  /** By dense_golden.py. */
  private static final float[] EXPECTED = {-0.318266f, -0.687352f, -0.652882f};

  private static final float[] FIRST = {1, -2, 0.5f, 3, 0.25f, 1, -1, 2, -3, 0.5f, 2, 1};
  private static final float[] SECOND = {1, 2, -1, 0.5f, -1, 3, 2, 0, 1};

  @TempDir Path root;

  private ColBertFolder folder() throws IOException {
    return ColBertFolder.encoder(root.resolve("model"))
        .with("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}")
        .with("modules.json", modules("Pooling", "Dense", "Dropout", "Dense", "Normalize"))
        .with(
            "2_Dense/config.json",
            ColBertFolder.dense(4, 3).replace("linear.Identity", "activation.Tanh"))
        .with("2_Dense/model.safetensors", layer(FIRST, 0.5f, -0.25f, 1))
        .with("4_Dense/config.json", ColBertFolder.dense(3, 3))
        .with("4_Dense/model.safetensors", layer(SECOND));
  }

  private static String modules(String... behind) {
    List<String> modules = new ArrayList<>();
    modules.add(
        "{\"idx\": 0, \"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"}");
    for (String type : behind) {
      modules.add(
          String.format(
              Locale.ROOT,
              "{\"idx\": %1$d, \"path\": \"%1$d_%2$s\", \"type\": \"sentence_transformers.models.%2$s\"}",
              modules.size(),
              type));
    }
    return modules.toString();
  }

  /** A safetensors file of a layer to three numbers, without a bias where none is given. */
  private static byte[] layer(float[] weight, float... bias) {
    String tensor =
        "\"linear.%s\": {\"dtype\": \"F32\", \"shape\": %s, \"data_offsets\": [%d, %d]}";
    int split = weight.length * Float.BYTES;
    String header =
        String.format(
                Locale.ROOT,
                tensor,
                "weight",
                String.format(Locale.ROOT, "[3, %d]", weight.length / 3),
                0,
                split)
            + (bias.length == 0
                ? ""
                : ", "
                    + String.format(
                        Locale.ROOT,
                        tensor,
                        "bias",
                        "[3]",
                        split,
                        split + bias.length * Float.BYTES));
    byte[] json = "{%s}".formatted(header).getBytes(UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + split + bias.length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json);
    for (float value : weight) {
      file.putFloat(value);
    }
    for (float value : bias) {
      file.putFloat(value);
    }
    return file.array();
  }

  @Test
  void appliesTheLayersBehindPooling() throws IOException {
    Path folder = folder().path();
    try (OnnxEmbedder embedder = OnnxEmbedder.load(folder)) {
      assertThat(embedder.dimension()).isEqualTo(3);
      assertThat(embedder.embedDocument("w1 w2")).containsExactly(EXPECTED, within(1e-6f));
      ModelFolder files = ModelFolder.of(folder);
      assertThat(embedder.description().parameters())
          .containsEntry("dimension", "3")
          .containsEntry(
              "dense",
              "2_Dense/model.safetensors %s, 4_Dense/model.safetensors %s"
                  .formatted(
                      files.sha256("2_Dense/model.safetensors"),
                      files.sha256("4_Dense/model.safetensors")));
    }
  }

  @Test
  void withoutSuchLayersTheDescriptionStaysWhatItWas() throws IOException {
    ColBertFolder folder = folder().with("modules.json", modules("Pooling", "Normalize"));
    try (OnnxEmbedder embedder = OnnxEmbedder.load(folder.path())) {
      assertThat(embedder.dimension()).isEqualTo(4);
      assertThat(embedder.description().parameters()).doesNotContainKey("dense");
    }
  }

  private static void assertRefused(ColBertFolder folder, String message) {
    assertThatThrownBy(() -> OnnxEmbedder.load(folder.path()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatItCannotDoByName() throws IOException {
    assertRefused(
        folder().with("modules.json", modules("Pooling", "LayerNorm")),
        "found the module sentence_transformers.models.LayerNorm behind Pooling; expected Pooling,"
            + " then Dense or none, then Normalize or none");
    assertRefused(
        folder().with("modules.json", modules("Pooling", "Normalize", "Dense")),
        "found the module sentence_transformers.models.Dense behind Normalize; expected");
    assertRefused(
        folder().with("modules.json", modules("Dense")),
        "found the module sentence_transformers.models.Dense behind the encoder; expected Pooling,"
            + " then Dense or none, then Normalize or none; LateInteraction.load takes models of"
            + " PyLate");
    assertRefused(
        folder().with("2_Dense/config.json", ColBertFolder.dense(768, 3)),
        "2_Dense/config.json: found a layer that reads 768 numbers; expected 4, as many as pooling"
            + " gives");
    assertRefused(
        folder()
            .with(
                "2_Dense/config.json",
                ColBertFolder.dense(4, 3)
                    .replace("false,", "false, \"module_input_name\": \"token_embeddings\",")),
        "found module_input_name \"token_embeddings\"; expected sentence_embedding");
    assertRefused(
        folder().without("2_Dense/model.safetensors"),
        "2_Dense/model.safetensors: found no file with linear.weight; expected it there");
    assertRefused(
        folder().without("4_Dense/config.json"),
        "4_Dense/config.json: found nothing; expected a linear layer");
  }
}
