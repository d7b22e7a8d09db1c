package dev.ragwright.documents;

import dev.ragwright.documents.html.EpubReader;
import dev.ragwright.documents.html.HtmlReader;
import dev.ragwright.documents.office.SlidesReader;
import dev.ragwright.documents.office.WordReader;
import dev.ragwright.documents.open.OpenSlidesReader;
import dev.ragwright.documents.open.OpenTextReader;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.pdf.PdfReader;
import dev.ragwright.documents.sheet.OpenWorkbookReader;
import dev.ragwright.documents.sheet.WorkbookReader;
import dev.ragwright.source.DocumentReader;
import java.util.List;

/**
 * The readers of this module. {@link dev.ragwright.source.Folder} finds them with their defaults by
 * itself; with other options, hand them over: {@code Folder.of(path).readBy(DocumentReaders.with(
 * ReadOptions.builder().passwords("secret").build()))}.
 */
public final class DocumentReaders implements DocumentReader.Provider {

  /** For the service loader. */
  public DocumentReaders() {}

  @Override
  public List<DocumentReader> readers() {
    return with(ReadOptions.defaults());
  }

  /** The readers, with these options. */
  public static List<DocumentReader> with(ReadOptions options) {
    return List.of(
        new PdfReader(options),
        new WordReader(options),
        new SlidesReader(options),
        new WorkbookReader(options),
        new OpenTextReader(options),
        new OpenSlidesReader(options),
        new OpenWorkbookReader(options),
        new EpubReader(options),
        new HtmlReader(options));
  }
}
