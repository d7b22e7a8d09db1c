package dev.ragwright.documents.office;

import static dev.ragwright.documents.office.Word.cell;
import static dev.ragwright.documents.office.Word.p;
import static dev.ragwright.documents.office.Word.r;
import static dev.ragwright.documents.office.Word.row;
import static dev.ragwright.documents.office.Word.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in and behind paragraphs of Word: notes, tables, boxes, charts, equations. */
class WordBlocksTest {
  @TempDir private Path folder;

  private Read read(Word word) throws IOException {
    return Samples.read(new WordReader(ReadOptions.defaults()), word.in(folder));
  }

  private String text(String body) throws IOException {
    return read(new Word(body)).text();
  }

  @Test
  void writesEquationsOnALine() throws IOException {
    String x = "<m:r><m:t>x</m:t></m:r>";
    String sum = "<m:r><m:t>a+b</m:t></m:r>";
    assertThat(
            text(
                "<w:p><m:oMath><m:f><m:num>"
                    + sum
                    + "</m:num><m:den>"
                    + x
                    + "</m:den></m:f>"
                    + "<m:r><m:t>=</m:t></m:r><m:sSup><m:e>"
                    + x
                    + "</m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
                    + "<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/><m:e>"
                    + sum
                    + "</m:e></m:rad>"
                    + "<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub><m:sup>"
                    + x
                    + "</m:sup><m:e>"
                    + x
                    + "</m:e></m:nary><m:d><m:e>"
                    + sum
                    + "</m:e></m:d></m:oMath></w:p>"))
        .isEqualTo("(a+b)/x=x^2sqrt(a+b)∑_(i=1)^x x(a+b)\n");
  }

  @Test
  void writesNotesBehindTheirParagraph() throws IOException {
    String ref = "<w:r><w:footnoteReference w:id='%s'/></w:r>";
    Word word =
        new Word(
                "<w:p>"
                    + r("12")
                    + ref.formatted("5")
                    + r(" and")
                    + "<w:r>"
                    + "<w:endnoteReference w:id='1'/></w:r></w:p>"
                    + p("<w:outlineLvl w:val='0'/>", r("Head") + ref.formatted("6"))
                    + table(
                        row(
                            cell("", "<w:p>" + r("x") + ref.formatted("7") + "</w:p>"),
                            cell("", p("y"))))
                    + "<w:p><w:r><w:footnoteReference w:customMarkFollows='1' w:id='8'/><w:t>*</w:t></w:r></w:p>")
            .part(
                "footnotes",
                "w:footnotes",
                "<w:footnote w:id='5'>"
                    + p("five")
                    + p("more")
                    + "</w:footnote>"
                    + "<w:footnote w:id='6'>"
                    + p("six")
                    + "</w:footnote><w:footnote w:id='7'>"
                    + p("seven")
                    + "</w:footnote><w:footnote w:id='8'>"
                    + p("eight")
                    + "</w:footnote>")
            .part("endnotes", "w:endnotes", "<w:endnote w:id='1'>" + p("end") + "</w:endnote>");
    assertThat(read(word).text())
        .isEqualTo(
            "12[note 1] and[note i]\n\n[note 1: five\nmore]\n\n[note i: end]\n\n# Head\n\n[note 2: six]\n\n"
                + "| x[note 3] | y |\n| --- | --- |\n\n[note 3: seven]\n\n[note *: eight]\n");
  }

  @Test
  void keepsTheCellsOfTables() throws IOException {
    String nested = table(row(cell("", p("NEST1")), cell("", p("NEST2"))), row(cell("", p("n3"))));
    assertThat(
            text(
                "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>"
                    + cell("<w:vMerge w:val='restart'/>", p("A"))
                    + cell("<w:gridSpan w:val='2'/>", p("1") + p("2"))
                    + "</w:tr>"
                    + row(cell("<w:vMerge/>", p("hidden")), cell("", ""), cell("", p("a|b")))
                    + "<w:tr><w:trPr><w:gridBefore w:val='1'/><w:gridAfter w:val='1'/></w:trPr>"
                    + cell("", nested + p(""))
                    + "</w:tr></w:tbl>"
                    + table(
                        row(cell("", p("<w:outlineLvl w:val='1'/>", r("framed")) + p("text"))))))
        .isEqualTo(
            "| A | 1 2 | |\n| --- | --- | --- |\n| | | a\\|b |\n| | NEST1, NEST2; n3 | |\n\n"
                + "## framed\n\ntext\n");
  }

