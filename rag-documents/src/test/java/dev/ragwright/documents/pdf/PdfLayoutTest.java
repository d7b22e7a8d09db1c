package dev.ragwright.documents.pdf;

import static dev.ragwright.documents.pdf.TestPdf.at;
import static dev.ragwright.documents.pdf.TestPdf.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages without tags, read by where things stand on them. */
class PdfLayoutTest {
  private static final String[] LEFT = {
    "The lease starts on the first day of",
    "March and ends with the year. It goes",
    "on if nobody gives notice in writing",
    "three months before that day."
  };
  private static final String[] RIGHT = {
    "Rent is paid in cash to the owner of",
    "the house. A late payment costs five",
    "percent, and ten days later twice as",
    "much as that."
  };

  @TempDir Path folder;

  private String text(String... contents) {
    return TestPdf.of(contents).read(folder).text();
  }

  @Test
  void readsColumnsThatAreDrawnRowByRow() {
    StringBuilder page = new StringBuilder(at("F3", 14, 72, 740, "Of the lease and of the rent"));
    for (int i = 0; i < LEFT.length; i++) {
      page.append(at(72, 700 - 12 * i, LEFT[i])).append(at(320, 700 - 12 * i, RIGHT[i]));
    }
    assertThat(text(page.toString()))
        .isEqualTo(
            """
            Of the lease and of the rent

            The lease starts on the first day of March and ends with the year. It goes on if \
            nobody gives notice in writing three months before that day.

            Rent is paid in cash to the owner of the house. A late payment costs five percent, \
            and ten days later twice as much as that.
            """);
  }

  @Test
  void readsColumnsThatAreDrawnOneAfterTheOtherBetweenFullLines() {
    String wide =
        "A line that reaches over both of the columns, and so belongs to none of the two.";
    String page =
        lines(320, 700, RIGHT)
            + lines(72, 700, LEFT)
            + at(72, 730, wide)
            + at(72, 620, wide.replace("both", "all"));
    assertThat(text(page))
        .containsSubsequence(
            "over both of", "The lease", "that day.", "Rent is", "much as", "all of");
  }

  @Test
  void keepsAValueBelowItsHeadingWhereACellIsEmpty() {
    String page =
        at(72, 700, "Boat")
            + at(200, 700, "Seats")
            + at(300, 700, "Built")
            + at(72, 685, "Heron")
            + at(200, 685, "120")
            + at(72, 670, "Swan")
            + at(300, 670, "1998")
            + at(72, 655, "Teal")
            + at(200, 655, "40")
            + at(300, 655, "2004");
    assertThat(text(page))
        .isEqualTo(
            """
            | Boat | Seats | Built |
            | --- | --- | --- |
            | Heron | 120 | |
            | Swan | | 1998 |
            | Teal | 40 | 2004 |
            """);
  }

  @Test
  void keepsTheLinesOfACellTogether() {
    String page =
        at(72, 700, "Service")
            + at(200, 700, "What it costs")
            + lines(72, 680, "Berth for", "a boat")
            + lines(200, 686, "Twelve euros a day, or", "fifty a week, without", "electricity")
            + lines(72, 640, "Crane")
            + lines(200, 646, "Forty euros for each", "boat")
            + lines(72, 610, "Water")
            + lines(200, 610, "Free");
    assertThat(text(page))
        .isEqualTo(
            """
            | Service | What it costs |
            | --- | --- |
            | Berth for a boat | Twelve euros a day, or fifty a week, without electricity |
            | Crane | Forty euros for each boat |
            | Water | Free |
            """);
  }

  @Test
  void writesRaisedDigitsSoThatTheyJoinNoNumber() {
    String raised =
        "BT /F1 10 Tf 72 700 Td (It holds 10) Tj /F1 7 Tf 4 Ts (6) Tj /F1 10 Tf 0 Ts ( litres) Tj"
            + " (, since 1998) Tj /F1 7 Tf 4 Ts (2) Tj ET\n";
    String lowered =
        "BT 0 Ts /F1 10 Tf 72 680 Td (H) Tj /F1 7 Tf -2 Ts (2) Tj /F1 10 Tf 0 Ts (O and 10) Tj"
            + " /F1 7 Tf -2 Ts (2) Tj /F1 10 Tf 0 Ts ( as bits) Tj ET\n";
    String apart = at(72, 660, "the 4") + at("F1", 7, 94.5, 664, "th") + at(104, 660, "of May");
    assertThat(text(raised + lowered + apart))
        .contains("It holds 10^6 litres, since 1998^2")
        .contains("H2O and 10_2 as bits")
        .contains("the 4th of May");
  }

  @Test
  void joinsHyphensOnlyWhereTheWordIsKnown() {
    String page =
        lines(
            72,
            700,
            "The reorganisation of the harbour was late, and this reorganisa-",
            "tion cost much. The plan was well-",
            "thought, but it was made for the sum-",
            "mer traffic. See the pages 2019-",
            "2020, and the morning- and evening-",
            "and night boats there.");
    assertThat(text(page).replace('\n', ' '))
        .contains("this reorganisation cost")
        .contains("well-thought")
        .contains("sum-mer")
        .contains("2019-2020")
        .contains("evening- and night");
  }

