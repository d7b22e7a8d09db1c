package dev.ragwright.documents.pdf;

import java.text.Normalizer;

/** Accents that are drawn as glyphs of their own, above the letter that they belong to. */
final class Accents {
  private static final String SPACING =
      "\u00A8\u00B4`\u02C6\u02C7\u02D8\u02D9\u02DA\u00B8\u02DC\u02DD\u02DB\u00AF";
  private static final String COMBINING =
      "\u0308\u0301\u0300\u0302\u030C\u0306\u0307\u030A\u0327\u0303\u030B\u0328\u0304";

  private Accents() {}

  /** Whether it is an accent alone; fonts name the spacing form and the combining one alike. */
  static boolean isAccent(String text) {
    return text.length() == 1
        && (SPACING.indexOf(text.charAt(0)) >= 0 || COMBINING.indexOf(text.charAt(0)) >= 0);
  }

  /** Whether it is a sign above or below a letter that is written behind it, such as a vowel. */
  static boolean isSign(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.getType(text.charAt(i)) != Character.NON_SPACING_MARK) {
        return false;
      }
    }
    return !text.isEmpty() && !isAccent(text);
  }

  /** An accent that stands above no letter. */
  static String alone(String accent) {
    int combining = COMBINING.indexOf(accent.charAt(0));
    return combining < 0 ? accent : SPACING.substring(combining, combining + 1);
  }

  /** Whether an accent stands above a letter, or below it, not beside it. */
  static boolean belongs(Glyph accent, Glyph letter) {
    float middle = accent.x() + accent.width() / 2;
    return middle > letter.x()
        && middle < letter.end()
        && letter.text().length() == 1
        && Character.isLetter(letter.text().charAt(0));
  }

  static String compose(String accent, String letter) {
    String base = letter.equals("ı") ? "i" : letter.equals("ȷ") ? "j" : letter;
    char combining = COMBINING.charAt(SPACING.indexOf(alone(accent).charAt(0)));
    return Normalizer.normalize(base + combining, Normalizer.Form.NFC);
  }
}
