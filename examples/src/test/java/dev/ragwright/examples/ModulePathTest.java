package dev.ragwright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles an application that is a module against ours, and runs it with everything on the module
 * path. There code sees no other module's files and private members, which tests on the class path
 * cannot notice.
 */
class ModulePathTest {
  private static final Path CONSUMER =
      Path.of(System.getenv("RAGWRIGHT_ROOT")).resolve("examples/src/test/modules/consumer");

  @TempDir Path folder;

  /** What the examples need, without them and without what is only for tests. */
  private static String modulePath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry ->
                !entry.contains(Path.of("examples", "target").toString())
                    && !entry.matches(".*(?:archunit|picocli|slf4j-simple).*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void everythingRunsFromTheModulePath() throws Exception {
    Path classes = folder.resolve("classes");
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    int compiled =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "-p",
                modulePath(),
                "-d",
                classes.toString(),
                CONSUMER.resolve("module-info.java").toString(),
                CONSUMER.resolve("consumer/Main.java").toString());
    assertThat(compiled).as("%s", said).isZero();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                classes + File.pathSeparator + modulePath(),
                "-m",
                "consumer/consumer.Main",
                Files.createDirectory(folder.resolve("work")).toString()));
    boolean model = Files.exists(TestModel.smolLm2());
    if (model) {
      command.add(TestModel.smolLm2().toString());
    }
    Path printed = folder.resolve("out");
    Path errors = folder.resolve("err");
    int exit =
        new ProcessBuilder(command)
            .redirectOutput(printed.toFile())
            .redirectError(errors.toFile())
            .start()
            .waitFor();
    assertThat(exit).as("%s", Files.readString(errors)).isZero();
    assertThat(Files.readString(printed).lines().filter(line -> !line.isBlank()))
        .containsExactly("x");
  }
}
