package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a slide inherits of its layout and its master: places and bullets, and no text. */
final class SlideLayout {
  private final List<Node> layout;
  private final List<Node> master;
  private final @Nullable Node styles;

  private SlideLayout(@Nullable Node layout, @Nullable Node master) {
    this.layout = shapes(layout);
    this.master = shapes(master);
    this.styles = master == null ? null : master.child("p:txStyles");
  }

  static SlideLayout read(Parts parts, Relations ofSlide) throws IOException {
    String name = ofSlide.ofType("slideLayout");
    if (name == null || !parts.has(name)) {
      return new SlideLayout(null, null);
    }
    String master = parts.relations(name).ofType("slideMaster");
    Node root = master == null || !parts.has(master) ? null : parts.tree(master);
    return new SlideLayout(parts.tree(name), root);
  }

  private static List<Node> shapes(@Nullable Node root) {
    Node tree = root == null ? null : root.path("p:cSld", "p:spTree");
    return tree == null ? List.of() : tree.all("p:sp");
  }

  /** The shapes that a placeholder is filled in for: the layout's and the master's. */
  List<Node> patterns(@Nullable Node placeholder) {
    List<Node> patterns = new ArrayList<>();
    if (placeholder != null) {
      String kind = placeholder.attribute("type", "obj");
      String index = placeholder.attribute("idx", "");
      Node first = index.isEmpty() ? find(layout, kind, "") : byIndex(index);
      if (first == null) {
        first = find(layout, kind, "");
      }
      if (first != null) {
        patterns.add(first);
        Node own = placeholder(first);
        kind = own == null ? kind : own.attribute("type", kind);
      }
      Node second = find(master, kind, "body");
      if (second != null) {
        patterns.add(second);
      }
    }
    return patterns;
  }

  private @Nullable Node byIndex(String index) {
    for (Node shape : layout) {
      Node placeholder = placeholder(shape);
      if (placeholder != null && placeholder.attribute("idx", "").equals(index)) {
        return shape;
      }
    }
    return null;
  }

  private static @Nullable Node find(List<Node> shapes, String kind, String otherwise) {
    String sought = kind.equals("ctrTitle") ? "title" : kind;
    Node second = null;
    for (Node shape : shapes) {
      Node placeholder = placeholder(shape);
      if (placeholder != null) {
        String type = placeholder.attribute("type", "obj");
        if (type.equals(sought) || type.equals(kind)) {
          return shape;
        }
        boolean filled = !kind.equals("title") && !kind.equals("ctrTitle");
        second = second == null && filled && type.equals(otherwise) ? shape : second;
      }
    }
    return second;
  }

  static @Nullable Node placeholder(Node shape) {
    for (Node child : shape.children()) {
      Node properties = child.name().startsWith("p:nv") ? child.child("p:nvPr") : null;
      if (properties != null) {
        return properties.child("p:ph");
      }
    }
    return null;
  }

  /** The styles of all texts of a kind, by their levels. */
  @Nullable Node styles(String kind, boolean placeholder) {
    if (styles == null) {
      return null;
    }
    return styles.child(
        kind.equals("title") || kind.equals("ctrTitle")
            ? "p:titleStyle"
            : placeholder ? "p:bodyStyle" : "p:otherStyle");
  }
}
