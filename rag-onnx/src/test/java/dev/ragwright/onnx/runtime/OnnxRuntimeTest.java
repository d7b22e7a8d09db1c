package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.RagException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRuntimeTest {
  @TempDir Path folder;

  private Path commandLine(int bytes) throws IOException {
    return Files.write(folder.resolve("cmdline"), new byte[bytes]);
  }

  @Test
  void aCommandLineThatWouldEndTheProcessIsRefused() throws IOException {
    Path line = commandLine(100_001);
    assertThatThrownBy(() -> OnnxRuntime.check(line, null))
        .isInstanceOf(RagException.class)
        .hasMessage(
            "ONNX Runtime would end this process: its telemetry cannot read a command line of 100,001"
                + " bytes, only 100,000; start with the environment variable ORT_DISABLE_TELEMETRY=1,"
                + " or with a shorter command line (the class path in the variable CLASSPATH or in"
                + " an @file)");
    assertThatThrownBy(() -> OnnxRuntime.check(line, "no")).isInstanceOf(RagException.class);
  }

  @Test
  void aShortOneOrNoTelemetryWillDo() throws IOException {
    Path line = commandLine(100_001);
    assertThatCode(() -> OnnxRuntime.check(line, "1")).doesNotThrowAnyException();
    assertThatCode(() -> OnnxRuntime.check(line, "true")).doesNotThrowAnyException();
    assertThatCode(() -> OnnxRuntime.check(folder.resolve("none"), null))
        .doesNotThrowAnyException();
    Path shorter = commandLine(100_000);
    assertThatCode(() -> OnnxRuntime.check(shorter, null)).doesNotThrowAnyException();
  }

  /** The real thing: without the large stack, this process would end with a segmentation fault. */
  @Test
  void aLongCommandLineIsNoMatter() throws Exception {
    Outcome running = run();
    assertThat(running.text()).isEqualTo("started " + OnnxModel.runtime());
    assertThat(running.exit()).isZero();
  }

  /** Where libraries are looked for in a folder that holds a text instead. */
  @Test
  void aLibraryThatCannotBeLoadedIsNamed() throws Exception {
    Path library = folder.resolve(System.mapLibraryName("onnxruntime"));
    Files.writeString(library, "no library");
    Outcome running = run("-Donnxruntime.native.path=" + folder);
    assertThat(running.text())
        .contains("ONNX Runtime cannot start on " + System.getProperty("os.name"))
        .contains(library.toString(), "onnxruntime.native.path");
  }

  private record Outcome(int exit, String text) {}

  /** The child's main method. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      try {
        System.out.print("started " + OnnxModel.runtime());
      } catch (RagException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  private static Outcome run(String... options) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
    command.addAll(List.of(options));
    command.add("-Dpadding=" + "x".repeat(20_000));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", Child.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().remove("ORT_DISABLE_TELEMETRY");
    builder.environment().remove("JAVA_TOOL_OPTIONS"); // of which the JVM would say a line
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }
}
