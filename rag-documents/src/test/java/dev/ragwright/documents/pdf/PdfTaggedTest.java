package dev.ragwright.documents.pdf;

import static dev.ragwright.documents.pdf.TestPdf.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.documents.options.ReadOptions;
import java.nio.file.Path;
import java.util.List;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSInteger;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with a structure tree. */
class PdfTaggedTest {
  @TempDir Path folder;

  /** Marked content of a number. */
  private static String tagged(int id, String content) {
    return "/P <</MCID " + id + ">> BDC " + content + "EMC\n";
  }

  private static COSDictionary element(String type, Object... kids) {
    COSDictionary element = new COSDictionary();
    element.setName(COSName.TYPE, "StructElem");
    element.setName(COSName.S, type);
    COSArray array = new COSArray();
    for (Object kid : kids) {
      array.add(kid instanceof Integer id ? COSInteger.get(id) : (COSBase) kid);
    }
    element.setItem(COSName.K, array);
    return element;
  }

  private static void tree(PDDocument document, COSDictionary... kids) {
    COSDictionary root = new COSDictionary();
    root.setName(COSName.TYPE, "StructTreeRoot");
    COSDictionary all = element("Document", (Object[]) kids);
    all.setItem(COSName.PG, document.getPage(0));
    root.setItem(COSName.K, all);
    COSDictionary roles = new COSDictionary();
    roles.setName(COSName.getPDFName("Ueberschrift"), "H2");
    root.setItem(COSName.ROLE_MAP, roles);
    document.getDocumentCatalog().getCOSObject().setItem(COSName.STRUCT_TREE_ROOT, root);
  }

  @Test
  void followsTheTreeNotTheContent() {
    String page =
        "/Artifact BMC "
            + at(72, 760, "Running title")
            + "EMC\n"
            + tagged(3, at(72, 600, "Second paragraph."))
            + tagged(1, at(72, 700, "A heading"))
            + tagged(2, at(72, 650, "First") + at(110, 650, "paragraph, with a note"))
            + tagged(4, at("F1", 6, 208, 654, "1"))
            + tagged(5, at("F1", 8, 72, 60, "1 The note itself."));
    TestPdf pdf =
        TestPdf.of(page)
            .with(
                document ->
                    tree(
                        document,
                        element("Ueberschrift", 1),
                        element("P", 2, element("Reference", 4), element("Note", 5)),
                        element("P", 3)));
    assertThat(pdf.read(folder).text())
        .isEqualTo(
            """
            ## A heading

            First paragraph, with a note^1

            [note 1: The note itself.]

            Second paragraph.
            """);
  }

  @Test
  void keepsEmptyAndWideCellsAndListLabels() {
    String page =
        tagged(0, at(72, 700, "Thing"))
            + tagged(1, at(200, 700, "Price"))
            + tagged(2, at(300, 700, "Note"))
            + tagged(3, at(72, 680, "Chair"))
            + tagged(4, at(200, 680, "12"))
            + tagged(5, at(72, 660, "Both"))
            + tagged(6, at(300, 660, "340"))
            + tagged(7, at(72, 600, "a\\)"))
            + tagged(8, at(90, 600, "after ten days, or"))
            + tagged(9, at(72, 580, "b\\)"))
            + tagged(10, at(90, 580, "after a month"))
            + tagged(11, at(108, 560, "- twice"));
    COSDictionary wide = element("TD", 5);
    COSDictionary span = new COSDictionary();
    span.setName("O", "Table");
    span.setInt("ColSpan", 2);
    wide.setItem(COSName.A, span);
    TestPdf pdf =
        TestPdf.of(page)
            .with(
                document ->
                    tree(
                        document,
                        element(
                            "Table",
                            element(
                                "THead",
                                element(
                                    "TR", element("TH", 0), element("TH", 1), element("TH", 2))),
                            element(
                                "TBody",
                                element(
                                    "TR",
                                    element("TD", 3),
                                    element("TD", element("P", 4)),
                                    element("TD")),
                                element("TR", wide, element("TD", 6)))),
                        element(
                            "L",
                            element("LI", element("Lbl", 7), element("LBody", 8)),
                            element(
                                "LI",
                                element("Lbl", 9),
                                element(
                                    "LBody",
                                    element("P", 10),
                                    element("L", element("LI", element("LBody", 11))))))));
    assertThat(pdf.read(folder).text())
        .isEqualTo(
            """
            | Thing | Price | Note |
            | --- | --- | --- |
            | Chair | 12 | |
            | Both | | 340 |

            a) after ten days, or
            b) after a month
              - twice
            """);
  }

