package dev.ragwright.documents.pdf;

import static dev.ragwright.documents.pdf.TestPdf.at;
import static dev.ragwright.documents.pdf.TestPdf.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDMetadata;
import org.apache.pdfbox.pdmodel.common.PDPageLabelRange;
import org.apache.pdfbox.pdmodel.common.PDPageLabels;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.optionalcontent.PDOptionalContentGroup;
import org.apache.pdfbox.pdmodel.graphics.optionalcontent.PDOptionalContentProperties;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationText;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of a page, and what is not on it to be seen. */
class PdfSeenTest {
  @TempDir Path folder;

  private static void addPicture(PDDocument document, int page) throws java.io.IOException {
    var image =
        LosslessFactory.createFromImage(
            document, new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY));
    document.getPage(page).getResources().put(COSName.getPDFName("Im"), image);
  }

  @Test
  void leavesOutInvisibleClippedWhiteAndFarText() {
    String page =
        at(72, 700, "Seen by all.")
            + "BT 3 Tr /F1 10 Tf 72 680 Td (Invisible.) Tj ET 0 Tr\n"
            + "q 0 0 10 10 re W n "
            + at(72, 660, "Clipped.")
            + " Q\n"
            + "1 g "
            + at(72, 640, "White on paper.")
            + "0 g\n"
            + "0 0 1 rg 60 610 200 20 re f 1 g "
            + at(72, 615, "White on blue.")
            + "0 g\n"
            + at(72, 900, "Above the page.");
    assertThat(TestPdf.of(page).read(folder).text()).isEqualTo("Seen by all.\n\nWhite on blue.\n");
    assertThat(
            TestPdf.of(page).read(folder, ReadOptions.builder().hidden(Unseen.MARK).build()).text())
        .contains(
            "[hidden: Invisible.]",
            "[hidden: Clipped.]",
            "[hidden: White on paper.]",
            "[hidden: Above the page.]");
  }

  @Test
  void leavesOutWhatIsPaintedOver() {
    String page =
        at(72, 700, "Name: Grey Heron")
            + "0 g 103 695 200 20 re f\n"
            + "1 0 0 rg 60 665 200 20 re f 0 g "
            + at(72, 670, "On a red box.")
            + at(72, 640, "Under a triangle.")
            + "60 630 m 300 630 l 60 900 l f\n";
    assertThat(TestPdf.of(page).read(folder).text())
        .isEqualTo("Name:\n\nOn a red box.\n\nUnder a triangle.\n");
  }

  @Test
  void leavesOutLayersThatAreOff() {
    String page =
        "/OC /Off BDC "
            + at(72, 700, "Withdrawn.")
            + "EMC /OC /On BDC "
            + at(72, 680, "Valid.")
            + "EMC\n";
    TestPdf pdf =
        TestPdf.of(page)
            .with(
                document -> {
                  PDOptionalContentProperties layers = new PDOptionalContentProperties();
                  PDOptionalContentGroup off = new PDOptionalContentGroup("off");
                  PDOptionalContentGroup on = new PDOptionalContentGroup("on");
                  layers.addGroup(off);
                  layers.addGroup(on);
                  layers.setGroupEnabled(off, false);
                  document.getDocumentCatalog().setOCProperties(layers);
                  document.getPage(0).getResources().put(COSName.getPDFName("Off"), off);
                  document.getPage(0).getResources().put(COSName.getPDFName("On"), on);
                });
    assertThat(pdf.read(folder).text()).isEqualTo("Valid.\n");
  }

  @Test
  void readsFieldsThatNobodyHasDrawnAndKeepsCommentsApart() {
    TestPdf pdf =
        TestPdf.of(at(72, 700, "Name of the boat:"))
            .with(
                document -> {
                  PDAnnotationWidget field = new PDAnnotationWidget();
                  field.getCOSObject().setName("FT", "Tx");
                  field.getCOSObject().setString("V", "Grey Heron");
                  field.getCOSObject().setString("DA", "/Helv 10 Tf 0 g");
                  field.setRectangle(new PDRectangle(180, 695, 160, 16));
                  PDAnnotationText note = new PDAnnotationText();
                  note.setContents("Is it grey?");
                  note.setRectangle(new PDRectangle(300, 695, 20, 20));
                  document.getPage(0).setAnnotations(List.of(field, note));
                });
    Path file = pdf.write(folder);
    assertThat(TestPdf.read(file, ReadOptions.defaults(), pdf.problems).text())
        .isEqualTo("Name of the boat:\tGrey Heron\n");
    ReadOptions marked = ReadOptions.builder().comments(Unseen.MARK).build();
    assertThat(TestPdf.read(file, marked, pdf.problems).text())
        .isEqualTo("Name of the boat:\tGrey Heron\n\n[comment: Is it grey?]\n");
  }

  @Test
  void readsTheTextLayerOfAScanAndSaysSo() {
    String scan =
        "q 612 0 0 792 0 0 cm /Im Do Q BT 3 Tr /F1 10 Tf 72 700 Td (Read by a machine) Tj ET\n";
    TestPdf pdf = TestPdf.of(scan).with(document -> addPicture(document, 0));
    assertThat(pdf.read(folder).text()).isEqualTo("Read by a machine\n");
    assertThat(pdf.reasons())
        .containsExactly("page 1: is a picture; its text was recognised by whoever made the file");
  }

  @Test
  void saysWhichPagesHaveNoTextAndAsksTheEngine() {
    TestPdf pdf =
        TestPdf.of(at(72, 700, "Words."), "q 612 0 0 792 0 0 cm /Im Do Q\n", "")
            .with(document -> addPicture(document, 1));
    Path file = pdf.write(folder);
    TestPdf.read(file, ReadOptions.defaults(), pdf.problems);
    assertThat(pdf.reasons())
        .containsExactly("page 2: has no text; it shows pictures", "page 3: is empty");
    ReadOptions read =
        ReadOptions.builder()
            .ocr(png -> png.length > 8 && png[1] == 'P' && png[2] == 'N' ? "Signed: nobody" : "")
            .build();
    pdf.problems.clear();
    assertThat(TestPdf.read(file, read, pdf.problems).text())
        .isEqualTo("Words.\n\nSigned: nobody\n\n");
    assertThat(pdf.reasons()).containsExactly("page 3: is empty");
  }

  @Test
  void labelsPagesAsTheFileDoes() {
    TestPdf pdf =
        TestPdf.of(lines(72, 700, "One"), lines(72, 700, "Two"))
            .with(
                document -> {
                  PDPageLabels labels = new PDPageLabels(document);
                  PDPageLabelRange roman = new PDPageLabelRange();
                  roman.setStyle(PDPageLabelRange.STYLE_ROMAN_LOWER);
                  roman.setStart(3);
                  labels.setLabelItem(0, roman);
                  document.getDocumentCatalog().setPageLabels(labels);
                  document.getDocumentInformation().setTitle(" Rules  of the ferry ");
                });
    var document = pdf.read(folder);
    assertThat(document.places().marks())
        .extracting(mark -> mark.label())
        .containsExactly("iii", "iv");
    assertThat(document.metadata().get("title")).isEqualTo("Rules  of the ferry");
  }

  @Test
  void takesTheTitleOfXmpWhereTheFileHasNoOther() {
    String xmp =
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
            + " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
            + " xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title><rdf:Alt><rdf:li"
            + " xml:lang='x-default'>Of berths</rdf:li></rdf:Alt></dc:title></rdf:Description>"
            + "</rdf:RDF></x:xmpmeta>";
    TestPdf pdf =
        TestPdf.of(lines(72, 700, "One"))
            .with(
                document -> {
                  PDMetadata metadata = new PDMetadata(document);
                  metadata.importXMPMetadata(xmp.getBytes(StandardCharsets.UTF_8));
                  document.getDocumentCatalog().setMetadata(metadata);
                });
    assertThat(pdf.read(folder).metadata().get("title")).isEqualTo("Of berths");
  }
}
