package dev.ragwright.documents.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextWriterTest {
  private final TextWriter out = new TextWriter(100_000);

  private Document document() {
    return out.document("tariff.xlsx", Metadata.empty());
  }

  @Test
  void repeatsTheHeaderOfALongTableInNoCell() {
    out.sheet("Tariff");
    out.heading(1, "Tariff");
    out.beginTable(true);
    out.row(List.of("Class", "Fee"), 0, 0);
    for (int i = 1; i <= 100; i++) {
      out.row(List.of("Deck " + i, i + " EUR"), i, 0);
    }
    List<Passage> passages = Chunkers.markdown(300).chunk(document());
    assertThat(passages).hasSizeGreaterThan(3);
    assertThat(passages.subList(1, passages.size()))
        .allSatisfy(
            passage ->
                assertThat(passage.text()).startsWith("| Class | Fee |\n| --- | --- |\n| Deck "));
    assertThat(passages.getLast().place()).matches("tariff.xlsx › Tariff › A\\d{2,}:B101 .*");
  }

  @Test
  void repeatsNoRowThatIsNoHeader() {
    out.beginTable(false);
    for (int i = 0; i < 100; i++) {
      out.row(List.of("Name " + i, "Surname"), -1, 0);
    }
    assertThat(document().text().split("Name 0 ", -1)).hasSize(2);
  }

  @Test
  void leavesOutBlankRows() {
    out.beginTable(false);
    out.row(List.of("a", ""), -1, 0);
    out.row(List.of("", " "), -1, 0);
    out.row(List.of("", "b"), -1, 0);
    assertThat(document().text()).isEqualTo("| a | |\n| --- | --- |\n| | b |\n");
  }

  @Test
  void takesARowForAHeaderOnlyAboveNumbers() {
    assertThat(Tables.hasHeader(List.of(List.of("Thing", "Price"), List.of("Chair", "12"))))
        .isTrue();
    assertThat(Tables.hasHeader(List.of(List.of("A", "B"), List.of("c", ""), List.of("d", "-3%"))))
        .isTrue();
    assertThat(Tables.hasHeader(List.of(List.of("Ann", "Bob", "Cy"), List.of("Di", "Ed", "Flo"))))
        .as("names")
        .isFalse();
    assertThat(Tables.hasHeader(List.of(List.of("2022", "2023"), List.of("1", "2")))).isFalse();
    assertThat(Tables.hasHeader(List.of(List.of("A", "B")))).isFalse();
  }

  @Test
  void refusesMoreThanTheLimit() {
    TextWriter small = new TextWriter(10);
    small.paragraph("12345");
    assertThatThrownBy(() -> small.paragraph("67890"))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has more than 10 characters of text; ReadOptions.maxCharacters allows more");
  }

  @Test
  void writesCodeBetweenFencesThatItDoesNotHold() {
    out.code("a\n````\nb\n");
    out.code("  \n");
    assertThat(document().text()).isEqualTo("`````\na\n````\nb\n`````\n");
  }
}
