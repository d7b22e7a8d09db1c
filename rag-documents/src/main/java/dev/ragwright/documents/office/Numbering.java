package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the items of a Word document's lists, and gives the label that each shows. Lists of one
 * kind go on counting, unless one says that it starts anew.
 */
final class Numbering {
  private static final int LEVELS = 9;

  private final Map<String, Node> kinds = new HashMap<>();
  private final Map<String, Node> lists = new HashMap<>();
  private final Map<String, String> kindOfStyle = new HashMap<>();
  private final Map<String, int[]> counters = new HashMap<>();
  private final Set<String> started = new HashSet<>();
  private final Styles styles;

  /**
   * The label of a paragraph in a list.
   *
   * @param level from 0
   * @param text empty where the list shows none
   */
  record Label(int level, String text, boolean bullet) {}

  /** Reads the part of numbering, if there is one. */
  Numbering(@Nullable Node root, Styles styles) {
    this.styles = styles;
    if (root != null) {
      for (Node kind : root.children("w:abstractNum")) {
        String id = kind.attribute("w:abstractNumId", "");
        kinds.putIfAbsent(id, kind);
        String style = Styles.value(kind, "w:styleLink", "");
        if (!style.isEmpty()) {
          kindOfStyle.putIfAbsent(style, id);
        }
      }
      for (Node list : root.children("w:num")) {
        lists.putIfAbsent(list.attribute("w:numId", ""), list);
      }
    }
  }

  /** Counts a paragraph, and gives its label; null if it is in no list. */
  @Nullable Label next(@Nullable Node properties) {
    String style = styles.ofParagraph(properties);
    Node direct = properties == null ? null : properties.child("w:numPr");
    Node ofStyle = styles.list(style);
    String id = Styles.value(direct, "w:numId", Styles.value(ofStyle, "w:numId", "0"));
    Node list = lists.get(id);
    if (id.equals("0") || list == null) {
      return null;
    }
    String kindId = kindOf(list);
    Node kind = kinds.get(kindId);
    if (kind == null) {
      return null;
    }
    String level = Styles.value(direct, "w:ilvl", "");
    int at = level.isEmpty() ? levelOf(style, ofStyle, list, kind, direct) : number(level);
    if (at < 0 || at >= LEVELS) {
      return null;
    }
    return count(id, list, kindId, kind, at);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Kinds may only point to a style of lists, which has the kind. */
  private String kindOf(Node list) {
    String id = Styles.value(list, "w:abstractNumId", "");
    Node kind = kinds.get(id);
    String style = kind == null ? "" : Styles.value(kind, "w:numStyleLink", "");
    String linked = style.isEmpty() ? null : kindOfStyle.get(style);
    return linked == null ? id : linked;
  }

  /** The level that names the paragraph's style, or that the style names, or the first. */
  private int levelOf(
      String style, @Nullable Node ofStyle, Node list, Node kind, @Nullable Node direct) {
    String owner = styles.styleWithList(style);
    for (String name : new String[] {style, owner}) {
      for (int i = 0; i < LEVELS && !name.isEmpty(); i++) {
        Node level = level(list, kind, i);
        if (level != null && Styles.value(level, "w:pStyle", "").equals(name)) {
          return i;
        }
      }
    }
    return direct == null ? number(Styles.value(ofStyle, "w:ilvl", "0")) : 0;
  }

  private static @Nullable Node override(Node list, int level) {
    for (Node override : list.children("w:lvlOverride")) {
      if (override.number("w:ilvl", -1) == level) {
        return override;
      }
    }
    return null;
  }

  private static @Nullable Node level(Node list, Node kind, int level) {
    Node override = override(list, level);
    Node own = override == null ? null : override.child("w:lvl");
    if (own != null) {
      return own;
    }
    for (Node candidate : kind.children("w:lvl")) {
      if (candidate.number("w:ilvl", -1) == level) {
        return candidate;
      }
    }
    return null;
  }

  private @Nullable Label count(String id, Node list, String kindId, Node kind, int at) {
    Node level = level(list, kind, at);
    if (level == null) {
      return null;
    }
    int[] numbers = counters.computeIfAbsent(kindId, key -> unstarted());
    restart(id, list, numbers);
    numbers[at] = numbers[at] == Integer.MIN_VALUE ? start(list, kind, at) : numbers[at] + 1;
    for (int deeper = at + 1; deeper < LEVELS; deeper++) {
      if (restartsBelow(level(list, kind, deeper), at, deeper)) {
        numbers[deeper] = Integer.MIN_VALUE;
      }
    }
    String form = form(level);
    String text = Styles.value(level, "w:lvlText", "");
    if (form.equals("bullet")) {
      return new Label(at, text.isEmpty() ? "" : "-", true);
    }
    return new Label(at, text(text, list, kind, numbers, at).strip(), false);
  }

  private static int[] unstarted() {
    int[] numbers = new int[LEVELS];
    Arrays.fill(numbers, Integer.MIN_VALUE);
    return numbers;
  }

  /** A list that starts anew does so at its first paragraph. */
  private void restart(String id, Node list, int[] numbers) {
    if (started.add(id)) {
      for (int i = 0; i < LEVELS; i++) {
        Node override = override(list, i);
        if (override != null && override.child("w:startOverride") != null) {
          numbers[i] = Integer.MIN_VALUE;
        }
      }
    }
  }

  private static int start(Node list, Node kind, int at) {
    Node override = override(list, at);
    String anew = override == null ? "" : Styles.value(override, "w:startOverride", "");
    if (!anew.isEmpty()) {
      return number(anew);
    }
    Node level = level(list, kind, at);
    return level == null ? 1 : number(Styles.value(level, "w:start", "0"));
  }

  /** Whether a level counts anew behind an item of a level above it. */
  private static boolean restartsBelow(@Nullable Node level, int at, int deeper) {
    int after = level == null ? deeper : number(Styles.value(level, "w:lvlRestart", "" + deeper));
    return after > 0 && at < after;
  }

  private static String form(Node level) {
    return Styles.value(level, "w:numFmt", "decimal");
  }

  private String text(String pattern, Node list, Node kind, int[] numbers, int at) {
    Node own = level(list, kind, at);
    Node legal = own == null ? null : own.child("w:isLgl");
    boolean digits = legal != null && Styles.isOn(legal.attribute("w:val", "1"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      char next = i + 1 < pattern.length() ? pattern.charAt(i + 1) : ' ';
      if (c == '%' && next >= '1' && next <= '9') {
        int which = next - '1';
        Node level = level(list, kind, which);
        int number =
            numbers[which] == Integer.MIN_VALUE ? start(list, kind, which) : numbers[which];
        String form = level == null ? "decimal" : form(level);
        boolean plain = digits && !form.equals("none");
        text.append(Numerals.show(number, plain && which <= at ? "decimal" : form));
        i++;
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
