package dev.ragwright.documents.sheet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.archive.OpenZip;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenWorkbookReaderTest {
  private static final ReadOptions MARKED = ReadOptions.builder().hidden(Unseen.MARK).build();

  @TempDir private Path folder;

  private Read read(ReadOptions options, String sheets) throws IOException {
    String hidden =
        "<style:style style:family='table' style:name='h'><style:table-properties table:display='false'/>"
            + "</style:style><style:style style:family='text' style:name='up'><style:text-properties style:text-position='super 58%'/>"
            + "</style:style>";
    Path file = new OpenZip().automatic(hidden).in(folder, "b.ods", "spreadsheet", sheets);
    return Samples.read(new OpenWorkbookReader(options), file);
  }

  private static String sheet(String name, String rows) {
    return "<table:table table:name='" + name + "'>" + rows + "</table:table>";
  }

  private static String row(String... cells) {
    return "<table:table-row>" + String.join("", cells) + "</table:table-row>";
  }

  private static String text(String attributes, String text) {
    return "<table:table-cell office:value-type='string' "
        + attributes
        + "><text:p>"
        + text
        + "</text:p></table:table-cell>";
  }

  private static String number(String attributes, String text) {
    return "<table:table-cell office:value-type='float' "
        + attributes
        + "><text:p>"
        + text
        + "</text:p></table:table-cell>";
  }

  private static String empty(int times) {
    return "<table:table-cell table:number-columns-repeated='" + times + "'/>";
  }

  @Test
  void repeatsCellsAndRows() throws IOException {
    Read read =
        read(
            ReadOptions.defaults(),
            sheet(
                "S",
                row(text("", "A"), text("", "B"), text("", "C"), text("", "D"), empty(16380))
                    + row(number("table:number-columns-repeated='3'", "5"), number("", "7"))
                    + "<table:table-row table:number-rows-repeated='2'>"
                    + empty(1)
                    + number("", "1")
                    + "</table:table-row>"
                    + "<table:table-row table:number-rows-repeated='1048000'>"
                    + empty(16384)
                    + "</table:table-row>"));
    assertThat(read.text())
        .isEqualTo(
            "# S\n\n| A | B | C | D |\n| --- | --- | --- | --- |\n| 5 | 5 | 5 | 7 |\n| | 1 | | |\n| | 1 | | |\n");
    int last = read.text().lastIndexOf("| 1");
    assertThat(read.document().places().at(last, last + 3)).isEqualTo("S › B4");
  }

  @Test
  void showsWhatIsStoredAsShown() throws IOException {
    Read read =
        read(
            ReadOptions.defaults(),
            sheet(
                "S",
                row(
                    number("office:value='0.125' table:formula='of:=1/8'", "12.5%"),
                    text("", "5 x 10<text:span text:style-name='up'>6</text:span>"),
                    "<table:table-cell office:value-type='float' office:value='3'/>",
                    "<table:table-cell table:formula='of:=SUM([.A1:.B1])+[$T.C2]'/>",
                    "<table:table-cell office:value-type='string' table:formula='of:=\"\"'/>",
                    "<table:table-cell office:value-type='boolean' office:boolean-value='true'/>",
                    "<table:covered-table-cell><text:p>covered</text:p></table:covered-table-cell>",
                    text("", "two</text:p><text:p>lines"),
                    "<table:table-cell><office:annotation><dc:creator>Ann</dc:creator><text:p>note</text:p></office:annotation><text:p>x</text:p>"
                        + "</table:table-cell>")));
    assertThat(read.text())
        .contains(
            "| 12.5% | 5 x 10^6 | 3 | =SUM(A1:B1)+$T.C2 | | TRUE | | two lines | x [comment: note] |");
    assertThat(read.problems())
        .containsExactly(
            "sheet S: 1 formula has no stored result, so it is shown itself: those of OpenDocument are not calculated");
  }

  @Test
  void readsHiddenRowsAndLeavesOutHiddenSheets() throws IOException {
    String sheets =
        sheet(
                "A",
                "<table:table-row table:visibility='filter'>"
                    + number("", "1")
                    + "</table:table-row>")
            + "<table:table table:name='B' table:style-name='h'>"
            + row(number("", "2"))
            + "</table:table>";
    assertThat(read(ReadOptions.defaults(), sheets).text()).isEqualTo("# A\n\n1\n");
    assertThat(read(MARKED, sheets).text()).isEqualTo("# A\n\n1\n\n# [hidden: B]\n\n2\n");
  }

  @Test
  void takesTheHeaderThatTheSheetNames() throws IOException {
    StringBuilder rows =
        new StringBuilder(
            "<table:table-header-rows>"
                + row(number("", "2023"), number("", "2024"))
                + "</table:table-header-rows>");
    for (int i = 0; i < 30; i++) {
      rows.append(row(number("", "" + i), text("", "x".repeat(50))));
    }
    assertThat(read(ReadOptions.defaults(), sheet("S", rows.toString())).text().split("2023", -1))
        .hasSizeGreaterThan(2);
  }

  @Test
  void readsShapesBehindTheCells() throws IOException {
    assertThat(
            read(
                    ReadOptions.defaults(),
                    sheet(
                        "S",
                        "<table:shapes><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box>"
                            + "</draw:frame></table:shapes>"
                            + row(number("", "1"))))
                .text())
        .isEqualTo("# S\n\n1\n\nbox\n");
    assertThat(
            read(
                    ReadOptions.defaults(),
                    sheet(
                        "S", "<table:shapes><draw:frame><draw:image/></draw:frame></table:shapes>"))
                .problems())
        .containsExactly("sheet S: has only pictures");
  }
}
