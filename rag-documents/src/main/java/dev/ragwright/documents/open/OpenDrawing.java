package dev.ragwright.documents.open;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.text.Blocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Writes what is drawn in a document: boxes of text, shapes, charts, formulas and tables. */
final class OpenDrawing {
  private final OpenFile file;
  private final OpenBlocks blocks;
  private final Blocks out;

  OpenDrawing(OpenFile file, OpenBlocks blocks, Blocks out) {
    this.file = file;
    this.blocks = blocks;
    this.out = out;
  }

  void write(Node node) {
    switch (node.name()) {
      case "draw:frame" -> frame(node);
      case "draw:g", "draw:a" -> node.children().forEach(this::write);
      case "draw:control" -> out.paragraph(file.control(node.attribute("draw:control", "")));
      default -> {
        if (node.name().startsWith("draw:") || node.name().startsWith("dr3d:")) {
          texts(node);
        }
      }
    }
  }

  private void texts(Node shape) {
    OpenBlocks inside = blocks.inside(out);
    for (Node child : shape.children()) {
      if (child.is("text:p") || child.is("text:h") || child.is("text:list")) {
        inside.block(child);
      }
    }
  }

  /** A frame holds one thing in several forms: the first that can be read is. */
  private void frame(Node frame) {
    for (Node child : frame.children()) {
      switch (child.name()) {
        case "draw:text-box" -> {
          blocks.inside(out).blocks(child);
          return;
        }
        case "table:table" -> {
          blocks.inside(out).block(child);
          return;
        }
        case "draw:object" -> {
          if (object(child)) {
            return;
          }
        }
        case "draw:image" -> {
          file.picture();
          return;
        }
        default -> {}
      }
    }
  }

  private boolean object(Node object) {
    Node math = object.child("math:math");
    if (math != null) {
      out.paragraph(OpenFormula.text(math));
      return true;
    }
    String name = Relations.resolve("content.xml", object.attribute("xlink:href", ""));
    String part = name + "/content.xml";
    if (name.isEmpty() || !file.parts().has(part)) {
      return false;
    }
    try {
      Node root = file.parts().tree(part);
      if (root.is("math:math")) {
        out.paragraph(OpenFormula.text(root));
        return true;
      }
      Node chart = root.path("office:body", "office:chart", "chart:chart");
      if (chart == null) {
        return false;
      }
      chart(chart);
      return true;
    } catch (DocumentReadException e) {
      if (file.parts().isOverLimit()) {
        throw e;
      }
      file.problem("an object within it " + e.getMessage());
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The title, and the table that the chart has stored. */
  private void chart(Node chart) {
    for (String name : new String[] {"chart:title", "chart:subtitle"}) {
      Node title = chart.child(name);
      if (title != null) {
        out.paragraph(title.text());
      }
    }
    Node table = chart.child("table:table");
    if (table != null) {
      List<List<String>> rows = new ArrayList<>();
      for (Node row : table.all("table:table-row")) {
        List<String> cells = new ArrayList<>();
        for (Node cell : row.children("table:table-cell")) {
          Node text = cell.child("text:p");
          String value = cell.attribute("office:value", "");
          cells.add(text == null ? value.equals("NaN") ? "" : value : text.text());
        }
        rows.add(cells);
      }
      if (!rows.isEmpty()) {
        out.table(rows, true);
      }
    }
  }
}
