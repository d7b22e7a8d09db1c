package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.drawing.Charts;
import dev.ragwright.documents.drawing.DrawnText;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.TextWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is drawn over a sheet of Excel, behind its cells: the text of boxes, and the titles
 * of charts, whose values are in cells. A sheet that is a chart has its values too.
 */
final class SheetDrawing {
  private final Parts parts;
  private final TextWriter writer;
  private final boolean whole;
  private int pictures;

  /** Writes drawings; of charts the values too, if they are the whole sheet. */
  SheetDrawing(Parts parts, TextWriter writer, boolean whole) {
    this.parts = parts;
    this.writer = writer;
    this.whole = whole;
  }

  /** Writes the drawing that a sheet leads to, if it does. */
  void write(Relations ofSheet) throws IOException {
    String part = ofSheet.ofType("drawing");
    if (part != null && parts.has(part)) {
      write(parts.tree(part), parts.relations(part));
    }
  }

  private void write(Node node, Relations relations) throws IOException {
    switch (node.name()) {
      case "xdr:txBody" -> writer.paragraph(DrawnText.of(node));
      case "xdr:pic" -> pictures++;
      case "c:chart" -> chart(relations.target(node.attribute("r:id")));
      default -> {
        for (Node child : node.children()) {
          write(child, relations);
        }
      }
    }
  }

  private void chart(@Nullable String part) throws IOException {
    if (part != null && parts.has(part)) {
      Node root = parts.tree(part);
      if (whole) {
        Charts.write(root, Blocks.into(writer));
      } else {
        writer.paragraph(Charts.title(root));
      }
    }
  }

  int pictures() {
    return pictures;
  }
}
