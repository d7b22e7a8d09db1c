package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Box;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the shapes of a slide and where they stand: in groups, and where the layout puts them. */
final class SlideShapes {
  private final SlideLayout layout;

  SlideShapes(SlideLayout layout) {
    this.layout = layout;
  }

  /** The shapes of the slide's tree, in the order of the file. */
  List<Shape> of(Node tree) {
    return of(tree, new Scale(0, 0, 1, 1));
  }

  /** How places in a group become places on the slide. */
  private record Scale(double x, double y, double width, double height) {

    Box box(Node place) {
      Node from = place.child("a:off");
      Node size = place.child("a:ext");
      if (from == null) {
        return Box.UNKNOWN;
      }
      return new Box(
          x + width * from.number("x", 0),
          y + height * from.number("y", 0),
          size == null ? 0 : Math.abs(width * size.number("cx", 0)),
          size == null ? 0 : Math.abs(height * size.number("cy", 0)),
          true);
    }

    Scale within(@Nullable Node place) {
      Node from = place == null ? null : place.child("a:chOff");
      Node size = place == null ? null : place.child("a:chExt");
      if (place == null || from == null || size == null) {
        return this;
      }
      Box box = box(place);
      int cx = size.number("cx", 0);
      int cy = size.number("cy", 0);
      double wide = cx == 0 ? width : box.width() / cx;
      double high = cy == 0 ? height : box.height() / cy;
      return new Scale(
          box.x() - wide * from.number("x", 0), box.y() - high * from.number("y", 0), wide, high);
    }
  }

  private List<Shape> of(Node tree, Scale scale) {
    List<Shape> shapes = new ArrayList<>();
    for (Node node : tree.children()) {
      switch (node.name()) {
        case "p:sp", "p:pic", "p:graphicFrame", "p:cxnSp" -> shapes.add(shape(node, scale));
        case "p:grpSp" -> shapes.add(group(node, scale));
        default -> {}
      }
    }
    return shapes;
  }

  private Shape group(Node node, Scale scale) {
    Node place = node.path("p:grpSpPr", "a:xfrm");
    List<Shape> children = of(node, scale.within(place));
    Box box = place == null ? Box.UNKNOWN : scale.box(place);
    for (int i = 0; !box.known() && i < children.size(); i++) {
      box = box.and(children.get(i).box());
    }
    return new Shape(node, "", box, isHidden(node), children);
  }

  private Shape shape(Node node, Scale scale) {
    Node placeholder = SlideLayout.placeholder(node);
    Node place = place(node);
    if (place == null) {
      for (Node pattern : layout.patterns(placeholder)) {
        place = place == null ? place(pattern) : place;
      }
    }
    String kind = placeholder == null ? "" : placeholder.attribute("type", "obj");
    Box box = place == null ? Box.UNKNOWN : scale.box(place);
    return new Shape(node, kind, box, isHidden(node), List.of());
  }

  private static @Nullable Node place(Node node) {
    Node own = node.child("p:xfrm");
    return own == null ? node.path("p:spPr", "a:xfrm") : own;
  }

  private static boolean isHidden(Node node) {
    for (Node child : node.children()) {
      Node properties = child.name().startsWith("p:nv") ? child.child("p:cNvPr") : null;
      if (properties != null) {
        return Styles.isOn(properties.attribute("hidden", "0"));
      }
    }
    return false;
  }
}