  @Test
  void readsBoxesChartsAndDiagramsOnceBehindTheirParagraph() throws IOException {
    String box =
        "<w:r><w:pict><v:textbox><w:txbxContent>"
            + p("boxed")
            + "</w:txbxContent></v:textbox></w:pict></w:r>";
    String drawing =
        "<w:r><w:drawing><c:chart r:id='ch'/></w:drawing></w:r><w:r><w:drawing><dgm:relIds r:dm='di'/>"
            + "</w:drawing></w:r><w:r><w:drawing><pic:pic/></w:drawing></w:r>";
    Read read =
        read(
            new Word("<w:p>" + r("one ") + box + r("two") + drawing + "</w:p>")
                .part(
                    "chart",
                    "chart.xml",
                    "<c:chartSpace xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'"
                        + " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><c:chart><c:title><c:tx><c:rich><a:p>"
                        + "<a:r><a:t>By year</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart>"
                        + series("P", "1500", "2500")
                        + series("Q", "", "7")
                        + "</c:barChart></c:plotArea></c:chart></c:chartSpace>",
                    "ch")
                .part(
                    "diagramData",
                    "data.xml",
                    "<dgm:dataModel xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram'"
                        + " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><dgm:ptLst><dgm:pt modelId='0' type='doc'/>"
                        + point("1", "second")
                        + point("2", "first")
                        + point("3", "below")
                        + "</dgm:ptLst><dgm:cxnLst>"
                        + "<dgm:cxn srcId='0' destId='1' srcOrd='1'/><dgm:cxn srcId='0' destId='2' srcOrd='0'/>"
                        + "<dgm:cxn srcId='2' destId='3' srcOrd='0'/></dgm:cxnLst></dgm:dataModel>",
                    "di"));
    assertThat(read.text())
        .isEqualTo(
            "one two\n\nboxed\n\nBy year\n\n| | P | Q |\n| --- | --- | --- |\n"
                + "| 2022 | 1500 | |\n| 2023 | 2500 | 7 |\n\n- first\n  - below\n- second\n");
    assertThat(read.problems()).isEmpty();
  }

  private static String series(String name, String... values) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      points.append(
          values[i].isEmpty() ? "" : "<c:pt idx='" + i + "'><c:v>" + values[i] + "</c:v></c:pt>");
    }
    return "<c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>"
        + name
        + "</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        + "<c:cat><c:strRef><c:strCache><c:pt idx='0'><c:v>2022</c:v></c:pt><c:pt idx='1'><c:v>2023</c:v></c:pt>"
        + "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>"
        + points
        + "</c:numCache></c:numRef></c:val></c:ser>";
  }

  private static String point(String id, String text) {
    return "<dgm:pt modelId='"
        + id
        + "'><dgm:t><a:p><a:r><a:t>"
        + text
        + "</a:t></a:r></a:p></dgm:t></dgm:pt>";
  }

  @Test
  void readsDocumentsThatStandInIt() throws IOException {
    byte[] inner = new Word(p("inner")).bytes();
    byte[] html =
        "<h2>Page</h2><p>10<sup>6</sup> <del>x</del>y</p><table><tr><td>1</td><td></td></tr></table>"
            .getBytes(StandardCharsets.UTF_8);
    Read read =
        read(
            new Word(
                    p("a")
                        + "<w:altChunk r:id='d'/><w:altChunk r:id='h'/><w:altChunk r:id='b'/>"
                        + p("z"))
                .bytes("aFChunk", "in.docx", inner, "d")
                .bytes("aFChunk", "in.html", html, "h")
                .bytes("aFChunk", "in.rtf", html, "b"));
    assertThat(read.text())
        .isEqualTo("a\n\ninner\n\n## Page\n\n10^6 y\n\n| 1 | |\n| --- | --- |\n\nz\n");
    assertThat(read.problems()).containsExactly("a document within it is not read: word/in.rtf");
  }
}
