package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What the commands say of themselves, and what the pages say of the commands. */
class CommandsTest {
  private static final Path ROOT = Repository.root();
  private static final Pattern COMMAND =
      Pattern.compile("-Dexample=(?<name>[A-Z]\\w+[a-z]\\w*)( -Dargs=\"(?<arguments>[^\"]*)\")?");

  /** picocli formats a description; one that it cannot format is printed with a warning. */
  @Test
  void everyDescriptionCanBeFormatted() {
    List<Class<?>> commands =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackagesOf(Search.class)
                .stream()
                .filter(type -> type.isAnnotatedWith(Command.class))
                .<Class<?>>map(JavaClass::reflect)
                .toList();
    assertThat(commands).hasSizeGreaterThan(10);
    for (Class<?> type : commands) {
      CommandLine.Model.CommandSpec command = new CommandLine(type).getCommandSpec();
      assertFormats(type, command.usageMessage().description());
      command.options().forEach(option -> assertFormats(type, option.description()));
    }
  }

  private static void assertFormats(Class<?> type, String... lines) {
    for (String line : lines) {
      assertThatCode(() -> String.format(line)).as("%s: %s", type, line).doesNotThrowAnyException();
    }
  }

  /** The pages and the Javadoc of recipes and tools. */
  static List<String> commands() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path folder :
        List.of(
            ROOT.resolve("README.md"),
            ROOT.resolve("docs"),
            ROOT.resolve("examples/src/main"),
            ROOT.resolve("tools/src/main"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          String text = Files.readString(file).replaceAll("\n +\\* ", " ");
          COMMAND.matcher(text).results().map(MatchResult::group).forEach(found::add);
        }
      }
    }
    assertThat(found).hasSizeGreaterThan(20);
    return found.stream().distinct().toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void whatThePagesSayCanBeTyped(String text) {
    Matcher command = COMMAND.matcher(text);
    assertThat(command.matches()).isTrue();
    Class<?> type = Launcher.find(command.group("name")).getDeclaringClass();
    String arguments = command.group("arguments");
    if (arguments != null && type.isAnnotationPresent(Command.class)) {
      assertThatCode(() -> new CommandLine(type).parseArgs(Launcher.split(arguments)))
          .doesNotThrowAnyException();
    }
  }
}
