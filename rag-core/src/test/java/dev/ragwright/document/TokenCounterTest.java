package dev.ragwright.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenCounterTest {

  private static List<String> tokens(String text) {
    TokenSpans spans = TokenCounter.approximate().spans(text);
    assertThat(TokenCounter.approximate().count(text)).isEqualTo(spans.size());
    return IntStream.range(0, spans.size())
        .mapToObj(i -> text.substring(spans.start(i), spans.end(i)))
        .toList();
  }

  @Test
  void takesRunsOfSixLettersOrDigitsAndSingleSigns() {
    assertThat(tokens("The Rhine's 1,233 km."))
        .containsExactly("The", "Rhine", "'", "s", "1", ",", "233", "km", ".");
    assertThat(tokens("internationalization")).containsExactly("intern", "ationa", "lizati", "on");
    assertThat(tokens(" \t\r\n\u00a0\u2003")).isEmpty();
    assertThat(tokens("")).isEmpty();
  }

  @Test
  void takesIdeographsAndKanaSingly() {
    assertThat(tokens("\u6c34\u304c\u6d41\u308c\u308bok"))
        .containsExactly("\u6c34", "\u304c", "\u6d41", "\u308c", "\u308b", "ok");
    assertThat(tokens("\u0e19\u0e33")).containsExactly("\u0e19", "\u0e33");
    assertThat(tokens("\ud55c\uad6d")).containsExactly("\ud55c\uad6d");
  }

  @Test
  void keepsPairsWhole() {
    assertThat(tokens("\ud842\udfb7\ud83d\ude80\ud835\udcb3\ud835\udcb4"))
        .containsExactly("\ud842\udfb7", "\ud83d\ude80", "\ud835\udcb3\ud835\udcb4");
    assertThat(tokens("\ud83d \ude80")).containsExactly("\ud83d", "\ude80");
  }

  @Test
  void describesItself() {
    assertThat(TokenCounter.approximate().description()).hasToString("approximate(longest=6)");
  }
}
