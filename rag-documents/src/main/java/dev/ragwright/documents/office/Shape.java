package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Box;
import java.util.List;

/**
 * A shape of a slide, or a group of them.
 *
 * @param node its element
 * @param kind the kind of placeholder that it fills, such as {@code title}; empty if none
 * @param children the shapes of a group
 */
record Shape(Node node, String kind, Box box, boolean hidden, List<Shape> children) {

  boolean isTitle() {
    return kind.equals("title") || kind.equals("ctrTitle");
  }

  /** Whether it repeats what stands on all slides: the date, the footer, the number. */
  boolean isFurniture() {
    return kind.equals("dt") || kind.equals("ftr") || kind.equals("sldNum") || kind.equals("hdr");
  }
}
