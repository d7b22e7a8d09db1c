package dev.ragwright.documents.text;

/** How raised and lowered characters are written so that they join no number. */
public final class Raised {
  private Raised() {}

  /**
   * Appends raised characters: behind a character that is seen, a digit, sign or single letter is
   * written with {@code ^}, as in {@code 10^6} and {@code x^n}; {@code 1st} and {@code [1]} are as
   * they are.
   */
  public static void above(StringBuilder out, String raised) {
    String text = raised.strip();
    if (!text.isEmpty()) {
      int first = text.codePointAt(0);
      boolean sign = "+-\u2212\u00b1".indexOf(first) >= 0;
      boolean letter = Character.isLetter(first) && text.length() == Character.charCount(first);
      boolean joins = Character.isDigit(first) || sign || letter;
      out.append(joins && isBehindText(out) ? "^" : "").append(text);
    }
  }

  /** Appends lowered characters: a digit behind a digit is written with {@code _}. */
  public static void below(StringBuilder out, String lowered) {
    String text = lowered.strip();
    if (!text.isEmpty()) {
      boolean joins =
          Character.isDigit(text.codePointAt(0))
              && isBehindText(out)
              && Character.isDigit(out.codePointBefore(out.length()));
      out.append(joins ? "_" : "").append(text);
    }
  }

  private static boolean isBehindText(StringBuilder out) {
    return !out.isEmpty() && !Character.isWhitespace(out.charAt(out.length() - 1));
  }
}
