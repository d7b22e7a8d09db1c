package dev.ragwright.documents.html;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Reads HTML pages as browsers do. */
public final class HtmlReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public HtmlReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "html";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".html", ".htm", ".xhtml");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    if (Files.size(file) > options.maxBytes()) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "is larger than %,d bytes; ReadOptions.maxBytes allows more",
              options.maxBytes()));
    }
    return HtmlText.document(id, Files.readString(file, StandardCharsets.UTF_8));
  }
}