  @Test
  void takesActualTextForTheGlyphsAndAlternativesForPictures() {
    COSDictionary word = element("Span", 1, 2);
    word.setString(COSName.ACTUAL_TEXT, "Drucker");
    COSDictionary picture = element("Figure");
    picture.setString(COSName.ALT, "A grey heron");
    String page =
        tagged(0, at(72, 700, "Der"))
            + tagged(1, at(90, 700, "Druk-"))
            + tagged(2, at(72, 688, "ker"))
            + "/Span <</ActualText (efficient) /MCID 3>> BDC "
            + at(90, 688, "ef\\336cient")
            + "EMC\n";
    TestPdf pdf =
        TestPdf.of(page).with(document -> tree(document, element("P", 0, word, 3), picture));
    assertThat(pdf.read(folder).text())
        .isEqualTo("Der Drucker efficient\n\n[picture: A grey heron]\n");
  }

  @Test
  void readsByPlaceWhereTheTreeHasTooLittle() {
    String page =
        tagged(0, at(72, 700, "Tagged.")) + at(72, 680, "Much more that is not tagged at all.");
    TestPdf pdf = TestPdf.of(page).with(document -> tree(document, element("P", 0)));
    assertThat(pdf.read(folder).text())
        .isEqualTo("Tagged.\n\nMuch more that is not tagged at all.\n");
  }

  @Test
  void losesNothingThatTheTreeForgot() {
    String page =
        tagged(
                0,
                at(
                    72,
                    700,
                    "A paragraph that has nearly all of the words that this page has at all."))
            + at(72, 60, "Rest.");
    TestPdf pdf = TestPdf.of(page).with(document -> tree(document, element("P", 0)));
    assertThat(pdf.read(folder).text()).endsWith("has at all.\n\nRest.\n");
  }

  @Test
  void survivesTreesThatComeBackToThemselvesOrAreVeryDeep() {
    String page = tagged(0, at(72, 700, "Words of the page."));
    TestPdf circle =
        TestPdf.of(page)
            .with(
                document -> {
                  COSDictionary paragraph = element("P", 0);
                  paragraph.getCOSArray(COSName.K).add(paragraph);
                  tree(document, paragraph);
                });
    assertThat(circle.read(folder).text()).isEqualTo("Words of the page.\n");
    TestPdf deep =
        TestPdf.of(page)
            .with(
                document -> {
                  COSDictionary inner = element("P", 0);
                  for (int i = 0; i < 400; i++) {
                    inner = element("Div", inner);
                  }
                  tree(document, inner);
                });
    ReadOptions flat = ReadOptions.builder().maxDepth(50).build();
    assertThat(deep.read(folder, flat).text()).isEqualTo("Words of the page.\n");
  }

  @Test
  void readsRightToLeftLinesAsTheyAreSpoken() {
    // brackets by what is seen, and by what is spoken
    for (String seen : List.of("(םולש) 35 תנש", ")םולש( 35 תנש")) {
      assertThat(TestPdf.of(drawn(seen)).read(folder).text()).isEqualTo("שנת 35 (שלום)\n");
    }
  }

  @Test
  void keepsSignsWithTheirLetters() {
    // three Arabic letters, the second with a shadda, drawn from the right, the sign last and
    // raised
    String page =
        named("\u0628", 84, 700)
            + named("\u064A", 78, 700)
            + named("\u0646", 72, 700)
            + named("\u0651", 79, 703);
    assertThat(TestPdf.of(page).read(folder).text()).isEqualTo("\u0628\u064A\u0651\u0646\n");
  }

  private static String named(String letter, double x, double y) {
    String hex = String.format(java.util.Locale.ROOT, "FEFF%04X", (int) letter.charAt(0));
    return "/Span <</ActualText <" + hex + ">>> BDC " + at(x, y, "x") + "EMC\n";
  }

  /** Letters that are named by ActualText, drawn from left to right. */
  private static String drawn(String seen) {
    StringBuilder page = new StringBuilder();
    for (int i = 0; i < seen.length(); i++) {
      String letter = seen.substring(i, i + 1);
      page.append(letter.equals(" ") ? at(72 + 6 * i, 700, " ") : named(letter, 72 + 6 * i, 700));
    }
    return page.toString();
  }
}
