package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.testmodels.Repository;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles an application that is a module against ours, and runs it with everything on the module
 * path. There code sees no other module's files and private members, which tests on the class path
 * cannot notice.
 */
class ModulePathTest {
  private static final Path CONSUMER = Repository.root().resolve("tools/src/test/modules/consumer");

  private static Path classes;

  @TempDir static Path folder;

  /**
   * What an application needs, without the examples, the tools and what only these need. Models are
   * modules once they are in a jar.
   */
  private static String modulePath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry ->
                !entry.contains(Path.of("examples", "target").toString())
                    && !entry.contains(Path.of("tools", "target").toString())
                    && !entry.matches(
                        ".*(?:spring-|archunit|picocli|slf4j-simple|open-ai|http-client|jtokkit|langchain4j-1|opennlp|micrometer"
                            + "|HdrHistogram|LatencyUtils).*"))
        .map(entry -> entry.matches(".*rag-model-.*classes") ? jar(entry) : entry)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String jar(String classes) {
    Path path = Path.of(classes);
    String name = path.getName(path.getNameCount() - 3).toString(); // NAME/target/classes
    Path jar = folder.resolve(name + ".jar");
    if (!Files.exists(jar)) {
      String[] arguments = {
        "--create", "--file", jar.toString(), "--no-compress", "-C", classes, "."
      };
      int exit = ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err, arguments);
      assertThat(exit).as(name).isZero();
    }
    return jar.toString();
  }

  @BeforeAll
  static void compile() {
    classes = folder.resolve("classes");
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String[] arguments = {
      "-p",
      modulePath(),
      "-d",
      classes.toString(),
      CONSUMER.resolve("module-info.java").toString(),
      CONSUMER.resolve("consumer/Main.java").toString()
    };
    int exit = ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments);
    assertThat(exit).as("%s", said).isZero();
  }

  private static String run(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=com.microsoft.onnxruntime,ai.djl.tokenizers,com.sun.jna,org.apache.lucene.core",
                "-p",
                classes + File.pathSeparator + modulePath(),
                "-m",
                "consumer/consumer.Main"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", null);
    Path err = Files.createTempFile(folder, "err", null);
    int exit =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    assertThat(exit).as("%s", Files.readString(err)).isZero();
    return Files.readString(out);
  }

  @Test
  void everythingRunsFromTheModulePath() throws Exception {
    String work = Files.createDirectory(folder.resolve("work")).toString();
    assertThat(run(work))
        .isEqualToNormalizingNewlines(
            """
            module consumer
            MiniLM 384
            hybrid Rotate the signing key every year.
            logged 1
            hosted Every year. [keys [0, 34)]
            ndcg vectors on manual
              ndcg@10  1.0000 (2 scored)
            report true
            frozen 2
            template USER so {"role": "user", "content": " Say  so "} USER
            """);
  }

  @Test
  void aLanguageModelRepliesFromTheModulePath() throws Exception {
    assumeTrue(Files.exists(TestModel.smolLm2()), "no model in " + TestModel.smolLm2());
    assertThat(run(folder.toString(), TestModel.smolLm2().toString())).startsWith("reply ");
  }
}
