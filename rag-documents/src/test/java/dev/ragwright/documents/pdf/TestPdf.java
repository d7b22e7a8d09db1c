package dev.ragwright.documents.pdf;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;

/**
 * PDF files of a few lines of content each, on pages of 612 by 792 points. The fonts are F1
 * (Helvetica), F2 (Courier) and F3 (Helvetica bold).
 */
final class TestPdf {
  /** What a document becomes before it is written. */
  interface Change {
    void on(PDDocument document) throws IOException;
  }

  final List<ReadProblem> problems = new ArrayList<>();
  private final PDDocument document = new PDDocument();

  /** A file with a page for each content. */
  static TestPdf of(String... contents) {
    TestPdf pdf = new TestPdf();
    for (String content : contents) {
      pdf.page(content);
    }
    return pdf;
  }

  private void page(String content) {
    PDPage page = new PDPage(PDRectangle.LETTER);
    PDResources resources = new PDResources();
    resources.put(COSName.getPDFName("F1"), new PDType1Font(FontName.HELVETICA));
    resources.put(COSName.getPDFName("F2"), new PDType1Font(FontName.COURIER));
    resources.put(COSName.getPDFName("F3"), new PDType1Font(FontName.HELVETICA_BOLD));
    page.setResources(resources);
    try {
      PDStream stream = new PDStream(document);
      try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
        out.write(content.getBytes(StandardCharsets.ISO_8859_1));
      }
      page.setContents(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    document.addPage(page);
  }

  TestPdf with(Change change) {
    try {
      change.on(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Text at a place. */
  static String at(double x, double y, String text) {
    return at("F1", 10, x, y, text);
  }

  static String at(String font, double size, double x, double y, String text) {
    return "BT /" + font + " " + size + " Tf " + x + " " + y + " Td (" + text + ") Tj ET\n";
  }

  /** Lines below each other, 12 points apart. */
  static String lines(double x, double y, String... lines) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      all.append(at(x, y - 12 * i, lines[i]));
    }
    return all.toString();
  }

  Path write(Path folder) {
    Path file = folder.resolve("test.pdf");
    try (document) {
      document.save(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  Document read(Path folder) {
    return read(folder, ReadOptions.defaults());
  }

  Document read(Path folder, ReadOptions options) {
    return read(write(folder), options, problems);
  }

  static Document read(Path file, ReadOptions options, List<ReadProblem> problems) {
    try {
      return new PdfReader(options).read("doc", file, problems::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> reasons() {
    return problems.stream().map(ReadProblem::reason).toList();
  }
}
