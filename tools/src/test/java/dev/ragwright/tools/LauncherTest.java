package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.examples.QuickStart;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Expected values are those of {@code sh -c 'printf "[%s]" ...'}. */
class LauncherTest {

  @Test
  void splitsAsAShellDoes() {
    assertThat(Launcher.split("")).isEmpty();
    assertThat(Launcher.split("  --data docs \t --json "))
        .containsExactly("--data", "docs", "--json");
    assertThat(Launcher.split("--question 'what is it'"))
        .containsExactly("--question", "what is it");
    assertThat(Launcher.split("\"a 'b' c\" 'd \"e\" f'")).containsExactly("a 'b' c", "d \"e\" f");
    assertThat(Launcher.split("'' \"\"")).containsExactly("", "");
    assertThat(Launcher.split("a''b 'c'\"d\"e")).containsExactly("ab", "cde");
    assertThat(Launcher.split("a\\ b \\' \"c \\\"d\\\" \\\\ \\x\" '\\'"))
        .containsExactly("a b", "'", "c \"d\" \\ \\x", "\\");
    assertThat(Launcher.split("%classpath ${x}")).containsExactly("%classpath", "${x}");
  }

  @Test
  void findsRecipesAndTools() {
    assertThat(Launcher.find("QuickStart").getDeclaringClass()).isEqualTo(QuickStart.class);
    assertThat(Launcher.find("Search").getDeclaringClass()).isEqualTo(Search.class);
    assertThatThrownBy(() -> Launcher.find("quickstart"))
        .hasMessageStartingWith("there is no example 'quickstart'; -Dexample= takes a class of ex");
    assertThatThrownBy(() -> Launcher.find("Stopwatch")) // which nobody can start
        .hasMessageStartingWith("there is no example 'Stopwatch'");
  }

  @Test
  void noRecipeHidesATool() throws IOException {
    assertThat(names("examples")).isNotEmpty().doesNotContainAnyElementsOf(names("tools"));
  }

  private static List<String> names(String module) throws IOException {
    Path folder = Repository.root().resolve(module + "/src/main/java/dev/ragwright/" + module);
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("package-info.java"))
          .toList();
    }
  }

  @Test
  void refusesAQuoteThatIsNotClosed() {
    assertThatThrownBy(() -> Launcher.split("--question 'what"))
        .hasMessage("a quote ' is not closed in: --question 'what");
  }
}
