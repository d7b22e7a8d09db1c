package dev.ragwright.documents.drawing;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.text.Inline;
import dev.ragwright.documents.text.Inline.Shift;
import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the text of shapes, whose paragraphs and runs are alike in all Office documents. */
public final class DrawnText {
  private DrawnText() {}

  /** All paragraphs in it, one a line. */
  public static String of(Node body) {
    List<String> lines = new ArrayList<>();
    for (Node paragraph : body.all("a:p")) {
      String line = paragraph(paragraph);
      if (!line.isBlank()) {
        lines.add(line.strip());
      }
    }
    return String.join("\n", lines);
  }

  /** The text of one paragraph. */
  public static String paragraph(Node paragraph) {
    Inline text = new Inline();
    for (Node run : paragraph.children()) {
      switch (run.name()) {
        case "a:r", "a:fld" -> run(run, text);
        case "a:br" -> text.add("\n");
        case "a:pPr", "a:endParaRPr" -> {}
        default -> equations(run, text);
      }
    }
    return text.text();
  }

  private static void equations(Node node, Inline text) {
    if (node.is("m:oMath") || node.is("m:oMathPara")) {
      text.add(Equation.text(node));
    } else {
      node.children().forEach(child -> equations(child, text));
    }
  }

  private static void run(Node run, Inline text) {
    Node properties = run.child("a:rPr");
    Node words = run.child("a:t");
    if (words != null) {
      boolean capitals = properties != null && properties.attribute("cap", "none").equals("all");
      String shown = symbols(words.text(), properties);
      text.struck(
          properties != null && !properties.attribute("strike", "noStrike").equals("noStrike"));
      text.add(capitals ? LetterCase.upper(shown) : shown, shift(properties));
      text.struck(false);
    }
  }

  private static Shift shift(@Nullable Node properties) {
    String baseline = properties == null ? "0" : properties.attribute("baseline", "0");
    if (baseline.equals("0") || baseline.equals("0%")) {
      return Shift.NONE;
    }
    return baseline.startsWith("-") ? Shift.LOWERED : Shift.RAISED;
  }

  /** Characters of fonts whose codes are not Unicode's; those that are not known stay. */
  private static String symbols(String text, @Nullable Node properties) {
    String latin = font(properties, "a:latin");
    String symbol = font(properties, "a:sym");
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean special = SymbolFonts.isPrivate(c) && !Character.isSurrogate(c);
      String font = special && !SymbolFonts.isOne(latin) ? symbol : latin;
      String known = special || SymbolFonts.isOne(latin) ? SymbolFonts.show(font, c) : null;
      shown.append(known == null ? String.valueOf(c) : known);
    }
    return shown.toString();
  }

  private static String font(@Nullable Node properties, String kind) {
    Node font = properties == null ? null : properties.child(kind);
    return font == null ? "" : font.attribute("typeface", "");
  }
}
