package dev.ragwright.documents.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.archive.OpenZip;
import dev.ragwright.documents.archive.Zip;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenTextReaderTest {
  private static final ReadOptions MARKED =
      ReadOptions.builder().hidden(Unseen.MARK).comments(Unseen.MARK).build();

  @TempDir private Path folder;

  private Read read(ReadOptions options, OpenZip zip, String body) throws IOException {
    return Samples.read(new OpenTextReader(options), zip.in(folder, "t.odt", "text", body));
  }

  private String text(String body) throws IOException {
    return read(ReadOptions.defaults(), new OpenZip(), body).text();
  }

  private static String style(String family, String name, String parent, String properties) {
    return "<style:style style:family='"
        + family
        + "' style:name='"
        + name
        + "' style:parent-style-name='"
        + parent
        + "'><style:text-properties "
        + properties
        + "/></style:style>";
  }

  private static String level(int level, String format, String more) {
    return "<text:list-level-style-number text:level='"
        + level
        + "' style:num-format='"
        + format
        + "' "
        + more
        + "/>";
  }

  private static String item(String attributes, String inside) {
    return "<text:list-item " + attributes + ">" + inside + "</text:list-item>";
  }

  private static String p(String text) {
    return "<text:p>" + text + "</text:p>";
  }

  @Test
  void foldsWhiteSpaceAndLeavesOutDeletedText() throws IOException {
    assertThat(
            text(
                "<text:tracked-changes><text:changed-region><text:deletion><text:p>DEL200</text:p></text:deletion>"
                    + "</text:changed-region></text:tracked-changes>"
                    + p(
                        "  a \n b<text:s text:c='2'/>c<text:tab/>d"
                            + "<text:line-break/> e<text:change text:change-id='x'/> <text:span>f</text:span>g\u00ad<text:bookmark/>h")))
        .isEqualTo("a b  c\td\ne fgh\n");
  }

  /**
   * As OpenOffice wrote them until version 2: their DTD, which nobody fetches, has the namespace.
   */
  @Test
  void needsNoManifestThatIsXmlWithNamespaces() throws IOException {
    Path file = new OpenZip().in(folder, "old.odt", "text", p("The fee is 300."));
    Zip old = new Zip();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        old.with(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    old.with("META-INF/manifest.xml", "<!DOCTYPE m:m SYSTEM 'M.dtd'><m:m><m:entry/></m:m>");
    assertThat(Samples.read(new OpenTextReader(MARKED), old.in(folder, "old.odt")).text())
        .isEqualTo("The fee is 300.\n");
    old.with("META-INF/manifest.xml", "<m:m><m:encryption-data/></m:m>");
    Path locked = old.in(folder, "old.odt");
    assertThatThrownBy(() -> Samples.read(new OpenTextReader(MARKED), locked))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith("is encrypted with a password");
  }

  @Test
  void showsRaisedTextCapitalsAndWhatIsNotHidden() throws IOException {
    OpenZip zip =
        new OpenZip()
            .automatic(
                style("text", "up", "", "style:text-position='super 58%'")
                    + style("text", "up2", "", "style:text-position='33% 58%'")
                    + style("text", "down", "", "style:text-position='-33% 58%'")
                    + style("text", "hid", "far", "")
                    + style("text", "caps", "", "fo:text-transform='uppercase'")
                    + style("paragraph", "hp", "", "text:display='none'"))
            .common(
                "<office:styles>"
                    + style("text", "far", "", "text:display='none'")
                    + "</office:styles>");
    String body =
        p(
                "10<text:span text:style-name='up'>6</text:span> 10<text:span text:style-name='up2'>5</text:span> 10"
                    + "<text:span text:style-name='down'>2</text:span> <text:span text:style-name='hid'>no</text:span>"
                    + "<text:span text:style-name='caps'>big</text:span><text:hidden-text text:is-hidden='true'>gone</text:hidden-text>"
                    + "<text:conditional-text> seen</text:conditional-text>")
            + "<text:p text:style-name='hp'>no</text:p>"
            + "<text:section text:display='none'>"
            + p("hidden section")
            + "</text:section>"
            + p("<text:hidden-paragraph text:is-hidden='true'/>no");
    assertThat(read(ReadOptions.defaults(), zip, body).text())
        .isEqualTo("10^6 10^5 10_2 BIG seen\n");
    assertThat(read(MARKED, zip, body).text())
        .isEqualTo(
            "10^6 10^5 10_2 [hidden: no]BIG[hidden: gone] seen\n\n"
                + "[hidden: no]\n\n[hidden: hidden section]\n\n[hidden: no]\n");
  }

  @Test
  void countsListsAndHeadings() throws IOException {
    OpenZip zip =
        new OpenZip()
            .automatic(
                "<text:list-style style:name='L'>"
                    + level(1, "1", "style:num-suffix='.'")
                    + level(2, "a", "style:num-suffix=')' text:display-levels='2'")
                    + "<text:list-level-style-bullet text:level='3'/>"
                    + level(4, "I", "loext:num-list-format='(%4%/%1%)'")
                    + "</text:list-style>")
            .common(
                "<office:styles><text:outline-style><text:outline-level-style text:level='1' style:num-format='1' "
                    + "style:num-prefix='Section ' text:start-value='3'/><text:outline-level-style text:level='2' style:num-format='1'"
                    + " text:display-levels='2'/><text:outline-level-style text:level='3' style:num-format=''/>"
                    + "</text:outline-style></office:styles>");
    String list =
        "<text:list text:style-name='L' xml:id='l1'>"
            + item("", p("one") + p("more"))
            + item(
                "",
                p("two")
                    + "<text:list>"
                    + item("", p("a"))
                    + item(
                        "",
                        p("b")
                            + "<text:list>"
                            + item(
                                "", p("dot") + "<text:list>" + item("", p("deep")) + "</text:list>")
                            + "</text:list>")
                    + "</text:list>")
            + "<text:list-header>"
            + p("none")
            + "</text:list-header>"
            + item("text:start-value='7'", p("seven"))
            + "</text:list>";
    String body =
        "<text:h text:outline-level='1'>Rent</text:h><text:h text:outline-level='2'>Due</text:h>"
            + "<text:h text:outline-level='1'>Deposit</text:h><text:h text:outline-level='2'>How</text:h>"
            + "<text:h text:outline-level='2' text:is-list-header='true'>Free</text:h><text:h text:outline-level='3'>Deep</text:h>"
            + list
            + p("between")
            + "<text:list text:style-name='L' text:continue-numbering='true'>"
            + item("", p("on"))
            + "</text:list><text:list text:style-name='L'>"
            + item("", p("anew"))
            + "</text:list>"
            + "<text:list text:style-name='L' text:continue-list='l1'>"
            + item("", p("nine"))
            + "</text:list>";
    assertThat(read(ReadOptions.defaults(), zip, body).text())
        .isEqualTo(
            "# Section 3 Rent\n\n## 3.1 Due\n\n# Section 4 Deposit\n\n## 4.1 How\n\n## Free\n\n### Deep\n\n1. one\n  more\n2. two\n"
                + "  2.a) a\n  2.b) b\n    - dot\n      (I/2) deep\n\nnone\n\n7. seven\n\nbetween\n\n8. on\n1. anew\n9. nine\n");
  }

  @Test
  void writesNotesCommentsBoxesAndFormulas() throws IOException {
    String body =
        p(
            "12<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body>"
                + p("low")
                + "</text:note-body></text:note> euros<office:annotation><dc:creator>Ann</dc:creator>"
                + p("why?")
                + "</office:annotation>, <draw:frame><draw:text-box>"
                + p("boxed")
                + "</draw:text-box></draw:frame>and <draw:frame>"
                + "<draw:object><math:math><math:mfrac><math:mrow><math:mi>a</math:mi><math:mo>+</math:mo><math:mi>b</math:mi>"
                + "</math:mrow><math:mn>2</math:mn></math:mfrac></math:math></draw:object><draw:image/></draw:frame>"
                + "<draw:g><draw:rect>"
                + p("shape")
                + "</draw:rect></draw:g>");
    assertThat(text(body))
        .isEqualTo("12 euros, and\n\n[note 1: low]\n\nboxed\n\n(a+b)/2\n\nshape\n");
    assertThat(read(MARKED, new OpenZip(), body).text())
        .startsWith("12 euros [comment: why?] , and");
  }

  @Test
  void keepsTheCellsOfTables() throws IOException {
    assertThat(
            text(
                "<table:table><table:table-header-rows><table:table-row>"
                    + cell("table:number-columns-spanned='2'", p("A"))
                    + "<table:covered-table-cell/>"
                    + cell("", p("B"))
                    + "</table:table-row></table:table-header-rows><table:table-row>"
                    + cell("", p("1") + p("2"))
                    + cell("table:number-columns-repeated='2'", "")
                    + "</table:table-row></table:table>"))
        .isEqualTo("| A | | B |\n| --- | --- | --- |\n| 1 2 | | |\n");
  }

  private static String cell(String attributes, String inside) {
    return "<table:table-cell " + attributes + ">" + inside + "</table:table-cell>";
  }

  @Test
  void readsControlsTitlesIndexesAndCharts() throws IOException {
    OpenZip zip =
        new OpenZip()
            .automatic(style("paragraph", "P1", "Title", ""))
            .part(
                "Object 1/content.xml",
                "office:document-content",
                "<office:body><office:chart><chart:chart><chart:title>"
                    + p("By year")
                    + "</chart:title><table:table><table:table-row>"
                    + cell("", p(""))
                    + cell("", p("Sold"))
                    + "</table:table-row><table:table-row>"
                    + cell("", p("2022"))
                    + cell("office:value='7'", "")
                    + "</table:table-row></table:table></chart:chart></office:chart></office:body>")
            .part(
                "meta.xml",
                "office:document-meta",
                "<office:meta><dc:title>Named</dc:title></office:meta>");
    Read read =
        read(
            ReadOptions.defaults(),
            zip,
            "<text:p text:style-name='P1'>Top</text:p>"
                + p("Inline " + "<loext:content-control>content</loext:content-control> control")
                + "<text:table-of-content><text:table-of-content-source/>"
                + "<text:index-body><text:index-title>"
                + p("Contents")
                + "</text:index-title>"
                + p("1 Rent")
                + "</text:index-body>"
                + "</text:table-of-content>"
                + p(
                    "<draw:frame><draw:object xlink:href='./Object 1'/><draw:image/></draw:frame>"));
    assertThat(read.text())
        .isEqualTo(
            "# Top\n\nInline content control\n\nContents\n\n1 Rent\n\nBy year\n\n| | Sold |\n"
                + "| --- | --- |\n| 2022 | 7 |\n");
    assertThat(read.document().metadata().asMap()).containsEntry("title", "Named");
  }

  @Test
  void readsWhatFieldsOfFormsHold() throws IOException {
    String forms =
        "<office:forms><form:form><form:text form:id='c1' form:value='old' form:current-value='Heron'/>"
            + "<form:checkbox form:id='c2' form:label='agreed' form:current-state='checked'/></form:form></office:forms>";
    assertThat(
            text(
                forms
                    + p("Boat: <draw:control draw:control='c1'/>")
                    + "<draw:control draw:control='c2'/>"))
        .isEqualTo("Boat: Heron\n\n☒ agreed\n");
  }

  @Test
  void readsHeadersOnlyWhereThereIsNoOtherText() throws IOException {
    OpenZip zip =
        new OpenZip()
            .common(
                "<office:master-styles><style:master-page><style:header>"
                    + p("head")
                    + "</style:header></style:master-page></office:master-styles>");
    assertThat(read(ReadOptions.defaults(), zip, p("body")).text()).isEqualTo("body\n");
    Read read = read(ReadOptions.defaults(), zip, p("<draw:frame><draw:image/></draw:frame>"));
    assertThat(read.text()).isEqualTo("head\n");
    assertThat(read.problems()).containsExactly("has only pictures");
  }

  @Test
  void saysWhatItCannotRead() throws IOException {
    OpenTextReader reader = new OpenTextReader(ReadOptions.defaults());
    Path sheet = new OpenZip().in(folder, "s.odt", "spreadsheet", "");
    assertThatThrownBy(() -> Samples.read(reader, sheet))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("holds a workbook: its name should end in .ods");
    Path other =
        new Zip()
            .with(
                "META-INF/manifest.xml",
                "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>"
                    + "<m:file-entry><m:encryption-data/></m:file-entry></m:manifest>")
            .with("content.xml", "garbage")
            .in(folder, "e.odt");
    assertThatThrownBy(() -> Samples.read(reader, other))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            "is encrypted with a password, which this reader cannot open; save it without one");
    Path none = new Zip().with("a", "b").in(folder, "n.odt");
    assertThatThrownBy(() -> Samples.read(reader, none))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has no part content.xml, which files of its kind have");
  }
}
