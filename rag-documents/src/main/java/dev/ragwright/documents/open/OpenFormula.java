package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import java.util.List;

/** Writes formulas of OpenDocument, which are MathML, on one line. */
final class OpenFormula {
  private OpenFormula() {}

  static String text(Node node) {
    List<Node> parts = node.children().stream().filter(c -> !c.name().isEmpty()).toList();
    return switch (node.name()) {
      case "math:mi", "math:mn", "math:mo", "math:mtext", "math:ms" -> node.text().strip();
      case "math:mfrac" -> two(parts, "/");
      case "math:msup", "math:mover" -> two(parts, "^");
      case "math:msub", "math:munder" -> two(parts, "_");
      case "math:msubsup", "math:munderover" ->
          parts.size() < 3
              ? all(parts)
              : group(parts.get(0)) + "_" + group(parts.get(1)) + "^" + group(parts.get(2));
      case "math:msqrt" -> "sqrt(" + all(parts) + ")";
      case "math:mroot" ->
          parts.size() < 2
              ? all(parts)
              : "root(" + text(parts.get(1)) + ", " + text(parts.get(0)) + ")";
      case "math:mspace" -> " ";
      case "math:annotation", "math:annotation-xml", "math:mphantom" -> "";
      case "math:mtr" -> all(parts) + "; ";
      case "math:mtd" -> all(parts) + ", ";
      default -> all(parts);
    };
  }

  private static String all(List<Node> parts) {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(text(part)));
    return text.toString();
  }

  private static String two(List<Node> parts, String between) {
    return parts.size() < 2 ? all(parts) : group(parts.get(0)) + between + group(parts.get(1));
  }

  /** In brackets, unless it is one number or word. */
  private static String group(Node node) {
    String text = text(node).strip();
    boolean single = text.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || c == '.');
    return single ? text : "(" + text + ")";
  }
}
