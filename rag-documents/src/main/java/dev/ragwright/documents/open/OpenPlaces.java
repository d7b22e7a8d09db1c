package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Box;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where shapes of a slide stand, in points. */
final class OpenPlaces {
  private static final Pattern LENGTH = Pattern.compile("(-?[0-9]*\\.?[0-9]+)\\s*([a-z]*)");
  private static final Pattern TRANSLATED =
      Pattern.compile("translate\\s*\\(\\s*([^\\s,)]+)[\\s,]+([^\\s,)]+)\\s*\\)");

  private OpenPlaces() {}

  static Box of(Node shape) {
    if (shape.is("draw:g")) {
      Box box = Box.UNKNOWN;
      for (Node child : shape.children()) {
        box = box.and(of(child));
      }
      return box;
    }
    String x = shape.attribute("svg:x");
    String y = shape.attribute("svg:y");
    double width = length(shape.attribute("svg:width", ""));
    double height = length(shape.attribute("svg:height", ""));
    Matcher moved = TRANSLATED.matcher(shape.attribute("draw:transform", ""));
    if (x != null && y != null) {
      return new Box(length(x), length(y), width, height, true);
    } else if (moved.find()) {
      return new Box(length(moved.group(1)), length(moved.group(2)), width, height, true);
    }
    return Box.UNKNOWN;
  }

  private static double length(String text) {
    Matcher length = LENGTH.matcher(text.strip());
    if (!length.matches() || length.group(1).length() > 30) {
      return 0;
    }
    double number = Double.parseDouble(length.group(1));
    return number
        * switch (length.group(2)) {
          case "cm" -> 28.346;
          case "mm" -> 2.8346;
          case "in" -> 72;
          case "pc" -> 12;
          case "px" -> .75;
          default -> 1;
        };
  }
}
