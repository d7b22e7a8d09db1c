package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.text.Labels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the items of OpenDocument's lists and its headings, and gives the label of each. */
final class OpenLists {
  private static final int LEVELS = 10;

  private final OpenStyles styles;
  private final Map<String, int[]> byId = new HashMap<>();
  private final Map<String, int[]> byStyle = new HashMap<>();
  private final int[] headings = unstarted();

  OpenLists(OpenStyles styles) {
    this.styles = styles;
  }

  private static int[] unstarted() {
    int[] numbers = new int[LEVELS];
    Arrays.fill(numbers, Integer.MIN_VALUE);
    return numbers;
  }

  /** The counters of a list that begins here, which may go on with an earlier one's. */
  int[] begin(Node list, String style) {
    int[] numbers = byId.get(list.attribute("text:continue-list", ""));
    if (numbers == null && list.attribute("text:continue-numbering", "false").equals("true")) {
      numbers = byStyle.get(style);
    }
    if (numbers == null) {
      numbers = unstarted();
    }
    byId.put(list.attribute("xml:id", ""), numbers);
    byId.remove("");
    byStyle.put(style, numbers);
    return numbers;
  }

  /**
   * Counts an item, and gives its label.
   *
   * @param level from 0
   * @return empty where it shows none
   */
  String next(int[] numbers, String style, int level, String startValue) {
    Node list = styles.list(style);
    return next(numbers, list, "text:list-level-style-", level, startValue);
  }

  /** Counts a heading, and gives its number; empty if headings have none. */
  String heading(int level, String startValue, boolean restarts) {
    if (restarts) {
      headings[Math.min(level, LEVELS) - 1] = Integer.MIN_VALUE;
    }
    Node outline = styles.outline();
    return outline == null
        ? ""
        : next(headings, outline, "text:outline-level-style", level - 1, startValue);
  }

  private static String next(
      int[] numbers, @Nullable Node list, String kind, int level, String startValue) {
    int at = Math.max(0, Math.min(level, LEVELS - 1));
    Node style = style(list, kind, at);
    int start = style == null ? 1 : style.number("text:start-value", 1);
    if (startValue.matches("[0-9]{1,9}")) {
      numbers[at] = Integer.parseInt(startValue);
    } else {
      numbers[at] = numbers[at] == Integer.MIN_VALUE ? start : numbers[at] + 1;
    }
    Arrays.fill(numbers, at + 1, LEVELS, Integer.MIN_VALUE);
    if (style == null) {
      return list == null ? "-" : "";
    }
    if (style.is("text:list-level-style-bullet") || style.is("text:list-level-style-image")) {
      return "-";
    }
    return label(numbers, list, kind, style, at);
  }

  private static @Nullable Node style(@Nullable Node list, String kind, int level) {
    if (list != null) {
      for (Node style : list.children()) {
        if (style.name().startsWith(kind) && style.number("text:level", 0) == level + 1) {
          return style;
        }
      }
    }
    return null;
  }

  private static String label(int[] numbers, @Nullable Node list, String kind, Node style, int at) {
    String pattern = style.attribute("loext:num-list-format");
    if (style.attribute("style:num-format", "").isEmpty()) {
      return "";
    }
    if (pattern == null) {
      StringBuilder made = new StringBuilder(style.attribute("style:num-prefix", ""));
      int shown = Math.max(1, Math.min(at + 1, style.number("text:display-levels", 1)));
      for (int i = at + 1 - shown; i <= at; i++) {
        boolean counted = i == at || !format(style(list, kind, i)).isEmpty();
        made.append(counted ? "%" + (i + 1) + "%" + (i < at ? "." : "") : "");
      }
      pattern = made.append(style.attribute("style:num-suffix", "")).toString();
    }
    StringBuilder label = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      int end = pattern.charAt(i) == '%' ? pattern.indexOf('%', i + 1) : -1;
      String inside = end < 0 ? "" : pattern.substring(i + 1, end);
      if (inside.matches("[1-9]|10")) {
        int which = Integer.parseInt(inside) - 1;
        Node of = style(list, kind, which);
        int number = numbers[which] == Integer.MIN_VALUE ? 1 : numbers[which];
        label.append(number(number, of));
        i = end;
      } else {
        label.append(pattern.charAt(i));
      }
    }
    return label.toString().strip();
  }

  private static String format(@Nullable Node style) {
    return style == null ? "1" : style.attribute("style:num-format", "");
  }

  private static String number(int number, @Nullable Node style) {
    String format = format(style);
    boolean repeated =
        style != null && style.attribute("style:num-letter-sync", "false").equals("true");
    return switch (format) {
      case "a", "A" -> {
        char first = format.charAt(0);
        yield repeated && number > 26 && number <= 260
            ? Character.toString(first + (number - 1) % 26).repeat((number - 1) / 26 + 1)
            : Labels.letters(number, first);
      }
      case "i", "I" -> Labels.roman(number, format.equals("I"));
      case "" -> "";
      default -> Integer.toString(number);
    };
  }
}
