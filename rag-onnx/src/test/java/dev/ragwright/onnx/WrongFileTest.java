package dev.ragwright.onnx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.onnx.runtime.DecoderTokens;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TinyGraph;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongFileTest {
  private static final String POINTER =
      """
      version https://git-lfs.github.com/spec/v1
      oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
      size 90405214
      """;

  private static final String ADVICE =
      ": found a Git LFS pointer in place of a file of 90405214 bytes; expected the file itself: run"
          + " \"git lfs pull\" in the clone that it is in, or let ModelHub fetch the model";

  private static final String PAGE =
      "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>" + "<p>".repeat(40);

  @TempDir Path root;

  private Path write(String file, byte[] content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.resolveSibling("."));
    return Files.write(path, content);
  }

  private void assertPointer(String file, ThrowingCall call) throws IOException {
    Path path = write(file, POINTER.getBytes(UTF_8));
    assertThatThrownBy(call::run)
        .isInstanceOf(ModelLoadException.class)
        .hasMessage("cannot load " + path + ADVICE);
    Files.delete(path);
  }

  private interface ThrowingCall {
    void run() throws IOException;
  }

  @Test
  void saysThatAFileIsAPointerOfGitLfs() throws IOException {
    TinyGraph.folder(root, VariantGraph.withWeightsBeside("w.bin"));
    ModelFolder folder = ModelFolder.of(root);
    String sha256OfGraph = folder.modelSha256();
    write("w.bin", new byte[] {0, 0, 0, 64});
    OnnxModel.load(folder).close();
    assertThat(folder.modelSha256()).isNotEqualTo(sha256OfGraph);
    assertPointer("w.bin", () -> OnnxModel.load(folder));
    Files.write(root.resolve("model.onnx"), VariantGraph.withWeightsBeside("model.onnx_data"));
    assertPointer("model.onnx_data", () -> OnnxModel.load(folder));
    assertPointer("model.onnx", () -> OnnxModel.load(folder));
    assertPointer("tokenizer.json", () -> Tokenizer.load(folder));
    assertPointer("tokenizer.json", () -> TokenBytes.load(folder));
    assertPointer("config.json", folder::labels);
    assertPointer("generation_config.json", () -> DecoderTokens.starts(folder));
    assertPointer("tokenizer_config.json", () -> TokenLimit.of(folder));
    assertPointer("1_Pooling/config.json", () -> SentenceSettings.of(folder).pooling());
    assertPointer("chat_template.jinja", () -> folder.text("chat_template.jinja"));
  }

  /** As after {@code git lfs pull --include onnx/model_q4.onnx}. */
  @Test
  void takesTheVariantThatWasFetched() throws IOException {
    write("config.json", "{\"architectures\": [\"Qwen3ForCausalLM\"]}".getBytes(UTF_8));
    write("onnx/model.onnx", POINTER.getBytes(UTF_8));
    write("onnx/model_q8.onnx", POINTER.getBytes(UTF_8));
    write("onnx/model_q4.onnx", VariantGraph.products("q4"));
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.modelFile()).isEqualTo("onnx/model_q4.onnx");
    assertThat(folder.variants()).extracting(ModelVariant::name).containsExactly("q4");
    assertThatThrownBy(() -> OnnxModel.load(folder.withVariant("fp32")))
        .hasMessage("cannot load " + root.resolve("onnx/model.onnx") + ADVICE);
  }

  /** With what a parser would say otherwise: "Protobuf parsing failed". */
  @Test
  void saysWhatIsThereInPlaceOfAGraph() throws IOException {
    Map<String, byte[]> files =
        Map.of(
            "an empty file",
            new byte[0],
            String.format(
                Locale.ROOT,
                "a page of HTML of %d bytes, \"<!DOCTYPE html> <html><head><title>Sign in</title></head><p>...\"",
                PAGE.length()),
            PAGE.getBytes(UTF_8),
            "a text of 15 bytes, \"Entry not found\"",
            "Entry not found".getBytes(UTF_8),
            "a text of 32 bytes, \"{\"error\":\"Repository not found\"}\"",
            "{\"error\":\"Repository not found\"}".getBytes(UTF_8),
            "a gzip archive, still packed",
            gzip(VariantGraph.products("fp32")),
            "a zip archive, still packed",
            zip("model.onnx"),
            "a checkpoint of PyTorch",
            zip("archive/data.pkl"),
            "a pickle of Python, such as a checkpoint of PyTorch",
            "\u0080\u0002}q\u0000X\u0005".getBytes(ISO_8859_1),
            "a file of the format safetensors",
            safetensors(),
            "nothing but zeros",
            new byte[64]);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = write("model.onnx", file.getValue());
      assertThatThrownBy(() -> OnnxModel.load(ModelFolder.of(root)))
          .isInstanceOf(ModelLoadException.class)
          .hasMessage(
              "cannot load %s: found %s; expected an ONNX model that %s can run"
                  .formatted(path, file.getKey(), OnnxModel.runtime()));
    }
    Files.delete(root.resolve("model.onnx"));
    write("config.json", "{\"architectures\": [\"Qwen3ForCausalLM\"]}".getBytes(UTF_8));
    Path path = write("onnx/model.onnx", PAGE.getBytes(UTF_8));
    assertThatThrownBy(() -> ModelFolder.of(root).modelFile())
        .hasMessageStartingWith("cannot load " + path + ": found a page of HTML of ")
        .hasMessageEndingWith("; expected an ONNX model");
  }

  @Test
  void saysWhereAGraphEndsEarly() throws IOException {
    byte[] graph = TinyGraph.cast("input_ids");
    for (int length : List.of(graph.length / 3, graph.length / 2, graph.length - 1)) {
      Path path = write("model.onnx", Arrays.copyOf(graph, length));
      assertThatThrownBy(() -> OnnxModel.load(ModelFolder.of(root)))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageStartingWith("cannot load " + path + ": found ")
          .hasMessageContaining("Protobuf parsing failed")
          .hasMessageContaining("(the file ends in the middle); expected an ONNX model that ");
    }
    write("model.onnx", VariantGraph.withWeightsBeside("model.onnx_data"));
    Path weights = write("model.onnx_data", new byte[0]);
    assertThatThrownBy(() -> OnnxModel.load(ModelFolder.of(root)))
        .hasMessage(
            "cannot load %s: found an empty file; expected the weights of %s"
                .formatted(weights, root.resolve("model.onnx")));
  }

  @Test
  void saysWhatIsThereInPlaceOfSettingsAndTokenizers() throws IOException {
    ModelFolder folder = TinyGraph.folder(root, TinyGraph.cast("input_ids"));
    String expected = "the JSON of a Hugging Face tokenizer";
    for (byte[] page : List.of(PAGE.getBytes(UTF_8), gzip(TinyGraph.WORDS.getBytes(UTF_8)))) {
      Path tokenizer = write("tokenizer.json", page);
      String found = page[0] == '<' ? "a page of HTML of " : "a gzip archive, still packed";
      for (ThrowingCall call :
          List.<ThrowingCall>of(() -> Tokenizer.load(folder), () -> TokenBytes.load(folder))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(ModelLoadException.class)
            .hasMessageStartingWith("cannot load " + tokenizer + ": found " + found)
            .hasMessageEndingWith("; expected " + expected);
      }
    }
    Path config = write("config.json", PAGE.getBytes(UTF_8));
    assertThatThrownBy(folder::labels)
        .hasMessageStartingWith("cannot load " + config + ": found a page of HTML of ")
        .hasMessageEndingWith("; expected JSON");
    write("config.json", new byte[0]);
    assertThatThrownBy(folder::labels)
        .hasMessage("cannot load " + config + ": found an empty file; expected JSON");
    write("config.json", "{\"id2label\": {".getBytes(UTF_8));
    assertThatThrownBy(folder::labels)
        .as("what the parser says of JSON is the better text")
        .hasMessageContaining("End of input at line 1 column 15 path $.id2label");
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }

  private static byte[] zip(String name) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(packed)) {
      out.putNextEntry(new ZipEntry(name));
      out.write(1);
    }
    return packed.toByteArray();
  }

  private static byte[] safetensors() {
    byte[] header =
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}".getBytes(UTF_8);
    return ByteBuffer.allocate(Long.BYTES + header.length + 4)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }
}
