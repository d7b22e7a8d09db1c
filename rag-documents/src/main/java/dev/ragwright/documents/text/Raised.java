package dev.ragwright.documents.text;

import dev.ragwright.text.LetterCase;
import java.util.Set;

/** How raised and lowered characters are written so that they join no number. */
public final class Raised {
  private static final Set<String> PART_OF_WORD =
      Set.of("st", "nd", "rd", "th", "er", "re", "e", "ème", "o", "a", "tm", "sm");

  private Raised() {}

  /**
   * Appends raised characters. Behind a character that is seen they are written with {@code ^}, as
   * in {@code 10^6}, {@code x^n} and {@code 2^(n - 1)}; but marks, and letters that belong to the
   * number before them, are as they are: {@code fee[1]}, {@code 1st}.
   */
  public static void above(StringBuilder out, String raised) {
    String text = raised.strip();
    if (text.isEmpty()) {
      return;
    }
    int first = text.codePointAt(0);
    boolean power = Character.isLetterOrDigit(first) || "+-\u2212\u00b1".indexOf(first) >= 0;
    if (!power || !isBehindText(out) || PART_OF_WORD.contains(LetterCase.lower(text))) {
      out.append(text);
    } else if (text.chars().anyMatch(Character::isWhitespace)) {
      out.append("^(").append(text).append(')');
    } else {
      out.append('^').append(text);
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
