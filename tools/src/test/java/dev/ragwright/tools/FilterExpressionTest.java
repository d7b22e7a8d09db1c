package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.retrieve.Filter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterExpressionTest {
  @Test
  void readsConditionsAndHowTheyAreJoined() {
    assertThat(FilterExpression.of("kind = manual")).isEqualTo(Filter.is("kind", "manual"));
    assertThat(FilterExpression.of("year=2024")).isEqualTo(Filter.is("year", 2024.0));
    assertThat(FilterExpression.of("year = '2024'")).isEqualTo(Filter.is("year", "2024"));
    assertThat(FilterExpression.of("draft != true")).isEqualTo(Filter.is("draft", true).not());
    assertThat(FilterExpression.of("city in (Oslo, 'St. John''s')"))
        .isEqualTo(Filter.in("city", "Oslo", "St. John's"));
    assertThat(FilterExpression.of("date >= 2024-01-01 and date <= 2024-12-31"))
        .isEqualTo(Filter.atLeast("date", "2024-01-01").and(Filter.atMost("date", "2024-12-31")));
    assertThat(FilterExpression.of("document in (a.md, b/c.md)"))
        .isEqualTo(Filter.documents(List.of("a.md", "b/c.md")));
    assertThat(FilterExpression.of("path startswith docs/ and not exists year"))
        .isEqualTo(Filter.startsWith("path", "docs/").and(Filter.exists("year").not()));
    assertThat(FilterExpression.of("'exists' = 1")).isEqualTo(Filter.is("exists", 1));
    assertThat(FilterExpression.of("a = 1 or NOT b = 2 and (c = 3 or d = -4.5e1)"))
        .isEqualTo(
            Filter.is("a", 1)
                .or(Filter.is("b", 2).not().and(Filter.is("c", 3).or(Filter.is("d", -45)))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "kind | ends where \"<=\" should be",
        "kind = | ends where a value should be",
        "kind in (a | ends where \")\" should be",
        "kind > 3 | cannot be read from \" > 3\": there are =, !=, >=, <=, in, startswith and exists",
        "a = 1 b = 2 | has \"b\" where it should end",
        "= 3 | has \"=\" where a key should be",
        "a = 'open | cannot be read from",
        "\"\" | ends where a key should be",
      })
  void saysWhatIsWrong(String expression, String message) {
    assertThatThrownBy(() -> FilterExpression.of(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--filter \"" + expression + "\"")
        .hasMessageContaining(message)
        .hasMessageContaining("a filter reads like: ");
  }

  @Test
  void readsLongTextsAndRefusesWhatIsTooDeep() {
    String long50k = "b''".repeat(50_000);
    assertThat(FilterExpression.of("a = '" + long50k + "'"))
        .isEqualTo(Filter.is("a", long50k.replace("''", "'")));
    FilterExpression.of("not ".repeat(99) + "a = 1");
    for (String opens : List.of("not ", "(", "not (")) {
      assertThatThrownBy(() -> FilterExpression.of(opens.repeat(20_000) + "a = 1"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has more than 100 of not and ( within each other");
    }
  }
}
