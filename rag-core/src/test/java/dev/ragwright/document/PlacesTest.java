package dev.ragwright.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Evidence;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final String SHEET =
      """
      # Tariff

      | Class | January | March |
      | --- | --- | --- |
      | Deck | 12.50 EUR | 14.00 EUR |
      | Cabin | | 40.00 EUR |

      # Notes

      No card payment.
      """;

  private static Places tariff() {
    Places.Builder places = Places.builder().sheet(0, "Tariff").heading(0, 9, 1, "Tariff");
    places.cell(SHEET.indexOf("| Class"), 1, 0).cell(SHEET.indexOf("| January"), 1, 1);
    places.cell(SHEET.indexOf("| March"), 1, 2).cell(SHEET.indexOf("| Deck"), 2, 0);
    places.cell(SHEET.indexOf("| 12.50"), 2, 1).cell(SHEET.indexOf("| 14.00"), 2, 2);
    places.cell(SHEET.indexOf("| Cabin"), 3, 0).cell(SHEET.indexOf("| 40.00"), 3, 27);
    int notes = SHEET.indexOf("# Notes");
    places.sheet(notes, "Notes").heading(notes, notes + 8, 1, "Notes");
    return places.cell(SHEET.indexOf("No card"), 2, 2).build();
  }

  private static String at(Places places, String words) {
    int start = SHEET.indexOf(words);
    return places.at(start, start + words.length());
  }

  @Test
  void namesCellsAsSpreadsheetProgramsDo() {
    Places places = tariff();
    assertThat(at(places, "12.50 EUR")).isEqualTo("Tariff › B3");
    assertThat(at(places, "Deck | 12.50 EUR | 14.00 EUR")).isEqualTo("Tariff › A3:C3");
    assertThat(at(places, "| Deck | 12.50")).isEqualTo("Tariff › A3:B3");
    assertThat(at(places, "14.00 EUR |\n| Cabin")).isEqualTo("Tariff › A3:C4");
    assertThat(at(places, "40.00")).isEqualTo("Tariff › AB4");
    assertThat(at(places, "No card payment.")).isEqualTo("Notes › C3");
    assertThat(at(places, "Cabin | | 40.00 EUR |\n\n# Notes\n\nNo card"))
        .isEqualTo("Tariff › A4 – Notes › C3");
    assertThat(at(places, "# Notes")).as("the sheet's own line").isEqualTo("Notes");
  }

  @Test
  void knowsWhatIsInNoCell() {
    Places places =
        Places.builder().cell(0, 0, 0).noCell(10).cell(20, 4, 0).cell(30, 4, 1).noCell(40).build();
    assertThat(places.at(0, 15)).isEqualTo("A1");
    assertThat(places.at(12, 18)).isEmpty();
    assertThat(places.at(12, 35)).isEqualTo("A5:B5");
    assertThat(places.at(25, 60)).isEqualTo("A5:B5");
    assertThat(places.at(50, 60)).isEmpty();
    assertThat(places.within(12, 35).at(12, 35)).isEqualTo("A5:B5");
    assertThat(Places.parse(places.toString())).isEqualTo(places);
  }

  @Test
  void namesPagesByTheirLabels() {
    Places places = Places.builder().page(0, "iii").page(10, "1").slide(20, 2).build();
    assertThat(places.at(0, 5)).isEqualTo("page iii");
    assertThat(places.at(0, 10)).isEqualTo("page iii");
    assertThat(places.at(9, 11)).isEqualTo("pages iii–1");
    assertThat(places.at(25, 26)).isEqualTo("page 1, slide 2");
    assertThat(Places.builder().page(10, "1").build().at(0, 5)).isEmpty();
    assertThat(Places.builder().page(10, "1").build().at(0, 15)).isEqualTo("page 1");
    assertThat(Places.unknown().at(0, 5)).isEmpty();
  }

  @Test
  void goesWithPassagesIntoCitations() {
    Document document = new Document("tariff.xlsx", SHEET, Metadata.empty(), tariff());
    List<Passage> passages = Chunkers.markdown(100).chunk(document);
    assertThat(passages)
        .extracting(Passage::headings)
        .containsExactly(List.of("Tariff"), List.of("Notes"));
    Passage first = passages.getFirst();
    int quote = SHEET.indexOf("12.50 EUR");
    Citation citation = Evidence.of(first, 1).cite(quote, quote + 21, 0, 4);
    assertThat(citation.location()).isEqualTo("Tariff › B3:C3");
    assertThat(citation.toString())
        .isEqualTo("tariff.xlsx › Tariff › B3:C3 [" + quote + ", " + (quote + 21) + ")");
    assertThat(passages.getLast().place()).startsWith("tariff.xlsx › Notes › C3 [");
  }

  @Test
  void isTheSameWithinAStretchAndInAUnion() {
    Places places = tariff();
    int cut = SHEET.indexOf("| 12.50");
    Places left = places.within(0, cut);
    Places right = places.within(cut, SHEET.length());
    for (String words : List.of("12.50 EUR", "14.00 EUR |\n| Cabin", "No card", "# Notes")) {
      assertThat(at(right, words)).isEqualTo(at(places, words));
    }
    assertThat(at(left, "| Class")).isEqualTo("Tariff › A2");
    Places both = left.and(right);
    assertThat(both).isEqualTo(right.and(left)).isEqualTo(places.within(0, SHEET.length()));
    assertThat(both.and(left)).isEqualTo(both);
    assertThat(places.within(0, 3).headings()).as("a passage has its own").isEmpty();
    assertThat(Places.unknown().within(0, 3)).isSameAs(Places.unknown());
  }

  @Test
  void isReadAgainFromItsText() {
    Places places = tariff();
    assertThat(Places.parse(places.toString())).isEqualTo(places).hasSameHashCodeAs(places);
    Places pages = Places.builder().page(0, " iii\n a ").slide(4, 1).build();
    assertThat(pages.toString()).isEqualTo("known\n0 page iii a\n4 slide 1\n");
    assertThat(Places.parse(pages.toString())).isEqualTo(pages);
    assertThat(Places.parse("")).isSameAs(Places.unknown());
    assertThat(Places.parse(Places.builder().build().toString()).known()).isTrue();
    assertThatThrownBy(() -> Places.parse("known\nnonsense"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("is no mark of a place: nonsense");
    assertThatThrownBy(() -> Places.parse("known\n3 cell a b"))
        .hasMessage("is no mark of a place: 3 cell a b");
  }

  @Test
  void takesMarksInTheOrderOfTheTextAlone() {
    Places.Builder places = Places.builder().page(10, "1").cell(10, 0, 0).heading(10, 12, 1, "a");
    assertThatThrownBy(() -> places.page(9, "0"))
        .hasMessage("a mark at 9 cannot come behind one at 10");
    assertThatThrownBy(() -> places.cell(9, 0, 1)).hasMessageContaining("at 9");
    assertThatThrownBy(() -> places.heading(9, 9, 1, "b")).hasMessageContaining("at 9");
    assertThatThrownBy(() -> places.heading(10, 12, 0, "b"))
        .hasMessage("a heading's level must be >= 1, was 0");
  }
}
