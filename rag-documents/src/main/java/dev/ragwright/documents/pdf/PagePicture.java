package dev.ragwright.documents.pdf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** A page as it is seen, for an engine that reads pictures. */
final class PagePicture {
  private static final float DOTS_PER_INCH = 300;

  private PagePicture() {}

  static byte[] png(PDDocument document, int page) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(
        new PDFRenderer(document).renderImageWithDPI(page, DOTS_PER_INCH, ImageType.GRAY),
        "png",
        png);
    return png.toByteArray();
  }
}
