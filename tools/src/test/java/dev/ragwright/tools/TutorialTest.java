package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Types the commands of the tutorial one after the other, as a reader does, and compares what they
 * print with what the page says; milliseconds are not compared. {@code -Dragwright.docs=write}
 * writes what was printed into the page. DocsTest runs its Java.
 */
class TutorialTest {
  private static final Path ROOT = Repository.root();
  private static final Path PAGE = ROOT.resolve("docs/tutorial.md");
  private static final Pattern STEP =
      Pattern.compile(
          "(?m)^```\n"
              + "mvn -q -Pexample -Dexample=(?<name>\\w+) -Dargs=\"(?<arguments>.*)\"\n"
              + "```\n\n```text\n(?<output>(?:(?!```).*\n)*)```$");
  private static final Pattern VARYING = Pattern.compile(" +[\\d,.]+ m?s\\b");

  @TempDir Path folder;

  @Test
  void theCommandsPrintWhatThePageSays() throws Exception {
    copyExamples();
    String page = Files.readString(PAGE);
    StringBuilder now = new StringBuilder();
    Matcher step = STEP.matcher(page);
    int steps = 0;
    while (step.find()) {
      Class<?> program = Launcher.find(step.group("name")).getDeclaringClass();
      List<String> arguments = List.of(Launcher.split(step.group("arguments")));
      Program.Run run = Program.run(program, folder, arguments);
      assertThat(run.exit()).as("%s: %s", arguments, run.err()).isZero();
      if (!"write".equals(System.getProperty("ragwright.docs"))) {
        assertThat(comparable(run.out()))
            .as("what %s %s prints", program.getSimpleName(), arguments)
            .isEqualTo(comparable(step.group("output")));
      }
      String head = step.group().substring(0, step.group().lastIndexOf("```text\n"));
      step.appendReplacement(
          now, Matcher.quoteReplacement(head + "```text\n" + run.out().strip() + "\n```"));
      steps++;
    }
    step.appendTail(now);
    assertThat(steps).isGreaterThan(8);
    if ("write".equals(System.getProperty("ragwright.docs"))) {
      Files.writeString(PAGE, now);
    }
  }

  private void copyExamples() throws IOException {
    Files.createDirectories(folder.resolve("target"));
    Path examples = ROOT.resolve("examples");
    try (Stream<Path> files = Files.walk(examples.resolve("handbook"))) {
      for (Path file :
          Stream.concat(files, Stream.of(examples.resolve("handbook-questions.tsv"))).toList()) {
        if (Files.isRegularFile(file)) {
          Path copy = folder.resolve(ROOT.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  private static String comparable(String output) {
    return VARYING.matcher(output).replaceAll(" #").strip();
  }
}
