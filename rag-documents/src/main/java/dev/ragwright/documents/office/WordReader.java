package dev.ragwright.documents.office;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.OfficePackage;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Reads Word documents as they look with all changes accepted: labels of lists and headings are
 * counted, boxes stand behind their paragraph and notes too. Headers and footers are left out,
 * unless there is no other text. Word has no pages until it is printed, so places are headings.
 */
public final class WordReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public WordReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "docx";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".docx", ".docm", ".dotx", ".dotm");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      TextWriter writer = new TextWriter(id, options);
      body(
          parts,
          options,
          what -> problems.accept(ReadProblem.in(id, "", what)),
          Blocks.into(writer),
          () -> writer.length() > 0);
      return writer.document(id, OfficePackage.metadata(parts));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Writes a document that stands in another. */
  static void body(Parts parts, ReadOptions options, Consumer<String> problems, Blocks out)
      throws IOException {
    body(parts, options, problems, out, () -> true);
  }

  private interface Written {
    boolean any();
  }

  private static void body(
      Parts parts, ReadOptions options, Consumer<String> problems, Blocks out, Written written)
      throws IOException {
    String main = OfficePackage.main(parts, "word/document.xml");
    WordFile file = new WordFile(parts, main, options, problems);
    WordBody body = new WordBody(file, out);
    try (Xml xml = parts.xml(main)) {
      if (!xml.nextStart() || !xml.name().equals("w:document")) {
        throw OfficePackage.another(xml.name());
      }
      if (!xml.find("body")) {
        throw new DocumentReadException("has no body in " + main);
      }
      int inside = xml.depth();
      while (xml.nextIn(inside)) {
        body.block(xml.node());
      }
    }
    body.end();
    if (!written.any()) {
      headers(file, out);
      if (file.pictures() > 0) {
        problems.accept("has only pictures");
      }
    }
    if (file.unknownSymbols() > 0) {
      problems.accept(
          String.format(
              Locale.ROOT,
              "%,d signs of a font have no Unicode character that is known",
              file.unknownSymbols()));
    }
  }

  private static void headers(WordFile file, Blocks out) throws IOException {
    for (Relations.Relation relation : file.relations().all()) {
      boolean header = relation.type().equals("header") || relation.type().equals("footer");
      if (header && file.parts().has(relation.target())) {
        Node root = file.parts().tree(relation.target());
        new WordBody(file, out).inside(root, out);
      }
    }
  }
}
