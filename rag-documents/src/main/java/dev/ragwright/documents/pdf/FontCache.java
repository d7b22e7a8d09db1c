package dev.ragwright.documents.pdf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps PDFBox from writing its list of the system's fonts into the user's home: it goes into a
 * folder of its own among the temporary files, unless whoever runs the program chose another.
 */
final class FontCache {
  private static final String FOLDER = "pdfbox.fontcache";

  private FontCache() {}

  static void keepOutOfHome() {
    if (System.getProperty(FOLDER) == null) {
      try {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "ragwright-pdf-fonts");
        System.setProperty(FOLDER, Files.createDirectories(folder).toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
