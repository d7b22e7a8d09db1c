package dev.ragwright.documents.pdf;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * Reads PDF files as they are seen: column by column, without what is hidden, and with the values
 * of form fields at their places.
 */
public final class PdfReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public PdfReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "pdf";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".pdf");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    FontCache.keepOutOfHome();
    try (PDDocument document = PdfFiles.open(file, options)) {
      boolean cutShort = PdfFiles.isCutShort(file);
      if (cutShort) {
        problems.accept(
            ReadProblem.in(
                id,
                "",
                "is cut short: text may be lost, and text may be here that nobody should see"));
      }
      return new PdfText(id, document, options, problems, cutShort).document();
    } catch (StackOverflowError e) {
      throw new DocumentReadException("has parts that are too deep in each other to be read", e);
    }
  }
}
