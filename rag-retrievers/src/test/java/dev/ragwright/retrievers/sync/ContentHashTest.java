package dev.ragwright.retrievers.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Places;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ContentHashTest {
  /** The value is of the time when places were one text, so that no index is written anew. */
  @Test
  void hashesPlacesPieceByPieceAsOneText() {
    StringBuilder text = new StringBuilder("# Tariff é𝄞\n\n");
    Places.Builder places = Places.builder();
    places.heading(0, text.length(), 1, "Tariff é𝄞");
    places.sheet(0, "Tariff é𝄞");
    for (int row = 0; row < 3000; row++) {
      places.cell(text.length(), row, 2);
      text.append(row).append('\n');
    }
    places.noCell(text.length());
    Metadata metadata = Metadata.of("a", "1");
    Document document = new Document("id", text.toString(), metadata, places.build());
    assertThat(HexFormat.of().formatHex(ContentHash.of(document, "chunker")))
        .isEqualTo("7e608d46bd578e393649a2eb08e2320a0cba6948af821e148653f49b42fe1f27");
    StringBuilder pieces = new StringBuilder();
    document.places().write(pieces::append);
    assertThat(pieces.toString()).isEqualTo(document.places().toString());
  }
}
