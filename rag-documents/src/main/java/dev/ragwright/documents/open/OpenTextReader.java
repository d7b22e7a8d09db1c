package dev.ragwright.documents.open;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads texts of OpenDocument as they look with all changes accepted: labels of lists and headings
 * are counted, boxes stand behind their paragraph and notes too. Headers and footers are left out,
 * unless there is no other text.
 */
public final class OpenTextReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public OpenTextReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "odt";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".odt", ".ott");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      OpenFile open =
          new OpenFile(parts, options, what -> problems.accept(ReadProblem.in(id, "", what)));
      TextWriter writer = new TextWriter(id, options);
      OpenBlocks blocks = new OpenBlocks(open, Blocks.into(writer));
      try (Xml xml = open.content()) {
        open.find(xml, "text");
        int inside = xml.depth();
        while (xml.nextIn(inside)) {
          blocks.block(xml.node());
        }
      }
      if (writer.length() == 0) {
        headers(parts, blocks);
        if (open.pictures() > 0) {
          problems.accept(ReadProblem.in(id, "", "has only pictures"));
        }
      }
      return writer.document(id, open.metadata());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void headers(Parts parts, OpenBlocks blocks) throws IOException {
    Node masters =
        parts.has("styles.xml") ? parts.tree("styles.xml").child("office:master-styles") : null;
    if (masters != null) {
      for (String name : new String[] {"style:header", "style:footer"}) {
        masters.all(name).forEach(blocks::blocks);
      }
    }
  }
}
