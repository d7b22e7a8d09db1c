package dev.ragwright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  void refusesAQuoteThatIsNotClosed() {
    assertThatThrownBy(() -> Launcher.split("--question 'what"))
        .hasMessage("a quote ' is not closed in: --question 'what");
  }
}
