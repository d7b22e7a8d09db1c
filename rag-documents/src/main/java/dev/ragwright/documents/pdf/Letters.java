package dev.ragwright.documents.pdf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.IdentityHashMap;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDSimpleFont;
import org.apache.pdfbox.pdmodel.font.PDType3Font;
import org.apache.pdfbox.pdmodel.font.encoding.GlyphList;

/**
 * What the codes of a document's fonts stand for, and how far they move the pen; each is asked of
 * the font once. Not safe to share.
 */
final class Letters {
  /** Stands for a glyph of which nobody knows the letter. */
  static final String UNKNOWN = "\uFFFD";

  private static final int CODES = 1 << 16;

  private final GlyphList names = glyphList();
  private final IdentityHashMap<PDFont, Font> fonts = new IdentityHashMap<>();

  /**
   * A code's letter.
   *
   * @param advance in text space, of a font of size 1
   * @param mapped whether the font tells the letter; if not, it was taken for its code, or is
   *     {@link #UNKNOWN}
   */
  record Letter(String text, float advance, boolean mapped) {}

  /** A font's letters. */
  final class Font {
    final PDFont font;
    final boolean fixed;
    final boolean vertical;
    final boolean oneByte;

    /** How large its letters are, in sizes of the font; 1 but for fonts that are drawings. */
    final float em;

    private Letter[] known = new Letter[256];

    private Font(PDFont font) {
      this.font = font;
      String name = String.valueOf(font.getName());
      boolean flagged = font.getFontDescriptor() != null && font.getFontDescriptor().isFixedPitch();
      fixed = flagged || name.contains("Courier") || name.contains("Mono") || isEven(font);
      vertical = font.isVertical();
      oneByte = font instanceof PDSimpleFont;
      em = font instanceof PDType3Font drawings ? em(drawings) : 1;
    }

    private static float em(PDType3Font font) {
      PDRectangle box = font.getFontBBox();
      float height = box == null ? 0 : box.getHeight() * Math.abs(font.getFontMatrix().getScaleY());
      return height > 0 && (height < 0.4f || height > 4) ? height : 1;
    }

    private static boolean isEven(PDFont font) {
      try {
        float narrow = font instanceof PDSimpleFont ? font.getWidth('i') : 0;
        return narrow > 0
            && Math.abs(narrow - font.getWidth('m')) < 0.5f
            && Math.abs(narrow - font.getWidth('.')) < 0.5f;
      } catch (IOException | RuntimeException e) {
        return false; // a font that is damaged has no look to go by
      }
    }

    Letter of(int code) throws IOException {
      if (code < 0 || code >= CODES) {
        return letter(font, code, vertical);
      }
      if (code >= known.length) {
        known = java.util.Arrays.copyOf(known, CODES);
      }
      Letter letter = known[code];
      if (letter == null) {
        letter = letter(font, code, vertical);
        known[code] = letter;
      }
      return letter;
    }
  }

  Font of(PDFont font) {
    return fonts.computeIfAbsent(font, Font::new);
  }

  private Letter letter(PDFont font, int code, boolean vertical) throws IOException {
    float advance =
        vertical ? -font.getDisplacement(code).getY() : font.getDisplacement(code).getX();
    String text = font.toUnicode(code, names);
    if (text != null && !isPrivate(text)) {
      return new Letter(clean(text), advance, true);
    }
    boolean bullet = text != null && (text.equals("\uF0B7") || text.equals("\uF0A7"));
    if (bullet) {
      return new Letter("•", advance, true);
    }
    boolean readable = font instanceof PDType3Font && code > ' ' && code < 127;
    return new Letter(readable ? String.valueOf((char) code) : UNKNOWN, advance, false);
  }

  /** Of the private use area, or a control: it says nothing. */
  private static boolean isPrivate(String text) {
    int c = text.isEmpty() ? ' ' : text.codePointAt(0);
    return Character.getType(c) == Character.PRIVATE_USE
        || c == 0xFFFD
        || (c < ' ' && c != '\t' && c != '\n' && c != '\r');
  }

  /** Ligatures and forms of Arabic as letters; white space of any kind as a space. */
  private static String clean(String text) {
    if (text.length() == 1 && text.charAt(0) > ' ' && text.charAt(0) < 0xA0) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean form =
          c == 0x132 || c == 0x133 || (c >= 0xFB00 && c <= 0xFB4F) || (c >= 0xFB50 && c <= 0xFDFF);
      if (form || (c >= 0xFE70 && c <= 0xFEFC)) {
        clean.append(Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC));
      } else if (c == '\uD835' && i + 1 < text.length()) { // a letter of formulas
        clean.append(Normalizer.normalize(text.substring(i, i + 2), Normalizer.Form.NFKC));
        i++;
      } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        clean.append(' ');
      } else if (c != 0 && !Character.isISOControl(c)) {
        clean.append(c);
      }
    }
    String letters = clean.toString();
    return letters.isBlank() && !letters.isEmpty() ? " " : letters;
  }

  private static GlyphList glyphList() {
    String more = "/org/apache/pdfbox/resources/glyphlist/additional.txt";
    try (InputStream in = GlyphList.class.getResourceAsStream(more)) {
      return in == null
          ? GlyphList.getAdobeGlyphList()
          : new GlyphList(GlyphList.getAdobeGlyphList(), in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
