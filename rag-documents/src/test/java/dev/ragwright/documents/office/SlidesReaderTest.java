package dev.ragwright.documents.office;

import static dev.ragwright.documents.office.Talk.at;
import static dev.ragwright.documents.office.Talk.body;
import static dev.ragwright.documents.office.Talk.p;
import static dev.ragwright.documents.office.Talk.placeholder;
import static dev.ragwright.documents.office.Talk.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlidesReaderTest {
  private static final ReadOptions MARKED =
      ReadOptions.builder().hidden(Unseen.MARK).comments(Unseen.MARK).build();

  @TempDir private Path folder;

  private Read read(Talk talk) throws IOException {
    return Samples.read(new SlidesReader(ReadOptions.defaults()), talk.in(folder));
  }

  private String text(String shapes) throws IOException {
    return read(new Talk().slide(shapes)).text();
  }

  @Test
  void readsTheTalkAsAPersonDoes() throws IOException {
    Path file = Samples.file("talk.pptx");
    Read read = Samples.read(new SlidesReader(ReadOptions.defaults()), file);
    assertThat(read.text())
        .isEqualTo(
            """
            # Harbour

            The harbour opens at six.

            The harbour closes at ten.

            It holds 10^5 tonnes.

            Passengers by year

            | | Passengers |
            | --- | --- |
            | 2022 | 1500 |
            | 2023 | 2500 |

            # Boats

            - Two boats sail each day.

            Notes: Say that the old boat was sold.

            # Fares

            Fares rise in May.

            Children pay half.

            | Class | Summer | Winter |
            | --- | --- | --- |
            | Deck | | 9 |
            | Cabin | 40 | |

            # Steps

            - Buy a ticket.
            - Board at gate two.
            """);
    assertThat(read.problems()).isEmpty();
    assertThat(read.document().metadata().asMap())
        .containsEntry("title", "Ferry talk")
        .containsEntry("slides", 4L);
    int half = read.text().indexOf("Children");
    assertThat(read.document().places().at(half, half + 5)).isEqualTo("slide 3");
    assertThat(Samples.read(new SlidesReader(MARKED), file).text())
        .contains("# [hidden: Old fares]\n\n- Deck was seven.");
  }

  @Test
  void readsShapesInTheOrderOfTheirPlaces() throws IOException {
    assertThat(
            text(
                shape(50, 60, 40, 10, "right 2")
                    + shape(0, 90, 100, 8, "below")
                    + shape(0, 50, 40, 10, "left 2")
                    + shape(50, 30, 40, 10, "right 1")
                    + shape(0, 0, 100, 10, "above")
                    + shape(0, 31, 40, 10, "left 1")))
        .isEqualTo("# Slide 1\n\nabove\n\nleft 1\n\nleft 2\n\nright 1\n\nright 2\n\nbelow\n");
  }

  @Test
  void readsOverlappingShapesFromTheTop() throws IOException {
    assertThat(text(shape(0, 20, 60, 50, "second") + shape(30, 10, 60, 50, "first")))
        .contains("first\n\nsecond");
  }

  @Test
  void putsGroupsWhereTheyStandOnTheSlide() throws IOException {
    String group =
        "<p:grpSp><p:grpSpPr><a:xfrm><a:off x='0' y='500'/><a:ext cx='100' cy='100'/><a:chOff x='0' y='0'/>"
            + "<a:chExt cx='1000' cy='1000'/></a:xfrm></p:grpSpPr>"
            + shape(0, 600, 100, 100, "in 2")
            + shape(0, 0, 100, 100, "in 1")
            + "</p:grpSp>";
    assertThat(text(group + shape(0, 100, 100, 100, "before") + shape(0, 700, 100, 100, "after")))
        .contains("before\n\nin 1\n\nin 2\n\nafter");
  }

  @Test
  void inheritsPlacesAndBulletsButNoText() throws IOException {
    String layout =
        "<p:cSld><p:spTree>"
            + placeholder("type='title'", "Click to edit")
            + placeholder("type='body' idx='7'", "prompt")
                .replace("<p:spPr/>", "<p:spPr>" + at(0, 50, 10, 10) + "</p:spPr>")
            + shape(0, 0, 1, 1, "company")
            + "</p:spTree></p:cSld>";
    String master =
        "<p:cSld><p:spTree/></p:cSld><p:txStyles><p:titleStyle/><p:bodyStyle><a:lvl1pPr><a:buChar char='•'/>"
            + "</a:lvl1pPr><a:lvl2pPr><a:buAutoNum type='romanLcParenR'/></a:lvl2pPr></p:bodyStyle></p:txStyles>";
    Talk talk =
        new Talk()
            .slide(
                "",
                shape(0, 80, 10, 10, "low")
                    + placeholder(
                        "idx='7'",
                        "one",
                        p("lvl='1'", "", "two"),
                        p("lvl='1'", "", "three"),
                        p("", "<a:buNone/>", "four"))
                    + placeholder("type='title'", "T")
                    + placeholder("type='ftr'", "footer")
                    + placeholder("type='sldNum'", "9"),
                "",
                "slideLayout",
                "../layout.xml")
            .part("ppt/layout.xml", "p:sldLayout", layout)
            .part("ppt/master.xml", "p:sldMaster", master)
            .relationsOf("ppt/_rels/layout.xml.rels", "slideMaster", "master.xml");
    assertThat(read(talk).text()).isEqualTo("# T\n\n- one\n  i) two\n  ii) three\n\nfour\n\nlow\n");
  }

  @Test
  void countsNumberedParagraphs() throws IOException {
    String number = "<a:buAutoNum type='arabicPeriod' startAt='3'/>";
    assertThat(
            text(
                shape(
                    0,
                    0,
                    10,
                    10,
                    p("", number, "a"),
                    p("lvl='1'", "<a:buChar char='-'/>", "b"),
                    p("", number, ""),
                    p("", number, "c"),
                    p("", "<a:buNone/>", "d"),
                    p("", number, "e"),
                    p("", "<a:buAutoNum type='alphaUcParenBoth'/>", "f"))))
        .isEqualTo("# Slide 1\n\n3. a\n  - b\n4. c\n\nd\n\n3. e\n(A) f\n");
  }

  @Test
  void readsTablesWithMergedCells() throws IOException {
    String table =
        "<p:graphicFrame><p:xfrm/><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow='1'/><a:tr>"
            + cell("gridSpan='2'", "A")
            + cell("hMerge='1'", "x")
            + "</a:tr><a:tr>"
            + cell("rowSpan='2'", "1")
            + cell("", "2")
            + "</a:tr><a:tr>"
            + cell("vMerge='1'", "y")
            + cell("", "3")
            + "</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>";
    assertThat(text(table)).contains("| A | |\n| --- | --- |\n| 1 | 2 |\n| | 3 |\n");
  }

  private static String cell(String attributes, String text) {
    return "<a:tc " + attributes + ">" + body(text).replace("p:txBody", "a:txBody") + "</a:tc>";
  }

  @Test
  void readsRaisedCapitalsEquationsAndSigns() throws IOException {
    String run =
        "<a:p><a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline='30000'/><a:t>5</a:t></a:r><a:br/><a:r><a:rPr cap='all'/>"
            + "<a:t>big</a:t></a:r><a:fld type='x'><a:t> field</a:t></a:fld><a:r><a:rPr><a:sym typeface='Wingdings'/></a:rPr>"
            + "<a:t> &#xF0E0;</a:t></a:r><mc:AlternateContent><mc:Choice Requires='a14'><a14:m><m:oMath><m:sSup><m:e><m:r><m:t>x</m:t>"
            + "</m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></a14:m></mc:Choice><mc:Fallback><a:r><a:t>no</a:t>"
            + "</a:r></mc:Fallback></mc:AlternateContent></a:p>";
    assertThat(text(shape(0, 0, 1, 1, run))).contains("10^5\nBIG field →x^2");
  }

  @Test
  void readsHiddenSlidesShapesAndCommentsAsChosen() throws IOException {
    String hidden = shape(0, 0, 1, 1, "shape").replace("name='n'", "name='n' hidden='1'");
    Talk talk =
        new Talk()
            .slide("", hidden + shape(0, 5, 1, 1, "seen"), "", "comments", "../c.xml")
            .part("ppt/c.xml", "p:cmLst", "<p:cm authorId='0'><p:text>Really?</p:text></p:cm>")
            .slide("show='0'", shape(0, 0, 1, 1, "no"), "")
            .slide(shape(0, 0, 1, 1, "last"));
    Read plain = read(talk);
    assertThat(plain.text()).isEqualTo("# Slide 1\n\nseen\n\n# Slide 3\n\nlast\n");
    int last = plain.text().indexOf("last");
    assertThat(plain.document().places().at(last, last + 1)).isEqualTo("slide 3");
    assertThat(Samples.read(new SlidesReader(MARKED), folder.resolve("talk.pptx")).text())
        .isEqualTo(
            "# Slide 1\n\n[hidden: shape]\n\nseen\n\n[comment: Really?]\n\n# [hidden: Slide 2]\n\nno\n\n# Slide 3\n\nlast\n");
  }

  @Test
  void saysWhichSlidesItCannotRead() throws IOException {
    Talk talk =
        new Talk()
            .slide("<p:pic/>")
            .missing()
            .slide(shape(0, 0, 1, 1, "x"))
            .slide("", "", "", "chart", "../gone.xml");
    Read read = read(talk);
    assertThat(read.text()).isEqualTo("# Slide 1\n\n# Slide 3\n\nx\n\n# Slide 4\n");
    assertThat(read.problems())
        .containsExactly("slide 1: has only pictures", "slide 2: its part is missing");
    ReadOptions strict = ReadOptions.builder().maxProblemShare(.4).build();
    assertThatThrownBy(() -> Samples.read(new SlidesReader(strict), folder.resolve("talk.pptx")))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has problems in 2 of its 4 slides; ReadOptions.maxProblemShare allows more");
    ReadOptions few = ReadOptions.builder().maxParts(20).build();
    Talk many = new Talk();
    for (int i = 0; i < 7; i++) {
      many.slide("");
    }
    assertThat(Samples.read(new SlidesReader(few), many.in(folder)).text()).contains("# Slide 7");
  }
}
