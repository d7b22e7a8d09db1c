package dev.ragwright.onnx.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path root;

  @Test
  void readsATensorOfASafetensorsFile() throws IOException {
    ModelFolder folder = ModelFolder.of(root);
    assertThat(Safetensors.tensor(folder, "model.safetensors", "a")).isEmpty();
    byte[] header =
        "{\"a\": {\"dtype\": \"F16\", \"shape\": [1, 2], \"data_offsets\": [2, 6]}}"
            .getBytes(UTF_8);
    byte[] numbers = {0, 0, 0, 0x3c, 0, (byte) 0xc0}; // 0; 1 and -2
    byte[] file = Arrays.copyOf(new byte[] {(byte) header.length}, 8 + header.length + 6);
    System.arraycopy(header, 0, file, 8, header.length);
    System.arraycopy(numbers, 0, file, 8 + header.length, 6);
    Files.write(root.resolve("model.safetensors"), file);
    FloatTensor tensor = Safetensors.tensor(folder, "model.safetensors", "a").orElseThrow();
    assertThat(tensor.values()).containsExactly(1, -2);
    assertThat(tensor.shape()).containsExactly(1L, 2L);
    assertThat(Safetensors.tensor(folder, "model.safetensors", "b")).isEmpty();
    for (int length = 0; length < file.length; length++) {
      Files.write(root.resolve("model.safetensors"), Arrays.copyOf(file, length));
      assertThatThrownBy(() -> Safetensors.tensor(folder, "model.safetensors", "a"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageEndingWith("; expected a safetensors file");
    }
    Files.write(
        root.resolve("model.safetensors"),
        new String(file, ISO_8859_1).replace("F16", "I16").getBytes(ISO_8859_1));
    assertThatThrownBy(() -> Safetensors.tensor(folder, "model.safetensors", "a"))
        .hasMessageContaining("found for \"a\" {\"dtype\":\"I16\",\"shape\":[1,2]");
  }

  @Test
  void saysWhatIsThereInstead() throws IOException {
    ModelFolder folder = ModelFolder.of(root);
    Path file = root.resolve("model.safetensors");
    Files.writeString(
        file,
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 90405214
        """);
    assertThatThrownBy(() -> Safetensors.tensor(folder, "model.safetensors", "a"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith(
            "cannot load %s: found a Git LFS pointer in place of a file of 90405214 bytes"
                .formatted(file));
    Files.writeString(file, "Entry not found");
    assertThatThrownBy(() -> Safetensors.tensor(folder, "model.safetensors", "a"))
        .hasMessage(
            "cannot load %s: found a text of 15 bytes, \"Entry not found\"; expected a safetensors file"
                .formatted(file));
  }
}
