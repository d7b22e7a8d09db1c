package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.DrawnText;
import dev.ragwright.documents.text.Blocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the paragraphs of a shape with the bullets and numbers that they show. */
final class SlideText {
  private static final int LEVELS = 9;

  private final SlideLayout layout;

  SlideText(SlideLayout layout) {
    this.layout = layout;
  }

  void write(Shape shape, Node body, Blocks out) {
    List<Node> styles = new ArrayList<>();
    add(body.child("a:lstStyle"), styles);
    Node placeholder = SlideLayout.placeholder(shape.node());
    for (Node pattern : layout.patterns(placeholder)) {
      add(pattern.path("p:txBody", "a:lstStyle"), styles);
    }
    add(layout.styles(shape.kind(), placeholder != null), styles);
    int[] numbers = new int[LEVELS];
    String[] forms = new String[LEVELS];
    for (Node paragraph : body.children("a:p")) {
      Node properties = paragraph.child("a:pPr");
      int level = properties == null ? 0 : properties.number("lvl", 0);
      level = Math.max(0, Math.min(LEVELS - 1, level));
      String text = DrawnText.paragraph(paragraph);
      if (text.isBlank()) {
        continue;
      }
      Node bullet = bullet(properties, level, styles);
      String label = label(bullet, level, numbers, forms);
      Arrays.fill(numbers, level + 1, LEVELS, 0);
      if (label.isEmpty()) {
        out.paragraph(text);
      } else {
        out.item(level, label, text);
      }
    }
  }

  private static void add(@Nullable Node styles, List<Node> all) {
    if (styles != null) {
      all.add(styles);
    }
  }

  /** The nearest of the bullets that a paragraph inherits; null if it has none. */
  private static @Nullable Node bullet(@Nullable Node properties, int level, List<Node> styles) {
    Node found = properties == null ? null : bullet(properties);
    for (int i = 0; found == null && i < styles.size(); i++) {
      Node ofLevel = styles.get(i).child("a:lvl" + (level + 1) + "pPr");
      found = ofLevel == null ? null : bullet(ofLevel);
    }
    return found;
  }

  private static @Nullable Node bullet(Node properties) {
    for (Node child : properties.children()) {
      switch (child.name()) {
        case "a:buNone", "a:buChar", "a:buAutoNum", "a:buBlip" -> {
          return child;
        }
        default -> {}
      }
    }
    return null;
  }

  private static String label(
      @Nullable Node bullet, int level, int[] numbers, @Nullable String[] forms) {
    if (bullet != null && bullet.is("a:buAutoNum")) {
      String form = bullet.attribute("type", "arabicPeriod");
      int start = Math.max(1, bullet.number("startAt", 1));
      boolean goesOn = numbers[level] > 0 && form.equals(forms[level]);
      numbers[level] = goesOn ? numbers[level] + 1 : start;
      forms[level] = form;
      return number(numbers[level], form);
    }
    numbers[level] = 0;
    return bullet == null || bullet.is("a:buNone") ? "" : "-";
  }

  private static String number(int number, String form) {
    String small = form.toLowerCase(Locale.ROOT);
    String shown =
        Numerals.show(
            number,
            small.startsWith("alphalc")
                ? "lowerLetter"
                : small.startsWith("alphauc")
                    ? "upperLetter"
                    : small.startsWith("romanlc")
                        ? "lowerRoman"
                        : small.startsWith("romanuc")
                            ? "upperRoman"
                            : small.startsWith("circle") ? "decimalEnclosedCircle" : "decimal");
    if (small.endsWith("parenboth")) {
      return "(" + shown + ")";
    } else if (small.endsWith("parenr")) {
      return shown + ")";
    }
    return small.endsWith("period") ? shown + "." : shown;
  }
}
