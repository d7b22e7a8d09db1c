package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One cache folder for several processes, and one that cannot be used, with changed weights. */
@Timeout(240)
class SharedCacheFolderTest {
  private static final String EXACT = Int8Weights.UNSIGNED + " ";

  @TempDir Path folder;

  /** What a model with changed weights gives, in a word that says so if they are not. */
  private static String read(Path cache) {
    return OnnxModel.loadWithTokenizer(
        ModelFolder.allMiniLm(),
        OnnxOptions.builder().cacheFolder(cache).int8Weights(Int8Weights.UNSIGNED).build(),
        Pooling.MEAN,
        (model, tokenizer) -> {
          try (model;
              tokenizer) {
            Tokens tokens = tokenizer.encode("How do I rotate the signing key?");
            float[] values = model.tokenEncoder().run(tokens, CallContext.unbounded()).values();
            return model.int8Weights()
                + " "
                + Integer.toHexString(Arrays.hashCode(values))
                + " "
                + model.description();
          }
        });
  }

  /** The child's main method. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      OnnxModel.runtime();
      System.out.println("ready");
      System.out.flush();
      int go = System.in.read(); // so that all begin at once
      System.out.println(go < 0 ? "nobody is there" : read(Path.of(args[0])));
    }
  }

  private Process start() throws IOException {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
    String kernels = System.getProperty("onnxruntime.native.path");
    if (kernels != null) {
      command.add("-Donnxruntime.native.path=" + kernels);
    }
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", Child.class.getName(), folder.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }

  @Test
  void processesThatOpenAModelAtOnceGiveTheSameAndKeepItOnce() throws Exception {
    List<Process> processes = List.of(start(), start(), start());
    try {
      List<BufferedReader> outputs = new ArrayList<>();
      for (Process process : processes) {
        BufferedReader output =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(output.readLine()).isEqualTo("ready");
        outputs.add(output);
      }
      for (Process process : processes) {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
      }
      String expected = read(folder.resolve("of its own"));
      assertThat(expected).startsWith(EXACT);
      for (BufferedReader output : outputs) {
        assertThat(output.readLine()).isEqualTo(expected);
      }
      for (Process process : processes) {
        assertThat(process.waitFor()).isZero();
      }
      assertThat(encoders()).hasSize(1);
      assertThat(read(folder)).isEqualTo(expected); // of what was kept
      assertThat(encoders()).hasSize(1);
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /** What is in the cache for encoders, and whatever was left of making it. */
  private List<Path> encoders() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("encoder-")).toList();
    }
  }

  @Test
  void changedWeightsOutOfADamagedCacheAreMadeAgain() throws IOException {
    String expected = read(folder);
    assertThat(expected).startsWith(EXACT);
    for (String file : List.of("weights", "facts", "fused.onnx", "files")) {
      Path damaged = encoders().getFirst().resolve(file);
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[bytes.length / 2] ^= 1;
      Files.write(damaged, bytes);
      assertThat(read(folder)).as(file).isEqualTo(expected);
      bytes[bytes.length / 2] ^= 1;
      assertThat(damaged).as(file).hasBinaryContent(bytes);
    }
  }

  @Test
  void aCacheFolderThatIsAFileChangesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    assertThat(read(file)).startsWith(EXACT).isEqualTo(read(folder));
    assertThat(file).hasContent("no folder");
  }

  @Test
  void aCacheFolderThatIsNotWritableChangesNothing() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeTrue(!Files.isWritable(closed), "skipped: this user may write everywhere");
    assertThat(read(closed)).startsWith(EXACT).isEqualTo(read(folder));
    assertThat(closed).isEmptyDirectory();
  }
}
