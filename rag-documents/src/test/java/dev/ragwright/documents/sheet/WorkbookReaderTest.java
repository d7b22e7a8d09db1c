package dev.ragwright.documents.sheet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.archive.Zip;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.ReadProgress;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkbookReaderTest {
  private static final ReadOptions MARKED =
      ReadOptions.builder().hidden(Unseen.MARK).comments(Unseen.MARK).build();

  @TempDir private Path folder;

  private Read read(Book book) throws IOException {
    return Samples.read(new WorkbookReader(ReadOptions.defaults()), book.in(folder));
  }

  private String rows(String rows) throws IOException {
    return read(new Book().rows(rows)).text();
  }

  @Test
  void readsTheTariffAsAPersonDoes() throws IOException {
    Path file = Samples.file("tariff.xlsx");
    Read read = Samples.read(new WorkbookReader(ReadOptions.defaults()), file);
    assertThat(read.text())
        .isEqualTo(
            """
            # Tariff

            Tariff of the ferry

            | Class | January | February | March | Since |
            | --- | --- | --- | --- | --- |
            | Deck [comment: Without bicycle.] | 12.50 EUR | | 14.00 EUR | 01.03.2024 |
            | Cabin | | 40.00 EUR | | 31.12.2024 |

            | Discount for groups | 12.5% |
            | --- | --- |
            | Tax | 19% |
            | Barcode | 4006381333931 |
            | Harbour code | 00042 |
            | Dogs allowed | no |
            | Loss of last year | (1,500) |
            | Passengers | 1,234,567 |
            | Total of deck | 26.50 EUR |
            | Next change | 31.03.2024 |

            # Notes

            Children under six
            travel free.

            No card payment.
            """);
    assertThat(read.problems()).isEmpty();
    int deck = read.text().indexOf("| 12.50 EUR");
    assertThat(read.document().places().at(deck, read.text().indexOf("| 01.03.2024")))
        .isEqualTo("Tariff › B3:D3");
    int card = read.text().indexOf("No card");
    assertThat(read.document().places().at(card, card + 5)).isEqualTo("Notes › C3");
    assertThat(read.document().metadata().asMap()).containsEntry("sheets", 2L);
    assertThat(Samples.read(new WorkbookReader(MARKED), file).text())
        .contains("# [hidden: Old]\n\n| Deck of 2019 | 9 |");
    Document marked = Samples.read(new WorkbookReader(MARKED), file).document();
    int old = marked.text().indexOf("Deck of 2019");
    assertThat(marked.places().at(old, old + 4)).isEqualTo("[hidden: Old] › A1");
  }

  @Test
  void readsTextsOfAllKinds() throws IOException {
    Read read =
        read(
            new Book()
                .strings(
                    "<si><t>shared</t></si><si><r><t>5 x 10</t></r><r><rPr><vertAlign "
                        + "val='superscript'/></rPr><t>6</t></r><r><t> m</t></r><r><rPr><strike/></rPr><t>7</t></r><r><t>8</t></r><rPh sb='0' eb='1'><t>ph"
                        + "</t></rPh></si><si><t>a_x000D_b_x005F_x000D_</t></si>")
                .rows(
                    "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c>"
                        + "<c r='C1' t='s'><v>2</v></c><c r='D1' t='s'><v>99</v></c>"
                        + "<c r='E1' t='str'><f>A1</f><v>made</v></c><c r='F1' t='b'><v>1</v></c>"
                        + "<c r='G1' t='e'><v>#DIV/0!</v></c></row>"));
    assertThat(read.problems())
        .containsExactly("sheet S: has cells whose text is not in the workbook's list: 1");
    assertThat(read.text())
        .contains("| shared | 5 x 10^6 m~~7~~8 | ab_x000D_ | | made | TRUE | #DIV/0! |");
  }

  @Test
  void keepsEmptyCellsSoThatAValueStaysUnderItsHeading() throws IOException {
    assertThat(
            rows(
                "<row><c t='str'><v>A</v></c><c t='str'><v>B</v></c><c t='str'><v>C</v></c></row>"
                    + "<row r='2'><c r='C2'><v>3</v></c><c r='A2'><v>1</v></c></row><row r='3'><c r='B3'><v>2</v></c></row>"
                    + "<row r='5'><c r='A5'><v>4</v></c><c r='C5'><v>5</v></c></row>"
                    + "<row r='7'><c r='B7'><v>6</v></c></row>"))
        .isEqualTo(
            "# S\n\n| A | B | C |\n| --- | --- | --- |\n| 1 | | 3 |\n| | 2 | |\n"
                + "\n| A | B | C |\n| --- | --- | --- |\n| 4 | | 5 |\n\n6\n");
  }

  @Test
  void keepsAHeaderOverItsColumnsWhereTheFirstHasNone() throws IOException {
    assertThat(
            rows(
                "<row r='1'><c r='B1' t='str'><v>D</v></c><c r='C1' t='str'><v>E</v></c><c r='D1' t='str'><v>F</v></c></row>"
                    + "<row r='2'><c r='A2' t='str'><v>x</v></c><c r='B2'><v>1</v></c><c r='C2'><v>2</v></c><c r='D2'><v>3</v></c></row>"))
        .isEqualTo("# S\n\n| | D | E | F |\n| --- | --- | --- | --- |\n| x | 1 | 2 | 3 |\n");
  }

  @Test
  void showsFormulasByTheirResultOrThemselves() throws IOException {
    Read read =
        read(
            new Book()
                .rows(
                    "<row r='1'><c r='A1'><f t='shared' ref='A1:B2' si='0'>C1*$D$1+SUM(E1:E2)&amp;\"A1\"</f></c>"
                        + "<c r='B1'><f t='shared' si='0'/><v></v></c><c r='C1'><f>1+1</f><v>2</v></c>"
                        + "<c r='D1' t='str'><f>T(1)</f><v></v></c></row>"
                        + "<row r='2'><c r='A2'><f t='shared' si='0'/><v/></c></row>"));
    assertThat(read.text())
        .contains(
            "| =C1*$D$1+SUM(E1:E2)&\"A1\" | =D1*$D$1+SUM(F1:F2)&\"A1\" | 2 |\n"
                + "| --- | --- | --- |\n| =C2*$D$1+SUM(E2:E3)&\"A1\" | | |");
    assertThat(read.problems())
        .containsExactly(
            "sheet S: 3 formulas have no stored result, so they are shown themselves:"
                + " it comes to #VALUE!");
  }

  @Test
  void countsFormulasThatHaveNoTextEither() throws IOException {
    Read read =
        read(new Book().rows("<row><c><f t='dataTable'/></c><c><f>_xlfn.CONCAT(A1)</f></c></row>"));
    assertThat(read.text()).isEqualTo("# S\n\n=CONCAT(A1)\n");
    assertThat(read.problems())
        .containsExactly(
            "sheet S: 2 formulas have no stored result, so they are shown themselves:"
                + " it fills several cells");
  }

  @Test
  void showsNumbersByTheirFormats() throws IOException {
    Book book =
        new Book()
            .formats("\"yes\";;\"no\"", ";;;", "\"approx.\"", "yyyy-mm-dd")
            .rows(
                "<row><c s='1'><v>1</v></c><c s='1'><v>7</v></c><c s='3'><v>37</v></c><c s='2'><v>5</v>"
                    + "</c><c s='4'><v>45352</v></c><c t='d' s='4'><v>2024-03-01T12:00:00</v></c>"
                    + "<c s='99'><v>4006381333931</v></c></row>");
    assertThat(read(book).text())
        .contains("| yes | yes (7) | approx. (37) | | 2024-03-01 | 2024-03-01 | 4006381333931 |");
    assertThat(Samples.read(new WorkbookReader(MARKED), folder.resolve("book.xlsx")).text())
        .contains("| [hidden: 5] |");
    assertThat(read(book.properties("date1904='1'")).text()).contains("| 2028-03-02 |");
  }

  @Test
  void readsAMergedCellOnce() throws IOException {
    assertThat(
            read(new Book()
                    .sheet(
                        "S",
                        "",
                        "<sheetData><row r='1'><c r='A1'><v>1</v></c>"
                            + "<c r='B1'><v>2</v></c><c r='C1'><v>8</v></c></row><row r='2'><c r='A2'><v>3</v></c>"
                            + "<c r='B2'><v>4</v></c></row></sheetData><mergeCells><mergeCell ref='A1:A2'/>"
                            + "<mergeCell ref='B1:C1'/></mergeCells>"))
                .text())
        .isEqualTo("# S\n\n| 1 | 2 |\n| --- | --- |\n| | 4 |\n");
  }

  @Test
  void readsNotesWithoutNames() throws IOException {
    String comments =
        "<comments xmlns='"
            + Book.MAIN
            + "'><authors><author>Ann</author></authors>"
            + "<commentList><comment ref='A1' authorId='0'><text><r><t>Ann:</t></r><r><t>\nlow</t></r>"
            + "</text></comment><comment ref='B4'><text><t>alone</t></text></comment></commentList></comments>";
    String rows = "<row r='1'><c r='A1'><v>1</v></c><c r='B1'><v>2</v></c></row>";
    assertThat(
            read(new Book()
                    .rows(rows)
                    .part("xl/comments1.xml", comments)
                    .relations("comments", "../comments1.xml"))
                .text())
        .isEqualTo("# S\n\n| 1 [comment: low] | 2 |\n| --- | --- |\n\n[comment: alone]\n");
    String thread =
        "<ThreadedComments xmlns='http://schemas.microsoft.com/office/spreadsheetml/2018/"
            + "threadedcomments'><threadedComment ref='A1'><text>why?</text></threadedComment>"
            + "</ThreadedComments>";
    Book threads =
        new Book()
            .rows(rows)
            .part("xl/comments1.xml", comments.replace("Ann:", "[Threaded comment]"))
            .part("xl/threads.xml", thread)
            .relations("comments", "../comments1.xml", "threadedComment", "../threads.xml");
    assertThat(read(threads).text()).contains("| 1 | 2 |");
    assertThat(Samples.read(new WorkbookReader(MARKED), threads.in(folder)).text())
        .contains("| 1 [comment: why?] | 2 |");
  }

  @Test
  void takesTheHeaderThatTheSheetNames() throws IOException {
    String rows = "<row r='1'><c r='A1'><v>2023</v></c><c r='B1'><v>2024</v></c></row>";
    String more =
        "<row r='%1$d'><c r='A%1$d'><v>%1$d</v></c><c r='B%1$d' t='str'><v>"
            + "x".repeat(50)
            + "</v></c></row>";
    StringBuilder all = new StringBuilder(rows);
    for (int i = 2; i < 30; i++) {
      all.append(more.formatted(i));
    }
    assertThat(rows(all.toString())).containsOnlyOnce("2023");
    String filtered =
        read(new Book()
                .sheet("S", "", "<sheetData>" + all + "</sheetData><autoFilter ref='A1:B29'/>"))
            .text();
    assertThat(filtered.split("\\| 2023 \\| 2024 \\|", -1)).hasSizeGreaterThan(2);
    String table = "<table xmlns='" + Book.MAIN + "' ref='A1:B29'/>";
    String tabled =
        read(new Book().rows(all.toString()).part("xl/t.xml", table).relations("table", "../t.xml"))
            .text();
    assertThat(tabled).isEqualTo(filtered);
  }

  @Test
  void readsHiddenRowsAndLeavesOutHiddenSheets() throws IOException {
    Book book =
        new Book()
            .sheet(
                "A",
                "",
                "<cols><col min='1' max='1' hidden='1'/></cols><sheetData><row hidden='1'>"
                    + "<c><v>5</v></c></row></sheetData>")
            .sheet("B", "state='hidden'", "<sheetData><row><c><v>6</v></c></row></sheetData>")
            .sheet("C", "state='veryHidden'", "<sheetData><row><c><v>7</v></c></row></sheetData>");
    assertThat(read(book).text()).isEqualTo("# A\n\n5\n");
    assertThat(Samples.read(new WorkbookReader(MARKED), folder.resolve("book.xlsx")).text())
        .isEqualTo("# A\n\n5\n\n# [hidden: B]\n\n6\n\n# [hidden: C]\n\n7\n");
  }

  @Test
  void readsWhatIsDrawnOverASheet() throws IOException {
    String drawing =
        "<xdr:wsDr xmlns:xdr='http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing' "
            + "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><xdr:twoCellAnchor>%s</xdr:twoCellAnchor></xdr:wsDr>";
    String box = "<xdr:sp><xdr:txBody><a:p><a:r><a:t>boxed</a:t></a:r></a:p></xdr:txBody></xdr:sp>";
    assertThat(
            read(new Book()
                    .rows("<row><c><v>1</v></c></row>")
                    .part("xl/d.xml", drawing.formatted(box))
                    .relations("drawing", "../d.xml"))
                .text())
        .isEqualTo("# S\n\n1\n\nboxed\n");
    assertThat(
            read(new Book()
                    .rows("")
                    .part("xl/d.xml", drawing.formatted("<xdr:pic/>"))
                    .relations("drawing", "../d.xml"))
                .problems())
        .containsExactly("sheet S: has only pictures");
  }

  @Test
  void tellsOfCellsWhereNoSheetHasAny() throws IOException {
    Read read =
        read(
            new Book()
                .rows(
                    "<row r='1'><c r='A1'><v>1</v></c><c r='XFE1'><v>2</v></c></row>"
                        + "<row r='1048577'><c r='A1048577'><v>3</v></c></row>"));
    assertThat(read.text()).isEqualTo("# S\n\n1\n");
    assertThat(read.problems())
        .containsExactly("sheet S: has 2 cells beyond XFD1048576, the last that a sheet has");
  }

  @Test
  void tellsHowFarALongSheetIs() throws IOException {
    Path book = new Book().rows("<row><c><v>1</v></c></row>".repeat(90_000)).in(folder);
    List<ReadProgress> told = new ArrayList<>();
    ReadOptions telling = ReadOptions.builder().progress(told::add).build();
    int length = Samples.read(new WorkbookReader(telling), book).text().length();
    assertThat(told).hasSize(length / 100_000).allMatch(read -> read.documentId().equals("id"));
    assertThat(told.getFirst().parts()).isEqualTo("characters");
    CallContext call = CallContext.unbounded();
    ReadOptions stopping =
        ReadOptions.builder()
            .progress(
                read -> {
                  call.cancel();
                  call.throwIfStopped();
                })
            .build();
    Folder one = Folder.of(book).readBy(new WorkbookReader(stopping));
    assertThatThrownBy(() -> one.documents(problem -> {}).toList())
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void survivesCellsFarAway() throws IOException {
    String text =
        rows(
            "<row r='1'><c r='A1'><v>1</v></c><c r='XFD1'><v>2</v></c></row>"
                + "<row r='1048576'><c r='XFD1048576'><v>3</v></c></row>");
    assertThat(text).isEqualTo("# S\n\n1\n\n2\n\n3\n");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Read read =
        read(
            new Book()
                .sheet("A", "", "")
                .part("xl/worksheets/sheet2.xml", "")
                .sheet("B", "", "<sheetData/>"));
    assertThat(read.problems()).isEmpty();
    Path word =
        new Zip()
            .with(
                "word/document.xml",
                "<w:document xmlns:w='http://schemas."
                    + "openxmlformats.org/wordprocessingml/2006/main'/>")
            .with(
                "_rels/.rels",
                "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
                    + "<Relationship Id='a' Type='http://x/officeDocument' Target='word/document.xml'/>"
                    + "</Relationships>")
            .in(folder, "w.xlsx");
    WorkbookReader reader = new WorkbookReader(ReadOptions.defaults());
    assertThatThrownBy(() -> Samples.read(reader, word))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("holds a text of Word: its name should end in .docx");
    Path other = new Zip().with("a", "b").in(folder, "o.xlsx");
    assertThatThrownBy(() -> Samples.read(reader, other))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has no part xl/workbook.xml, which files of its kind have");
  }

  @Test
  void refusesMoreSheetsThanAllowed() throws IOException {
    Path book = new Book().rows("").sheet("T", "", "").in(folder);
    ReadOptions few = ReadOptions.builder().maxCharacters(3).build();
    assertThatThrownBy(() -> Samples.read(new WorkbookReader(few), book))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has more than 3 characters of text; ReadOptions.maxCharacters allows more");
  }
}
