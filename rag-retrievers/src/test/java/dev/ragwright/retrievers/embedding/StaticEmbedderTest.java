package dev.ragwright.retrievers.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.testkit.EmbedderContract;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaticEmbedderTest {
  @TempDir Path copy;

  private static Path folder(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(StaticEmbedderTest.class.getResource("static/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Written by {@code static_golden.py} with model2vec 0.10.0, which adds in single precision, and
   * of "shared" in half.
   */
  @ParameterizedTest
  @CsvSource({"plain, 5e-6", "shared, 2e-3", "bytes, 5e-6"})
  void givesWhatModel2vecGives(String model, double within) throws IOException {
    JsonNode golden = new JsonMapper().readTree(folder(model).resolve("golden.json").toFile());
    try (StaticEmbedder embedder = StaticEmbedder.load(folder(model))) {
      int number = 0;
      for (JsonNode text : golden.path("texts")) {
        JsonNode expected = golden.path("vectors").path(number++);
        float[] vector = embedder.embedDocument(text.asText());
        assertThat(vector).hasSize(expected.size()).hasSize(embedder.dimension());
        for (int i = 0; i < vector.length; i++) {
          assertThat((double) vector[i])
              .as("%s, number %d of <%.40s>", model, i, text.asText())
              .isEqualTo(expected.path(i).asDouble(), Offset.offset(within));
        }
        assertThat(embedder.embedQuery(text.asText())).isEqualTo(vector);
      }
      assertThat(number).isEqualTo(8);
    }
  }

  @Test
  void keepsTheFirstNumbers() {
    ModelFolder plain = ModelFolder.of(folder("plain"));
    try (StaticEmbedder whole = StaticEmbedder.load(plain);
        StaticEmbedder cut = StaticEmbedder.load(plain, 4)) {
      float[] all = whole.embedDocument("the river");
      float[] some = cut.embedDocument("the river");
      assertThat(Embeddings.dot(some, some)).isEqualTo(1, Offset.offset(1e-6));
      assertThat(some[0] / some[3]).isEqualTo(all[0] / all[3], Offset.offset(1e-5f));
      assertThat(cut.description()).isNotEqualTo(whole.description());
      assertThat(whole.description().opaque()).isFalse();
    }
    assertThatThrownBy(() -> StaticEmbedder.load(plain, 13))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the dimension must be within 1 and the 12 of plain, was 13");
  }

  @Test
  void refusesATokenWithoutAVector() throws IOException {
    Files.copy(folder("plain").resolve("model.safetensors"), copy.resolve("model.safetensors"));
    String tokenizer = Files.readString(folder("plain").resolve("tokenizer.json"));
    Files.writeString(copy.resolve("tokenizer.json"), tokenizer.replace(":32", ":99"));
    assertThatThrownBy(() -> StaticEmbedder.load(copy).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("vectors for 33 tokens, and a token 99 in tokenizer.json");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Files.copy(folder("plain").resolve("tokenizer.json"), copy.resolve("tokenizer.json"));
    assertThatThrownBy(() -> StaticEmbedder.load(copy).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("no tensor \"embeddings\"")
        .hasMessageContaining("a vector for each token, as model2vec writes them");
    byte[] file = Files.readAllBytes(folder("plain").resolve("model.safetensors"));
    Files.write(copy.resolve("model.safetensors"), java.util.Arrays.copyOf(file, 200));
    assertThatThrownBy(() -> StaticEmbedder.load(copy).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("model.safetensors");
  }

  @Test
  void refusesLateUse() {
    StaticEmbedder embedder = StaticEmbedder.load(folder("plain"));
    embedder.close();
    embedder.close();
    assertThatThrownBy(() -> embedder.embedQuery("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder plain is closed");
  }

  @Nested
  class Contract extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return StaticEmbedder.load(folder("plain"));
    }

    @Override
    protected void close(Embedder embedder) {
      ((StaticEmbedder) embedder).close();
    }
  }
}
