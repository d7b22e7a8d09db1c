package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.text.Inline.Shift;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The styles of an OpenDocument file, and what they inherit. */
public final class OpenStyles {
  /** Styles may name each other in a circle. */
  private static final int MOST_PARENTS = 50;

  private final Map<String, Node> styles = new HashMap<>();
  private final Map<String, Node> lists = new HashMap<>();
  private @Nullable Node outline;

  void add(Node group) {
    for (Node node : group.children()) {
      switch (node.name()) {
        case "style:style" ->
            styles.put(
                node.attribute("style:family", "") + " " + node.attribute("style:name", ""), node);
        case "style:default-style" -> styles.put(node.attribute("style:family", ""), node);
        case "text:list-style" -> lists.put(node.attribute("style:name", ""), node);
        case "text:outline-style" -> outline = node;
        default -> {}
      }
    }
  }

  /** The style of lists of this name, or null. */
  @Nullable Node list(String name) {
    return lists.get(name);
  }

  /** How headings are counted, or null. */
  @Nullable Node outline() {
    return outline;
  }

  /**
   * What a style or the nearest that it is based on says.
   *
   * @param group such as {@code style:text-properties}
   */
  public @Nullable String value(String family, String name, String group, String attribute) {
    Node style = styles.get(family + " " + name);
    for (int i = 0; style != null && i < MOST_PARENTS; i++) {
      Node properties = style.child(group);
      String value = properties == null ? null : properties.attribute(attribute);
      if (value != null) {
        return value;
      }
      style = styles.get(family + " " + style.attribute("style:parent-style-name", ""));
    }
    return null;
  }

  private @Nullable String text(String family, String name, String attribute) {
    return value(family, name, "style:text-properties", attribute);
  }

  /** The attribute of a style itself or of one that it is based on. */
  @Nullable String own(String family, String name, String attribute) {
    Node style = styles.get(family + " " + name);
    for (int i = 0; style != null && i < MOST_PARENTS; i++) {
      String value = style.attribute(attribute);
      if (value != null) {
        return value;
      }
      style = styles.get(family + " " + style.attribute("style:parent-style-name", ""));
    }
    return null;
  }

  /** Whether a style, or one that it is based on, has this name. */
  boolean isOrInherits(String family, String name, String sought) {
    String at = name;
    for (int i = 0; i < MOST_PARENTS && !at.isEmpty(); i++) {
      if (at.equals(sought)) {
        return true;
      }
      Node style = styles.get(family + " " + at);
      at = style == null ? "" : style.attribute("style:parent-style-name", "");
    }
    return false;
  }

  /** How the characters of a style look, over those around them. */
  Look over(Look around, String family, String name) {
    if (name.isEmpty()) {
      return around;
    }
    String display = text(family, name, "text:display");
    String position = text(family, name, "style:text-position");
    String letters = text(family, name, "fo:text-transform");
    String font = text(family, name, "style:font-name");
    String line = text(family, name, "style:text-line-through-style");
    return new Look(
        display == null ? around.hidden : display.equals("none"),
        position == null ? around.shift : shift(position),
        letters == null ? around.letters : letters,
        font == null ? around.font : font,
        line == null ? around.struck : !line.equals("none"));
  }

  private static Shift shift(String position) {
    if (position.startsWith("super")) {
      return Shift.RAISED;
    } else if (position.startsWith("sub") || position.startsWith("-")) {
      return Shift.LOWERED;
    }
    return position.startsWith("0") ? Shift.NONE : Shift.RAISED;
  }

  /**
   * How characters look.
   *
   * @param letters how small letters are shown, such as {@code uppercase}
   */
  record Look(boolean hidden, Shift shift, String letters, String font, boolean struck) {
    static final Look PLAIN = new Look(false, Shift.NONE, "none", "", false);

    Look asHidden() {
      return new Look(true, shift, letters, font, struck);
    }
  }
}
