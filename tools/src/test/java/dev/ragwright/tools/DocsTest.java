package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.testmodels.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compiles and runs every block of Java in the README and in docs/, in a working folder that has
 * copies of both, and compares what a block prints with the block of text behind it. Milliseconds
 * and the best score over the pages themselves are not compared. {@code mvn test -pl tools -am
 * -Dtest=DocsTest -Dragwright.docs=write} (with {@code -Dsurefire.failIfNoSpecifiedTests=false})
 * writes what was printed into the pages. The {@code {@snippet}}s of Javadoc are compiled.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsTest {
  private static final Pattern BLOCK =
      Pattern.compile("(?ms)^```java\\n(.*?)^```\\n(?:\\n```text\\n(.*?)^```$)?");
  private static final Pattern VARYING =
      Pattern.compile(" +\\d+\\.\\d\\d(?= ms)|(?<=, best )\\d+\\.\\d+");
  private static final Pattern SNIPPET = Pattern.compile("(?ms)\\{@snippet :\\n(.*?)^ *\\* \\}$");

  /** What the code of Javadoc speaks of without making it. */
  private static final String GIVEN =
      """
        static RagPipeline rag;
        static LuceneIndex index;
        static Retriever retriever;
        static Embedder embedder;
        static Generator generator;
        static DocumentSource documents;
        static EvalSet set;
        static Evaluation evaluation;
        static String question;
        static List<Hit> searchTickets(String words, int topK) {
          return List.of();
        }
      """;

  private static final boolean WRITE = "write".equals(System.getProperty("ragwright.docs"));
  private static final Path ROOT = Repository.root();

  @TempDir static Path classes;

  record Block(String page, int line, String code, String output) {
    @Override
    public String toString() {
      return page + " line " + line;
    }
  }

  @BeforeAll
  void copyPages() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    assumeTrue(
        here.endsWith("target/work"),
        "skipped: the code of the pages writes files; its working directory must be"
            + " tools/target/work, as in Maven, was "
            + here);
    for (String page : pages()) {
      Path copy = Path.of(page);
      Files.createDirectories(copy.toAbsolutePath().getParent());
      Files.writeString(copy, Files.readString(ROOT.resolve(page)));
    }
    deleteFolder(Path.of("index"));
    deleteFolder(Path.of("words"));
    copyExamples();
  }

  /** What the tutorial reads, from where it stands for a reader. */
  private static void copyExamples() throws IOException {
    deleteFolder(Path.of("examples"));
    try (Stream<Path> files = Files.walk(ROOT.resolve("examples"), 2)) {
      for (Path file : files.filter(f -> f.toString().contains("handbook")).sorted().toList()) {
        Path copy = Path.of(ROOT.relativize(file).toString());
        Files.createDirectories(copy.toAbsolutePath().getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static void deleteFolder(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static List<String> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of("README.md"), docs.sorted().map(page -> "docs/" + page.getFileName()))
          .filter(page -> page.endsWith(".md"))
          .toList();
    }
  }

  static List<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (String page : pages()) {
      String text = Files.readString(ROOT.resolve(page));
      Matcher matcher = BLOCK.matcher(text);
      while (matcher.find()) {
        int line = (int) text.substring(0, matcher.start()).lines().count() + 1;
        String output = matcher.group(2) == null ? "" : matcher.group(2);
        blocks.add(new Block(page, line, matcher.group(1), output));
      }
    }
    return blocks;
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void runs(Block block) throws Exception {
    String printed = run(compile(block));
    if (WRITE) {
      Path page = ROOT.resolve(block.page());
      String text = Files.readString(page);
      String old = "```java\n" + block.code() + "```\n\n```text\n" + block.output() + "```";
      String mended = "```java\n" + block.code() + "```\n\n```text\n" + printed + "```";
      Files.writeString(page, text.replace(old, mended));
    } else {
      assertThat(comparable(printed))
          .as("what %s prints", block)
          .isEqualTo(comparable(block.output()));
    }
  }

  static List<Block> snippets() throws IOException {
    List<Block> snippets = new ArrayList<>();
    for (Path file : sources()) {
      String text = Files.readString(file);
      Matcher matcher = SNIPPET.matcher(text);
      while (matcher.find()) {
        int line = (int) text.substring(0, matcher.start()).lines().count();
        String code = matcher.group(1).replaceAll("(?m)^ *\\* ?", "");
        snippets.add(new Block(ROOT.relativize(file).toString(), line, code, ""));
      }
    }
    return snippets;
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.sorted().toList()) {
        Path folder = module.resolve("src/main/java");
        if (module.getFileName().toString().startsWith("rag-") && Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void compiles(Block snippet) throws IOException {
    compile(snippet);
  }

  private static String comparable(String output) {
    return VARYING.matcher(output).replaceAll(" #").strip();
  }

  private static String compile(Block block) throws IOException {
    String name = "Block" + Integer.toHexString(block.toString().hashCode());
    Path source = classes.resolve(name + ".java");
    Files.writeString(
        source,
        """
        import static dev.ragwright.eval.gate.EvaluationAssertions.*;
        import static dev.ragwright.experiment.Factor.*;
        import dev.ragwright.*;
        import dev.ragwright.call.*;
        import dev.ragwright.document.*;
        import dev.ragwright.documents.*;
        import dev.ragwright.documents.options.*;
        import dev.ragwright.eval.*;
        import dev.ragwright.eval.answer.*;
        import dev.ragwright.eval.gate.*;
        import dev.ragwright.eval.learn.*;
        import dev.ragwright.experiment.*;
        import dev.ragwright.eval.ranking.*;
        import dev.ragwright.eval.route.*;
        import dev.ragwright.eval.stats.*;
        import dev.ragwright.generate.*;
        import dev.ragwright.generators.extractive.*;
        import dev.ragwright.guard.*;
        import dev.ragwright.index.*;
        import dev.ragwright.langchain4j.*;
        import dev.ragwright.generators.onnx.*;
        import dev.ragwright.onnx.*;
        import dev.ragwright.onnx.check.*;
        import dev.ragwright.observe.*;
        import dev.ragwright.onnx.hub.*;
        import dev.ragwright.resilience.*;
        import dev.ragwright.retrieve.*;
        import dev.ragwright.retrievers.embedding.*;
        import dev.ragwright.retrievers.lucene.*;
        import dev.ragwright.route.*;
        import dev.ragwright.source.*;
        import dev.ragwright.store.*;
        import dev.ragwright.testkit.*;
        import dev.ragwright.trace.*;
        import java.nio.file.*;
        import java.time.*;
        import java.util.*;
        import java.util.concurrent.atomic.*;
        import java.util.regex.Pattern;
        import org.assertj.core.api.SoftAssertions;
        public final class %s {
        %s
          public static void main(String[] args) throws Exception {
        %s
          }
        }
        """
            .formatted(name, GIVEN, block.code()));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  errors,
                  files,
                  null,
                  List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjects(source))
              .call();
      assertThat(compiled).as("%s compiles: %s", block, errors).isTrue();
    }
    return name;
  }

  private static String run(String name) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
