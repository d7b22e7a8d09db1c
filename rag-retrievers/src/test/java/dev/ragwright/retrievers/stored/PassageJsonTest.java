package dev.ragwright.retrievers.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PassageJsonTest {
  @Test
  void whatIsWrittenIsRead() {
    Passage passage =
        new Passage(
            "a#1",
            "a",
            3,
            8,
            "Rhine",
            List.of("A", "B"),
            Metadata.empty().with("kind", "x").with("n", 3L).with("d", 1.5).with("t", true),
            Places.unknown());
    assertThat(PassageJson.read(PassageJson.of(passage))).isEqualTo(passage);
  }

  /** The first three were read on behind their end, for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"a\",\"headings\":\"A\"}",
        "{\"headings\":null}",
        "{\"headings\":{}}",
        "{\"metadata\":{\"a\":[\"x\",",
        "{\"headings\":[[\"A\"]]}",
        "{\"headings\":[1]}",
        "{\"metadata\":\"x\"}",
        "{\"metadata\":{\"a\":null}}",
        "{\"metadata\":{\"a\":{\"b\":1}}}",
        "{\"pairs\":[1,2]}",
        "{\"pairs\":[\"a\"]}",
        "{\"metadata\":{\"a\":1",
        "{\"start\":\"x\"}",
        "{\"start\":1e99}"
      })
  void whatIsDamagedIsRefused(String json) {
    assertThatThrownBy(() -> PassageJson.read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a passage of the index cannot be read: ");
  }
}
