package dev.ragwright.eval.answer;

import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.List;

/**
 * CPython's notions of characters, which the reference implementations rest on and Java's differ
 * from: {@code \s} and {@code \b} of {@link java.util.regex.Pattern} know ASCII only or, with
 * {@code UNICODE_CHARACTER_CLASS}, take marks for letters; {@link Character#isWhitespace} leaves
 * out the no-break spaces. Held to CPython by a table of all its characters in the tests.
 */
final class PythonText {
  private static final char SIGMA = '\u03a3';
  private static final String WITHIN_WORDS =
      "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

  private PythonText() {}

  /**
   * {@code str.lower()}. Java has the same mappings, but looks less far for the end of a word,
   * where a capital sigma has a small form of its own.
   */
  static String lower(String text) {
    if (text.indexOf(SIGMA) < 0) {
      return LetterCase.lower(text);
    }
    StringBuilder lower = new StringBuilder(text.length());
    int start = 0;
    for (int i = text.indexOf(SIGMA); i >= 0; i = text.indexOf(SIGMA, start)) {
      lower.append(LetterCase.lower(text.substring(start, i)));
      lower.append(endsWord(text, i) ? '\u03c2' : '\u03c3');
      start = i + 1;
    }
    return lower.append(LetterCase.lower(text.substring(start))).toString();
  }

  /** Unicode's condition Final_Sigma: a letter with case before it, none after it. */
  private static boolean endsWord(String text, int sigma) {
    int before = sigma;
    while (before > 0 && isCaseIgnorable(text.codePointBefore(before))) {
      before -= Character.charCount(text.codePointBefore(before));
    }
    int after = sigma + 1;
    while (after < text.length() && isCaseIgnorable(text.codePointAt(after))) {
      after += Character.charCount(text.codePointAt(after));
    }
    return before > 0
        && isCased(text.codePointBefore(before))
        && (after == text.length() || !isCased(text.codePointAt(after)));
  }

  private static boolean isCased(int character) {
    return Character.isLowerCase(character)
        || Character.isUpperCase(character)
        || Character.isTitleCase(character);
  }

  /**
   * Unicode's Case_Ignorable: marks, modifiers, format characters, and what stands within words.
   */
  private static boolean isCaseIgnorable(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> WITHIN_WORDS.indexOf(character) >= 0;
    };
  }

  /** {@code str.isspace()}, where {@code str.split()} and {@code \s} split. */
  static boolean isSpace(int character) {
    return Character.isSpaceChar(character)
        || (character >= 0x09 && character <= 0x0d)
        || (character >= 0x1c && character <= 0x1f)
        || character == 0x85;
  }

  /** {@code \w}: letters, numbers of all kinds, the low line; no marks. */
  static boolean isWord(int character) {
    return switch (Character.getType(character)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER ->
          true;
      default -> character == '_';
    };
  }

  /** Whether the character is in {@code string.punctuation}: the 32 of ASCII, no others. */
  static boolean isPunctuation(int character) {
    return (character >= '!' && character <= '/')
        || (character >= ':' && character <= '@')
        || (character >= '[' && character <= '`')
        || (character >= '{' && character <= '~');
  }

  /** {@code str.split()}. */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int start = -1;
    for (int i = 0; i < text.length(); i++) { // all spaces are of one unit
      if (isSpace(text.charAt(i))) {
        if (start >= 0) {
          parts.add(text.substring(start, i));
        }
        start = -1;
      } else if (start < 0) {
        start = i;
      }
    }
    if (start >= 0) {
      parts.add(text.substring(start));
    }
    return parts;
  }
}
