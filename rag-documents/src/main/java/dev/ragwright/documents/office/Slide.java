package dev.ragwright.documents.office;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.drawing.Charts;
import dev.ragwright.documents.drawing.Diagrams;
import dev.ragwright.documents.drawing.DrawnText;
import dev.ragwright.documents.drawing.ReadingOrder;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.CellText;
import dev.ragwright.documents.text.Tables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes one slide of PowerPoint: its title, its shapes as they are read, and its notes. */
final class Slide {
  private final Parts parts;
  private final ReadOptions options;
  private final Relations relations;
  private final SlideText texts;
  private final List<Shape> shapes;
  private final Node root;
  private final Consumer<String> problems;
  private int pictures;

  Slide(Parts parts, String part, ReadOptions options, Consumer<String> problems)
      throws IOException {
    this.parts = parts;
    this.options = options;
    this.problems = problems;
    relations = parts.relations(part);
    root = parts.tree(part);
    SlideLayout layout = SlideLayout.read(parts, relations);
    texts = new SlideText(layout);
    Node tree = root.path("p:cSld", "p:spTree");
    shapes = tree == null ? List.of() : new SlideShapes(layout).of(tree);
  }

  boolean isHidden() {
    return !Styles.isOn(root.attribute("show", "1"));
  }

  /** The words of the title; empty if there are none. */
  String title() {
    for (Shape shape : shapes) {
      Node body = shape.node().child("p:txBody");
      if (shape.isTitle() && body != null) {
        return DrawnText.of(body);
      }
    }
    return "";
  }

  int pictures() {
    return pictures;
  }

  /** Writes all but the title. */
  void write(Blocks out) throws IOException {
    boolean titled = false;
    List<Shape> body = new ArrayList<>();
    for (Shape shape : shapes) {
      if (shape.isTitle() && !titled) {
        titled = true;
      } else {
        body.add(shape);
      }
    }
    write(body, out);
    comments(out);
    notes(out);
  }

  private void write(List<Shape> unordered, Blocks out) throws IOException {
    for (Shape shape : ReadingOrder.of(unordered, Shape::box)) {
      if (shape.isFurniture() || (shape.hidden() && options.hidden() == Unseen.LEAVE_OUT)) {
        continue;
      }
      if (shape.hidden()) {
        CellText hidden = new CellText();
        write(shape, hidden);
        out.paragraph(hidden.text().isEmpty() ? "" : "[hidden: " + hidden.text() + "]");
      } else {
        write(shape, out);
      }
    }
  }

  private void write(Shape shape, Blocks out) throws IOException {
    write(shape.children(), out);
    Node node = shape.node();
    Node body = node.child("p:txBody");
    if (body != null) {
      texts.write(shape, body, out);
    }
    if (node.is("p:graphicFrame")) {
      Node graphic = node.path("a:graphic", "a:graphicData");
      if (graphic != null) {
        for (Node content : graphic.children()) {
          graphic(content, out);
        }
      }
    } else if (node.is("p:pic")) {
      pictures++;
    }
  }

  private void graphic(Node content, Blocks out) throws IOException {
    switch (content.name()) {
      case "a:tbl" -> table(content, out);
      case "c:chart" -> {
        Node chart = part(relations.target(content.attribute("r:id")), "a chart is missing");
        if (chart != null) {
          Charts.write(chart, out);
        }
      }
      case "dgm:relIds" -> {
        Node data = part(relations.target(content.attribute("r:dm")), "a diagram is missing");
        if (data != null) {
          Diagrams.write(data, out);
        }
      }
      case "cx:chart" -> problems.accept("a chart of a kind that is not read is left out");
      case "p:oleObj" -> pictures++;
      default -> {}
    }
  }

  private @Nullable Node part(@Nullable String name, String missing) throws IOException {
    if (name == null || !parts.has(name)) {
      problems.accept(missing);
      return null;
    }
    try {
      return parts.tree(name);
    } catch (DocumentReadException e) {
      if (parts.isOverLimit()) {
        throw e;
      }
      problems.accept(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static void table(Node table, Blocks out) {
    List<List<String>> rows = new ArrayList<>();
    for (Node row : table.children("a:tr")) {
      List<String> cells = new ArrayList<>();
      for (Node cell : row.children("a:tc")) {
        boolean covered =
            Styles.isOn(cell.attribute("hMerge", "0"))
                || Styles.isOn(cell.attribute("vMerge", "0"));
        Node body = cell.child("a:txBody");
        cells.add(covered || body == null ? "" : DrawnText.of(body));
      }
      rows.add(cells);
    }
    Node properties = table.child("a:tblPr");
    boolean header =
        properties != null && Styles.isOn(properties.attribute("firstRow", "0")) && rows.size() > 1;
    out.table(rows, header || Tables.hasHeader(rows));
  }

  private void notes(Blocks out) throws IOException {
    String name = relations.ofType("notesSlide");
    Node tree = name == null || !parts.has(name) ? null : parts.tree(name);
    tree = tree == null ? null : tree.path("p:cSld", "p:spTree");
    if (tree == null) {
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Node shape : tree.all("p:sp")) {
      Node placeholder = SlideLayout.placeholder(shape);
      String kind = placeholder == null ? "body" : placeholder.attribute("type", "obj");
      Node body = shape.child("p:txBody");
      String text = body == null || !kind.equals("body") ? "" : DrawnText.of(body);
      if (!text.isBlank()) {
        lines.add(text);
      }
    }
    out.paragraph(lines.isEmpty() ? "" : "Notes: " + String.join("\n", lines));
  }

  private void comments(Blocks out) throws IOException {
    if (options.comments() == Unseen.LEAVE_OUT) {
      return;
    }
    for (Relations.Relation relation : relations.all()) {
      if (relation.type().equals("comments") && parts.has(relation.target())) {
        for (Node comment : parts.tree(relation.target()).children()) {
          Node plain = comment.child("p:text");
          comment(plain == null ? DrawnText.of(comment) : plain.text().strip(), out);
        }
      }
    }
  }

  private static void comment(String text, Blocks out) {
    out.paragraph(text.isBlank() ? "" : "[comment: " + text + "]");
  }
}
