package dev.ragwright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testmodels.Repository;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each recipe as a user does, and holds docs/guide/recipes.md to it: the page shows what is in
 * {@code main}, and what it prints. {@code mvn test -pl examples -am -Dtest=RecipesTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dragwright.docs=write} writes both into the page.
 */
class RecipesTest {
  private static final Path ROOT = Repository.root();
  private static final Path SOURCES = ROOT.resolve("examples/src/main/java/dev/ragwright/examples");
  private static final Path PAGE = ROOT.resolve("docs/guide/recipes.md");
  private static final boolean WRITE = "write".equals(System.getProperty("ragwright.docs"));

  /** A process without a network where the system lets us, else with names alone shut. */
  private static final List<String> SHUT = shut();

  @TempDir Path folder;

  private static List<String> shut() {
    try {
      List<String> unshare = List.of("unshare", "--map-root-user", "--net");
      List<String> nothing = Stream.concat(unshare.stream(), Stream.of("true")).toList();
      if (new ProcessBuilder(nothing).start().waitFor() == 0) {
        return unshare;
      }
    } catch (IOException e) {
      // There is no such command here.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return List.of("env");
  }

  private record Run(int exit, String out, String err) {}

  /**
   * Runs a recipe whose network is shut: no name is looked up, as {@link ShutNames} would tell, and
   * where the system lets us there is no network at all, not even its own machine's.
   */
  private Run offline(String name, Path where, String... arguments) throws Exception {
    Run run = run(SHUT, name, where, Map.of(), arguments);
    assertThat(run.err()).as("what %s looks up", name).doesNotContain(ShutNames.ASKED);
    return run;
  }

  private Run run(String name, Path where, Map<String, String> environment, String... arguments)
      throws Exception {
    return run(List.of(), name, where, environment, arguments);
  }

  private Run run(
      List<String> before,
      String name,
      Path where,
      Map<String, String> environment,
      String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-D" + ShutNames.SHUT + "=" + !before.isEmpty(),
            "-Dstdout.encoding=UTF-8",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.ragwright.examples." + name));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("OPENAI_"));
    builder.environment().putAll(environment);
    int exit = builder.start().waitFor();
    return new Run(exit, Files.readString(out), Files.readString(err));
  }

  static List<String> recipes() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .filter(name -> !name.equals("package-info"))
          .filter(name -> !name.equals("QuickStart")) // it would find itself in the page
          .sorted()
          .toList();
    }
  }

  private static String source(String name) throws IOException {
    return Files.readString(SOURCES.resolve(name + ".java"));
  }

  /** What stands in {@code main}. */
  private static String body(String name) throws IOException {
    Matcher main =
        Pattern.compile("(?ms)^  public static void main\\(.*?\\{\n(.*?)^  \\}$")
            .matcher(source(name));
    assertThat(main.find()).as("%s has a main", name).isTrue();
    return main.group(1).replaceAll("(?m)^    ", "");
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void isShownAndPrintsWhatThePageSays(String name) throws Exception {
    assertThat(source(name).lines().count()).as("lines of %s", name).isBetween(30L, 80L);
    // Each section: the link to the file, what is in main, and mostly what it prints.
    Pattern section =
        Pattern.compile(
            "(?s)(\\(\\.\\./\\.\\./examples/src/main/java/dev/ragwright/examples/%s\\.java\\)"
                    .formatted(name)
                + "(?:(?!\n## ).)*?\n```java\n)(.*?)(```\n)(?:(\n```text\n)(.*?)(```\n))?");
    String page = Files.readString(PAGE);
    Matcher shown = section.matcher(page);
    assertThat(shown.find()).as("docs/guide/recipes.md shows %s", name).isTrue();
    boolean printed = shown.group(4) != null;
    String output = printed ? printed(name) : "";
    if (WRITE) {
      String now =
          shown.group(1)
              + body(name)
              + shown.group(3)
              + (printed ? shown.group(4) + output + shown.group(6) : "");
      Files.writeString(PAGE, page.substring(0, shown.start()) + now + page.substring(shown.end()));
    } else {
      assertThat(shown.group(2)).isEqualTo(body(name));
      assertThat(printed ? shown.group(5) : "").isEqualTo(output);
    }
  }

  private String printed(String name) throws Exception {
    Run run = offline(name, folder);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  void quickStartAnswersFromThisProjectsPages() throws Exception {
    Run run = offline("QuickStart", ROOT);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Q: How do I swap the generator?\nA: To swap the generator, hand another one")
        .contains(
            "docs/guide.md › Guide › Vectors, on disk",
            "Q: Who painted the ceiling",
            "A: none. WEAK_EVIDENCE: ")
        .containsPattern("retrieve +\\d+\\.\\d\\d ms  bm25, hits 8");
  }

  @Test
  void hostedModelSaysWhatIsMissing() throws Exception {
    Run run = offline("HostedModel", folder);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("This recipe asks a hosted model: set OPENAI_API_KEY")
        .endsWith("Nothing was sent.\n");
  }

  /** The guard sees what it should: with a key, this recipe would go out. */
  @Test
  void aNameThatIsLookedUpIsTold() throws Exception {
    Map<String, String> environment =
        Map.of("OPENAI_API_KEY", "secret", "OPENAI_BASE_URL", "http://example.invalid");
    Run run = run(SHUT, "HostedModel", folder, environment);
    assertThat(run.err()).contains(ShutNames.ASKED + "example.invalid");
  }

  @Test
  void hostedModelAnswersOverHttp() throws Exception {
    try (StubService service = new StubService()) {
      Map<String, String> environment =
          Map.of("OPENAI_API_KEY", "secret", "OPENAI_BASE_URL", service.url());
      Run run = run("HostedModel", folder, environment);
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out())
          .isEqualTo(
              """
              Rotate it every year.
              manual [17, 51) "Rotate the signing key every year."
              cost: 0.000156 USD
              """);
      assertThat(service.authorization()).isEqualTo("Bearer secret");
      assertThat(service.request())
          .contains("\"model\" : \"gpt-4o-mini\"", "\"stream\" : true")
          .contains("Rotate the signing key every year.", "How often do I rotate");

      service.failWith(429);
      Run limited = run("HostedModel", folder, environment);
      assertThat(limited.exit()).as(limited.err()).isZero();
      assertThat(limited.out()).startsWith("try again later: ");
      service.failWith(401);
      assertThat(run("HostedModel", folder, environment).out()).startsWith("failed: ");
    }
  }

  @Test
  void localLanguageModelAnswersFromAFolder() throws Exception {
    Path model = Files.createDirectory(folder.resolve("model"));
    ScriptedModel.of("The Rhine rises", " in the Alps", " [1].").write(model);
    Run run = offline("LocalLanguageModel", folder, model.toString());
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith(
            """
            The Rhine rises in the Alps.
            rhine [0, 28) "The Rhine rises in the Alps."
            onnx(""");
    assertThat(run("LocalLanguageModel", folder, Map.of()).out())
        .startsWith("This recipe runs a language model here: -Dargs=DIR is a folder");
  }
}
