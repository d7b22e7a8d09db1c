package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import java.util.List;
import org.junit.jupiter.api.Test;

class CitationTest {
  private static final Passage PASSAGE =
      Passage.of(
          Document.of("docs/guide.md", "Preface. Water flows."), 9, 21, List.of("Guide", "Water"));

  @Test
  void quotesThePassageByItsPlaceInTheDocument() {
    Citation citation = Citation.of(PASSAGE, 15, 20, 0, 4);
    assertThat(citation)
        .isEqualTo(
            new Citation(
                "docs/guide.md#9-21",
                "docs/guide.md",
                15,
                20,
                "flows",
                List.of("Guide", "Water"),
                0,
                4))
        .hasToString("docs/guide.md \u203a Guide \u203a Water [15, 20)");
  }

  @Test
  void refusesPlacesThatCannotBe() {
    assertThatThrownBy(() -> Citation.of(PASSAGE, 8, 12, 0, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Citation.of(PASSAGE, 15, 22, 0, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Citation.of(PASSAGE, 15, 20, 4, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "[15, 20) of docs/guide.md cannot be the place of a quote of 5 units"
                + " for [4, 3) of the answer");
  }
}