  @Test
  void leavesOutWhatIsRepeatedAtTheEdgeOfPages() {
    String[] pages =
        IntStream.rangeClosed(1, 4)
            .mapToObj(
                i ->
                    at(72, 760, "Ferry report, internal")
                        + at(72, 700, "Chapter of the year " + (2000 + i * i))
                        + at(72, 688, "The boats made " + i * 17 + " crossings")
                        + at(300, 30, "Page " + (i + 4) + " of 90"))
            .toArray(String[]::new);
    assertThat(text(pages))
        .doesNotContain("Ferry report", "of 90")
        .contains("year 2001", "year 2016", "17 crossings", "68 crossings");
  }

  @Test
  void keepsLastLinesThatDifferInNumbersThatDoNotCountPages() {
    String[] pages =
        IntStream.rangeClosed(1, 4)
            .mapToObj(i -> at(72, 700, "Words " + i) + at(72, 30, "Total " + i * i * 31))
            .toArray(String[]::new);
    assertThat(text(pages)).contains("Total 31", "Total 124", "Total 279", "Total 496");
  }

  @Test
  void readsWhatIsDrawnTwiceOnceAndTwinLettersBoth() {
    String bold = at(72, 700, "Payment is due in May.") + at(72.3, 700, "Payment is due in May.");
    StringBuilder singly = new StringBuilder();
    double x = 72;
    for (char c : "The bill will be 11.11 EUR".toCharArray()) {
      singly.append(at("F4", 10, x, 680, String.valueOf(c)));
      x += "il.1 ".indexOf(c) < 0 ? 5.6 : c == '1' ? 5.6 : 2.3;
    }
    String text =
        TestPdf.of(bold + singly)
            .with(
                document -> {
                  // Helvetica that calls each of its glyphs 1000 wide
                  var font = new org.apache.pdfbox.cos.COSDictionary();
                  font.setName("Type", "Font");
                  font.setName("Subtype", "Type1");
                  font.setName("BaseFont", "Helvetica");
                  font.setName("Encoding", "WinAnsiEncoding");
                  font.setInt("FirstChar", 32);
                  font.setInt("LastChar", 126);
                  var widths = new org.apache.pdfbox.cos.COSArray();
                  IntStream.rangeClosed(32, 126)
                      .forEach(c -> widths.add(org.apache.pdfbox.cos.COSInteger.get(1000)));
                  font.setItem("Widths", widths);
                  document
                      .getPage(0)
                      .getResources()
                      .getCOSObject()
                      .getCOSDictionary(org.apache.pdfbox.cos.COSName.FONT)
                      .setItem("F4", font);
                })
            .read(folder)
            .text();
    assertThat(text).isEqualTo("Payment is due in May.\n\nThe bill will be 11.11 EUR\n");
  }

  @Test
  void readsTurnedLinesWhereTheyStand() {
    String page =
        at(72, 740, "Above the turned words there is this.")
            + "BT /F1 10 Tf 0 1 -1 0 90 500 Tm (Medicine costs 12 euros) Tj ET\n"
            + "BT /F1 10 Tf 0 1 -1 0 102 500 Tm (in the whole country) Tj ET\n"
            + at(72, 300, "Below the turned words there is that.");
    assertThat(text(page))
        .isEqualTo(
            """
            Above the turned words there is this.

            Medicine costs 12 euros in the whole country

            Below the turned words there is that.
            """);
  }

  @Test
  void readsTurnedPagesAsTheyAreShown() {
    String page =
        """
        BT /F1 10 Tf 0 1 -1 0 100 100 Tm (First line of a wide page) Tj ET
        BT /F1 10 Tf 0 1 -1 0 140 100 Tm (Second line of it) Tj ET
        """;
    assertThat(TestPdf.of(page).with(pdf -> pdf.getPage(0).setRotation(90)).read(folder).text())
        .isEqualTo(
            """
            First line of a wide page

            Second line of it
            """);
  }

  @Test
  void keepsAParagraphWholeOverAPageWithThePagesMarkInside() {
    var document =
        TestPdf.of(
                lines(72, 100, "A sentence that is long enough to go on", "over the end of its"),
                lines(72, 700, "page ends here, on the next."))
            .read(folder);
    assertThat(document.text())
        .isEqualTo(
            """
            A sentence that is long enough to go on over the end of its page ends here, on the next.
            """);
    int page = document.text().indexOf("page ends");
    assertThat(document.places().at(page, page + 4)).isEqualTo("page 2");
    assertThat(document.places().at(0, page)).isEqualTo("page 1");
  }

  @Test
  void keepsCodeAndLists() {
    String page =
        at(72, 700, "Write these two lines into the file, and nothing else in it at all:")
            + at("F2", 10, 72, 680, "if \\(ready\\) {")
            + at("F2", 10, 84, 668, "go\\(\\);")
            + at("F2", 10, 72, 656, "}")
            + at(72, 630, "\\267 the first thing that there is to do, which takes more than this")
            + at(80, 618, "one line to be told")
            + at(72, 606, "\\267 the second")
            + at(72, 580, "That is all of it.");
    assertThat(text(page))
        .contains("```\nif (ready) {\n  go();\n}\n```")
        .contains("· the first thing that there is to do, which takes more than this one line to")
        .contains("· the second");
  }
}
