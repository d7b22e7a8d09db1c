package dev.ragwright.documents.html;

import java.util.List;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;

/** A formula of MathML in one line: {@code 1/2}, {@code x^2}, {@code sqrt(a + b)}. */
final class MathText {
  private static final int DEEPEST = 50;

  private MathText() {}

  static String of(Element math) {
    return linear(math, 0).strip();
  }

  private static String linear(Element element, int depth) {
    List<Element> parts = element.children();
    if (parts.isEmpty() || depth > DEEPEST) {
      String words = element.text().strip();
      return element.normalName().equals("mo") && "+-\u2212=<>\u00b1".contains(words)
          ? " " + words + " "
          : words;
    }
    return switch (element.normalName()) {
      case "mfrac" -> part(parts, 0, depth) + "/" + part(parts, 1, depth);
      case "msup" -> part(parts, 0, depth) + "^" + part(parts, 1, depth);
      case "msub" -> part(parts, 0, depth) + "_" + part(parts, 1, depth);
      case "msubsup" ->
          part(parts, 0, depth) + "_" + part(parts, 1, depth) + "^" + part(parts, 2, depth);
      case "msqrt" -> "sqrt(" + all(parts, depth) + ")";
      case "mroot" -> part(parts, 0, depth) + "^(1/" + part(parts, 1, depth) + ")";
      case "mfenced" -> "(" + all(parts, depth) + ")";
      case "semantics" -> linear(parts.getFirst(), depth + 1);
      default -> all(parts, depth);
    };
  }

  private static String all(List<Element> parts, int depth) {
    StringBuilder all = new StringBuilder();
    for (Element part : parts) {
      String words = linear(part, depth + 1);
      boolean joins =
          !all.isEmpty()
              && !words.isEmpty()
              && Character.isDigit(all.charAt(all.length() - 1))
              && Character.isDigit(words.charAt(0));
      all.append(joins ? " " : "").append(words);
    }
    return all.toString().lines().collect(Collectors.joining(" "));
  }

  /** A part that binds closely, in parentheses where it is more than a number or name. */
  private static String part(List<Element> parts, int index, int depth) {
    String words = index < parts.size() ? linear(parts.get(index), depth + 1).strip() : "";
    return words.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '.')
        ? words
        : "(" + words + ")";
  }
}
