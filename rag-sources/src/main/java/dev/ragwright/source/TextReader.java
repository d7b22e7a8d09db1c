package dev.ragwright.source;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Places;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.files.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads files that are text already. A plain text has no headings, whatever its lines begin with: a
 * comment in a configuration is no section.
 */
record TextReader(String name, List<String> endings, Places places) implements DocumentReader {
  static final List<DocumentReader> ALL =
      List.of(
          new TextReader("text", List.of(".txt"), Places.builder().build()),
          new TextReader("markdown", List.of(".md", ".markdown"), Places.unknown()));

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    String text = TextFile.text(file);
    if (text.indexOf('\0') >= 0) {
      throw new DocumentReadException("is no text: it has zero bytes");
    }
    return new Document(id, text, Metadata.empty(), places);
  }
}
