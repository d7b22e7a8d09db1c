package dev.ragwright.documents.drawing;

import dev.ragwright.documents.archive.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes equations of Office on one line: {@code (a+b)/2}, {@code x^2}, {@code sqrt(x)}. */
public final class Equation {
  private Equation() {}

  /** The equation, or part of one, as text. */
  public static String text(Node node) {
    return switch (node.name()) {
      case "m:t", "w:t" -> node.text();
      case "m:f" -> group(node, "m:num") + "/" + group(node, "m:den");
      case "m:sSup" -> base(node) + "^" + group(node, "m:sup");
      case "m:sSub" -> base(node) + "_" + group(node, "m:sub");
      case "m:sSubSup" -> base(node) + "_" + group(node, "m:sub") + "^" + group(node, "m:sup");
      case "m:sPre" -> "_" + group(node, "m:sub") + "^" + group(node, "m:sup") + base(node);
      case "m:rad" -> root(node);
      case "m:nary" -> sum(node);
      case "m:d" -> delimited(node);
      case "m:func" -> part(node, "m:fName") + " " + group(node, "m:e");
      case "m:limLow" -> part(node, "m:e") + "_" + group(node, "m:lim");
      case "m:limUpp" -> part(node, "m:e") + "^" + group(node, "m:lim");
      case "m:acc" -> part(node, "m:e") + property(node, "m:accPr", "m:chr", "\u0302");
      case "m:m" -> "[" + rows(node) + "]";
      case "m:eqArr" -> joined(node.children("m:e"), "; ");
      case "m:phant" -> property(node, "m:phantPr", "m:show", "1").equals("0") ? "" : inside(node);
      case "w:del", "w:moveFrom", "w:rPr", "m:rPr", "m:ctrlPr" -> "";
      default -> node.name().endsWith("Pr") ? "" : inside(node);
    };
  }

  private static String inside(Node node) {
    StringBuilder text = new StringBuilder();
    for (Node child : node.children()) {
      if (!child.name().isEmpty()) {
        text.append(text(child));
      }
    }
    return text.toString();
  }

  private static String part(Node node, String name) {
    Node child = node.child(name);
    return child == null ? "" : inside(child);
  }

  /** In brackets, unless it is one number or word. */
  private static String group(Node node, String name) {
    String text = part(node, name).strip();
    boolean single = text.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || c == '.');
    return single || isBracketed(text) ? text : "(" + text + ")";
  }

  private static boolean isBracketed(String text) {
    if (!text.startsWith("(") || !text.endsWith(")")) {
      return false;
    }
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
      if (depth == 0 && i < text.length() - 1) {
        return false;
      }
    }
    return true;
  }

  private static String base(Node node) {
    return group(node, "m:e");
  }

  private static String root(Node node) {
    String degree = part(node, "m:deg").strip();
    String of = part(node, "m:e");
    boolean hidden = !property(node, "m:radPr", "m:degHide", "0").equals("0");
    return degree.isEmpty() || hidden ? "sqrt(" + of + ")" : "root(" + degree + ", " + of + ")";
  }

  private static String sum(Node node) {
    String sign = property(node, "m:naryPr", "m:chr", "∫");
    String from = part(node, "m:sub").isBlank() ? "" : "_" + group(node, "m:sub");
    String to = part(node, "m:sup").isBlank() ? "" : "^" + group(node, "m:sup");
    return sign + from + to + " " + part(node, "m:e");
  }

  private static String delimited(Node node) {
    return property(node, "m:dPr", "m:begChr", "(")
        + joined(node.children("m:e"), property(node, "m:dPr", "m:sepChr", "|"))
        + property(node, "m:dPr", "m:endChr", ")");
  }

  private static String rows(Node matrix) {
    List<String> rows = new ArrayList<>();
    for (Node row : matrix.children("m:mr")) {
      rows.add(joined(row.children("m:e"), ", "));
    }
    return String.join("; ", rows);
  }

  private static String joined(List<Node> parts, String between) {
    return parts.stream().map(Equation::inside).collect(Collectors.joining(between));
  }

  private static String property(Node node, String group, String name, String otherwise) {
    Node found = node.path(group, name);
    if (found == null) {
      return otherwise;
    }
    @Nullable String value = found.attribute("m:val");
    return value == null ? otherwise.equals("0") ? "1" : "" : value;
  }
}
