package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The styles of a Word document: what paragraphs and characters inherit. */
final class Styles {
  /** Styles may name each other in a circle. */
  private static final int MOST_PARENTS = 50;

  private final Map<String, Node> byId = new HashMap<>();
  private @Nullable Node defaults;
  private String normal = "";

  /** Reads the part of styles, if there is one. */
  static Styles of(@Nullable Node root) {
    Styles styles = new Styles();
    if (root != null) {
      styles.defaults = root.path("w:docDefaults", "w:rPrDefault", "w:rPr");
      for (Node style : root.children("w:style")) {
        String id = style.attribute("w:styleId", "");
        styles.byId.putIfAbsent(id, style);
        if (isOn(style.attribute("w:default", "0"))
            && style.attribute("w:type", "").equals("paragraph")) {
          styles.normal = id;
        }
      }
    }
    return styles;
  }

  static boolean isOn(String value) {
    return switch (value) {
      case "0", "false", "off", "none" -> false;
      default -> true;
    };
  }

  /** The style of a paragraph. */
  String ofParagraph(@Nullable Node properties) {
    return value(properties, "w:pStyle", normal);
  }

  /** The value of a property, or another where it is not there. */
  static String value(@Nullable Node properties, String name, String otherwise) {
    Node found = properties == null ? null : properties.child(name);
    return found == null ? otherwise : found.attribute("w:val", otherwise);
  }

  /** What the style or the nearest that it is based on gives. */
  private <T> @Nullable T nearest(String id, Function<Node, @Nullable T> given) {
    Node style = byId.get(id);
    for (int i = 0; style != null && i < MOST_PARENTS; i++) {
      T found = given.apply(style);
      if (found != null) {
        return found;
      }
      style = byId.get(value(style, "w:basedOn", ""));
    }
    return null;
  }

  /**
   * A paragraph's level in the outline, from 0; -1 if it is no heading. Titles are of the first
   * level, as they are the heading of all.
   */
  int outline(@Nullable Node properties) {
    Node direct = properties == null ? null : properties.child("w:outlineLvl");
    String id = ofParagraph(properties);
    Integer level = direct == null ? nearest(id, Styles::level) : level(direct);
    return level == null || level > 8 ? -1 : level;
  }

  private static @Nullable Integer level(Node node) {
    if (node.is("w:outlineLvl")) {
      return node.number("w:val", 9);
    }
    Node own = node.path("w:pPr", "w:outlineLvl");
    if (own != null) {
      return own.number("w:val", 9);
    }
    String name = value(node, "w:name", "").toLowerCase(Locale.ROOT);
    if (name.equals("title")) {
      return 0;
    }
    return name.matches("heading [1-9]") ? name.charAt(8) - '1' : null;
  }

  /** The list that a paragraph's style puts it in, if it does. */
  @Nullable Node list(String style) {
    return nearest(style, node -> node.path("w:pPr", "w:numPr"));
  }

  /** The style of which a style has its list, as levels of lists name it. */
  String styleWithList(String style) {
    String found =
        nearest(
            style,
            node -> node.path("w:pPr", "w:numPr") == null ? null : node.attribute("w:styleId", ""));
    return found == null ? "" : found;
  }

  /**
   * Whether a property of characters is on that styles switch: on in both styles is off.
   *
   * @param direct the properties of the run
   * @param paragraph the paragraph's style
   */
  boolean isOn(String name, @Nullable Node direct, String paragraph) {
    Node own = direct == null ? null : direct.child(name);
    if (own != null) {
      return isOn(own.attribute("w:val", "1"));
    }
    Node base = defaults == null ? null : defaults.child(name);
    boolean always = base != null && isOn(base.attribute("w:val", "1"));
    String character = value(direct, "w:rStyle", "");
    return always || (switches(name, paragraph) ^ switches(name, character));
  }

  private boolean switches(String name, String style) {
    Node node = nearest(style, found -> found.path("w:rPr", name));
    return node != null && isOn(node.attribute("w:val", "1"));
  }

  /** A property of characters: the run's own, its style's, its paragraph's, or the document's. */
  @Nullable Node property(String name, @Nullable Node direct, String paragraph) {
    Node found = direct == null ? null : direct.child(name);
    if (found == null) {
      found = nearest(value(direct, "w:rStyle", ""), node -> node.path("w:rPr", name));
    }
    if (found == null) {
      found = nearest(paragraph, node -> node.path("w:rPr", name));
    }
    return found == null && defaults != null ? defaults.child(name) : found;
  }
}
