package dev.ragwright.documents.office;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.text.Blocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes documents that stand in a Word document as they were put there. */
final class AltChunk {
  private final WordFile file;

  AltChunk(WordFile file) {
    this.file = file;
  }

  void write(Node chunk, Blocks out) {
    String part = file.relations().target(chunk.attribute("r:id"));
    if (part == null || !file.parts().has(part)) {
      file.problem("a document within it is missing");
      return;
    }
    try {
      String name = part.toLowerCase(Locale.ROOT);
      if (name.endsWith(".docx") || name.endsWith(".docm")) {
        try (Parts inner = file.parts().within(part)) {
          WordReader.body(inner, file.options(), file::problem, out);
        }
      } else if (name.endsWith(".txt")) {
        String text = new String(file.parts().bytes(part), StandardCharsets.UTF_8);
        text.lines().forEach(out::paragraph);
      } else if (name.endsWith("htm") || name.endsWith("html")) {
        HtmlChunk.write(file.parts().bytes(part), out);
      } else {
        file.problem("a document within it is not read: " + part);
      }
    } catch (DocumentReadException e) {
      file.problem("a document within it " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
