package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.text.Inline;
import dev.ragwright.documents.text.Inline.Shift;

/** Reads the text of a cell or note: its runs, raised ones marked, and no phonetic ones. */
final class RichText {
  private RichText() {}

  /** The text of the element that begins here; its end is then here. */
  static String read(Xml xml) {
    Inline text = new Inline();
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      if (xml.is("t")) {
        text.add(unescape(xml.text()));
      } else if (xml.is("r")) {
        run(xml, text);
      } else {
        xml.skip();
      }
    }
    return text.text();
  }

  private static void run(Xml xml, Inline text) {
    Shift shift = Shift.NONE;
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      if (xml.is("rPr")) {
        shift = look(xml, text);
      } else if (xml.is("t")) {
        text.add(unescape(xml.text()), shift);
      } else {
        xml.skip();
      }
    }
    text.struck(false);
  }

  private static Shift look(Xml xml, Inline text) {
    Shift shift = Shift.NONE;
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      if (xml.is("vertAlign")) {
        shift =
            switch (xml.attribute("val", "")) {
              case "superscript" -> Shift.RAISED;
              case "subscript" -> Shift.LOWERED;
              default -> Shift.NONE;
            };
      }
      if (xml.is("strike")) {
        text.struck(!xml.attribute("val", "1").matches("0|false"));
      }
      xml.skip();
    }
    return shift;
  }

  /** Resolves {@code _x000D_}, by which workbooks write what XML may not hold. */
  static String unescape(String text) {
    int at = text.indexOf("_x");
    if (at < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    for (; at >= 0; at = text.indexOf("_x", at)) {
      int code = at + 7 <= text.length() && text.charAt(at + 6) == '_' ? hex(text, at + 2) : -1;
      if (code < 0) {
        at++;
      } else {
        out.append(text, from, at);
        if (code >= ' ' || code == '\t' || code == '\n') {
          out.append((char) code);
        }
        at += 7;
        from = at;
      }
    }
    return out.append(text, from, text.length()).toString();
  }

  private static int hex(String text, int from) {
    int code = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      code = code * 16 + digit;
    }
    return code;
  }
}
