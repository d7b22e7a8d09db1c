package dev.ragwright.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RuntimeEnvironmentTest {
  @TempDir Path folder;

  /** Run in a JVM of its own. */
  public static void main(String... args) {
    System.out.println(OnnxModel.runtime());
  }

  /** Without a large stack ONNX Runtime 1.29.0 kills the JVM. */
  @Test
  void aLongCommandLineIsNoHarm() throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RuntimeEnvironmentTest.class.getName(),
                    "x".repeat(100_000)))
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(out)).startsWith("onnxruntime 1.");
  }
}
