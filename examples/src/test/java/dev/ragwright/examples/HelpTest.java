package dev.ragwright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class HelpTest {
  /** picocli formats a description; one that it cannot format is printed with a warning. */
  @Test
  void everyDescriptionCanBeFormatted() {
    List<Class<?>> commands =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackagesOf(QuickStart.class)
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
}
