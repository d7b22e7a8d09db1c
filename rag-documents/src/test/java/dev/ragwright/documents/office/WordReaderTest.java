package dev.ragwright.documents.office;

import static dev.ragwright.documents.office.Word.cell;
import static dev.ragwright.documents.office.Word.item;
import static dev.ragwright.documents.office.Word.p;
import static dev.ragwright.documents.office.Word.r;
import static dev.ragwright.documents.office.Word.row;
import static dev.ragwright.documents.office.Word.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Places;
import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.archive.Zip;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordReaderTest {
  private static final ReadOptions MARKED =
      ReadOptions.builder().hidden(Unseen.MARK).comments(Unseen.MARK).build();
  private static final String RAISED = "<w:vertAlign w:val='superscript'/>";
  private static final String DELETED = "<w:rPr><w:del w:id='1'/></w:rPr>";

  @TempDir private Path folder;

  private Read read(Word word) throws IOException {
    return Samples.read(new WordReader(ReadOptions.defaults()), word.in(folder));
  }

  private Read marked(Word word) throws IOException {
    return Samples.read(new WordReader(MARKED), word.in(folder));
  }

  private String text(String body) throws IOException {
    return read(new Word(body)).text();
  }

  @Test
  void readsTheLeaseAsAPersonDoes() throws IOException {
    Path file = Samples.file("lease.docx");
    Read read = Samples.read(new WordReader(ReadOptions.defaults()), file);
    assertThat(read.text())
        .isEqualTo(
            """
            # Section 3 Rent

            The monthly rent is 300 euros, due on the first day.

            1. Rent is paid in cash.
            2. Late payment costs five percent
              a) after ten days, or
              b) after a month, twice.

            The doubling in clause 2(b) ends with the year.

            Pets need written consent.

            The meter shows 5 x 10^6 units of class α in non‑stop use.

            The cellar is dry.

            # Section 4 Deposit

            The deposit is two rents. The garden is shared.

            [note 1: Without heating costs.]

            | Thing | Price | Note |
            | --- | --- | --- |
            | Chair | 12 | |
            | Desk | | oak |
            | Chair and desk | | together 340 |
            """);
    assertThat(read.problems()).isEmpty();
    assertThat(read.document().places().headings())
        .extracting(Places.Heading::title)
        .containsExactly("Section 3 Rent", "Section 4 Deposit");
    assertThat(Samples.read(new WordReader(MARKED), file).text())
        .contains("The deposit [comment: Is this enough?] is two rents.")
        .contains("[hidden: It may be lowered to one rent. ]");
  }

  @Test
  void acceptsTrackedChanges() throws IOException {
    assertThat(
            text(
                "<w:p><w:r><w:t>a</w:t></w:r><w:del><w:r><w:delText>X</w:delText></w:r></w:del><w:ins>"
                    + r("b")
                    + "<w:del><w:r><w:t>Y</w:t></w:r></w:del></w:ins></w:p>"
                    + p(DELETED, r("one "))
                    + p(DELETED, "<w:del>" + r("gone") + "</w:del>")
                    + p("two")
                    + p(
                        "<w:rPr><w:moveFrom w:id='2'/></w:rPr>",
                        "<w:moveFrom>" + r("M") + "</w:moveFrom>")
                    + "<w:moveTo>"
                    + p("moved")
                    + "</w:moveTo>"
                    + table(
                        row(cell("", p("h1")), cell("", p("h2"))),
                        "<w:tr><w:trPr><w:del/></w:trPr>"
                            + cell("", p("no"))
                            + cell("", p("no"))
                            + "</w:tr>",
                        "<w:ins>"
                            + row(cell("", p("x")), cell("<w:cellDel/>", p("no")), cell("", p("y")))
                            + "</w:ins>")))
        .isEqualTo("ab\n\none two\n\nmoved\n\n| h1 | h2 |\n| --- | --- |\n| x | y |\n");
  }

  @Test
  void joinsWithTheTableOrEndAfterADeletedMark() throws IOException {
    assertThat(text(p(DELETED, r("a")) + table(row(cell("", p("b")))) + p(DELETED, r("c"))))
        .isEqualTo("a\n\nb\n\nc\n");
  }

  @Test
  void leavesOutHiddenTextAlsoOfStyles() throws IOException {
    Word word =
        new Word(
                "<w:p>"
                    + r("a ")
                    + r("<w:vanish/>", "1")
                    + r("<w:rStyle w:val='H'/>", "2")
                    + r("<w:rStyle w:val='H'/><w:vanish w:val='0'/>", "b")
                    + "</w:p>"
                    + p("<w:pStyle w:val='P'/>", r("3") + r("<w:rStyle w:val='H'/>", "c")))
            .part(
                "styles",
                "w:styles",
                "<w:style w:type='character' w:styleId='H'><w:basedOn w:val='G'/></w:style>"
                    + "<w:style w:type='character' w:styleId='G'><w:rPr><w:vanish/></w:rPr></w:style>"
                    + "<w:style w:type='paragraph' w:styleId='P'><w:rPr><w:vanish/></w:rPr></w:style>");
    assertThat(read(word).text()).isEqualTo("a b\n\nc\n");
    assertThat(marked(word).text()).isEqualTo("a [hidden: 12]b\n\n[hidden: 3]c\n");
  }

  @Test
  void countsListsAsWordDoes() throws IOException {
    String numbering =
        "<w:abstractNum w:abstractNumId='0'>"
            + "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='upperRoman'/><w:lvlText w:val='%1.'/></w:lvl>"
            + "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.%2'/></w:lvl>"
            + "<w:lvl w:ilvl='2'><w:start w:val='1'/><w:numFmt w:val='lowerLetter'/><w:isLgl/>"
            + "<w:lvlText w:val='%1.%2.%3'/></w:lvl>"
            + "<w:lvl w:ilvl='3'><w:start w:val='5'/><w:numFmt w:val='decimalZero'/><w:lvlRestart w:val='0'/>"
            + "<w:lvlText w:val='(%4)'/></w:lvl>"
            + "<w:lvl w:ilvl='4'><w:numFmt w:val='bullet'/><w:lvlText w:val='&#xF0B7;'/></w:lvl>"
            + "<w:lvl w:ilvl='5'><w:start w:val='1'/><w:numFmt w:val='none'/><w:lvlText w:val=''/></w:lvl>"
            + "<w:lvl w:ilvl='6'><w:start w:val='27'/><w:numFmt w:val='upperLetter'/><w:lvlText w:val='%7'/></w:lvl>"
            + "<w:lvl w:ilvl='7'><w:start w:val='22'/><w:numFmt w:val='ordinal'/><w:lvlText w:val='%8'/></w:lvl>"
            + "</w:abstractNum>"
            + "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
            + "<w:num w:numId='2'><w:abstractNumId w:val='0'/></w:num>"
            + "<w:num w:numId='3'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'>"
            + "<w:startOverride w:val='4'/></w:lvlOverride></w:num>"
            + "<w:num w:numId='4'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'><w:lvl w:ilvl='0'>"
            + "<w:start w:val='1'/><w:numFmt w:val='lowerRoman'/><w:lvlText w:val='%1)'/></w:lvl></w:lvlOverride></w:num>";
    String body =
        item(1, 0, "a")
            + item(1, 1, "b")
            + item(1, 1, "c")
            + item(1, 2, "d")
            + item(1, 3, "e")
            + item(1, 0, "f")
            + item(1, 1, "g")
            + item(1, 3, "h")
            + item(2, 0, "goes on")
            + item(1, 0, "")
            + item(3, 0, "anew")
            + item(3, 0, "next")
            + item(4, 0, "own form")
            + item(1, 4, "dot")
            + item(1, 5, "none")
            + item(1, 6, "AA")
            + item(1, 7, "22nd")
            + p("<w:numPr><w:ilvl w:val='0'/><w:numId w:val='0'/></w:numPr>", r("no list"));
    assertThat(
            read(new Word(body).part("numbering", "w:numbering", numbering))
                .text()
                .lines()
                .map(String::strip))
        .containsExactly(
            "I. a",
            "I.1 b",
            "I.2 c",
            "1.2.1 d",
            "(05) e",
            "II. f",
            "II.1 g",
            "(06) h",
            "III. goes on",
            "IV. anew",
            "V. next",
            "vi) own form",
            "- dot",
            "",
            "none",
            "",
            "AA AA",
            "22nd 22nd",
            "",
            "no list");
  }

  @Test
  void readsHeadingsByTheirLevelInTheOutline() throws IOException {
    String styles =
        "<w:style w:type='paragraph' w:styleId='A'><w:name w:val='heading 2'/></w:style>"
            + "<w:style w:type='paragraph' w:styleId='B'><w:basedOn w:val='A'/></w:style>"
            + "<w:style w:type='paragraph' w:styleId='C'><w:pPr><w:outlineLvl w:val='2'/></w:pPr></w:style>"
            + "<w:style w:type='paragraph' w:styleId='T'><w:name w:val='Title'/></w:style>"
            + "<w:style w:type='paragraph' w:styleId='X'><w:basedOn w:val='X'/></w:style>";
    String body =
        p("<w:pStyle w:val='T'/>", r("t"))
            + p("<w:pStyle w:val='A'/>", r("a"))
            + p("<w:pStyle w:val='B'/>", r("b"))
            + p("<w:pStyle w:val='C'/>", r("c"))
            + p("<w:outlineLvl w:val='0'/>", r("d"))
            + p("<w:pStyle w:val='A'/><w:outlineLvl w:val='9'/>", r("e"))
            + p("<w:pStyle w:val='X'/>", r("f"));
    assertThat(read(new Word(body).part("styles", "w:styles", styles)).text())
        .isEqualTo("# t\n\n## a\n\n## b\n\n### c\n\n# d\n\ne\n\nf\n");
  }

  @Test
  void showsOfFieldsTheResult() throws IOException {
    String begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r>";
    String separate = "<w:r><w:fldChar w:fldCharType='separate'/></w:r>";
    String end = "<w:r><w:fldChar w:fldCharType='end'/></w:r>";
    String instruction = "<w:r><w:instrText> REF x </w:instrText></w:r>";
    assertThat(
            text(
                "<w:p>"
                    + r("see ")
                    + begin
                    + instruction
                    + begin
                    + instruction
                    + separate
                    + r("inner")
                    + end
                    + separate
                    + r("2(b)")
                    + end
                    + r(".")
                    + "</w:p>"
                    + "<w:p><w:fldSimple w:instr='PAGE'>"
                    + r("7")
                    + "</w:fldSimple></w:p>"
                    + "<w:p>"
                    + begin
                    + instruction
                    + separate
                    + r("over")
                    + "</w:p><w:p>"
                    + r("two")
                    + end
                    + "</w:p><w:p><w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:checked/>"
                    + "</w:checkBox></w:ffData></w:fldChar></w:r>"
                    + instruction
                    + end
                    + r(" yes")
                    + "</w:p>"))
        .isEqualTo("see 2(b).\n\n7\n\nover\n\ntwo\n\n☒ yes\n");
    assertThat(read(new Word("<w:p>" + begin + r("lost") + "</w:p>")).problems())
        .containsExactly("a field does not end, so text may be missing");
  }

  @Test
  void keepsRaisedAndLoweredCharactersApart() throws IOException {
    String lowered = "<w:vertAlign w:val='subscript'/>";
    assertThat(
            text(
                "<w:p>"
                    + r("10")
                    + r(RAISED, "-")
                    + r(RAISED, "3")
                    + r(" m, 1")
                    + r(RAISED, "st")
                    + r(" May, H")
                    + r(lowered, "2")
                    + r("O, x")
                    + r(lowered, "i")
                    + r(", 10")
                    + r(lowered, "2")
                    + r(", a")
                    + r(RAISED, "2")
                    + r("3 ")
                    + r(RAISED, "7")
                    + r("x 10")
                    + r("<w:position w:val='8'/>", "6")
                    + r("<w:position w:val='1'/>", "0")
                    + "</w:p>"))
        .isEqualTo("10^-3 m, 1st May, H2O, xi, 10_2, a^2 3 7x 10^6 0\n");
  }

  @Test
  void marksWhatIsStruckOut() throws IOException {
    assertThat(
            text(
                "<w:p>"
                    + r("rent ")
                    + r("<w:strike/>", "200")
                    + r("<w:dstrike/>", " euros ")
                    + r("300")
                    + "</w:p>"
                    + "<w:p>"
                    + r("<w:strike/>", "all")
                    + "</w:p>"))
        .isEqualTo("rent ~~200 euros~~ 300\n\n~~all~~\n");
  }

  @Test
  void showsSignsAndSpecialCharacters() throws IOException {
    Read read =
        read(
            new Word(
                "<w:p><w:r><w:sym w:font='Symbol' w:char='F0B3'/><w:sym w:font='Wingdings' "
                    + "w:char='F0FC'/><w:sym w:font='Wingdings' w:char='F041'/><w:t>a</w:t><w:tab/><w:t>b</w:t><w:ptab/>"
                    + "<w:t>c</w:t><w:br/><w:t>d</w:t><w:softHyphen/><w:t>e</w:t><w:noBreakHyphen/><w:t>f</w:t></w:r>"
                    + r("<w:rFonts w:ascii='Symbol'/>", "ab&#xF067;")
                    + r("<w:caps/>", " big")
                    + "</w:p>"));
    assertThat(read.text()).isEqualTo("≥✓\ufffda\tb\tc\nde\u2011fαβγ BIG\n");
    assertThat(read.problems())
        .containsExactly("1 signs of a font have no Unicode character that is known");
  }

  @Test
  void readsWhatStandsInOtherElements() throws IOException {
    assertThat(
            text(
                "<w:sdt><w:sdtContent>"
                    + p("control")
                    + "</w:sdtContent></w:sdt><w:p>"
                    + r("Inline ")
                    + "<w:sdt><w:sdtPr><w:alias w:val='n'/></w:sdtPr><w:sdtContent>"
                    + r("control")
                    + "</w:sdtContent></w:sdt>"
                    + "<w:hyperlink>"
                    + r(" link")
                    + "</w:hyperlink><w:smartTag>"
                    + r(" tag")
                    + "</w:smartTag></w:p>"
                    + "<w:p><w:r><w:ruby><w:rt>"
                    + r("kan")
                    + "</w:rt><w:rubyBase>"
                    + r("漢")
                    + "</w:rubyBase></w:ruby></w:r></w:p>"))
        .isEqualTo("control\n\nInline control link tag\n\n漢(kan)\n");
  }

  @Test
  void readsHeadersOnlyWhereThereIsNoOtherText() throws IOException {
    String header =
        "<w:hdr xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
            + p("head")
            + "</w:hdr>";
    assertThat(read(new Word(p("body")).part("header", "h.xml", header, "h")).text())
        .isEqualTo("body\n");
    Read read =
        read(
            new Word("<w:p><w:r><w:drawing><pic:pic/></w:drawing></w:r></w:p>")
                .part("header", "h.xml", header, "h"));
    assertThat(read.text()).isEqualTo("head\n");
    assertThat(read.problems()).containsExactly("has only pictures");
  }

  @Test
  void readsTheStrictForm() throws IOException {
    assertThat(read(new Word(p("strict")).strict()).text()).isEqualTo("strict\n");
  }

  @Test
  void saysWhatItCannotRead() throws IOException {
    WordReader reader = new WordReader(ReadOptions.defaults());
    Path other = new Zip().with("mimetype", "x").in(folder, "o.docx");
    assertThatThrownBy(() -> Samples.read(reader, other))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has no part word/document.xml, which files of its kind have");
    Path broken =
        new Zip()
            .with(
                "word/document.xml",
                "<w:document xmlns:w='http://schemas.openxmlformats.org/"
                    + "wordprocessingml/2006/main'><w:body><w:p>")
            .in(folder, "b.docx");
    assertThatThrownBy(() -> Samples.read(reader, broken))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith("is not well-formed XML in word/document.xml");
  }
}
