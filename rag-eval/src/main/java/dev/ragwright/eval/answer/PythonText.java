package dev.ragwright.eval.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * CPython's notions of characters, which the reference implementations rest on and Java's differ
 * from: {@code \s} and {@code \b} of {@link java.util.regex.Pattern} know ASCII only or, with {@code
 * UNICODE_CHARACTER_CLASS}, take marks for letters; {@link Character#isWhitespace} leaves out the
 * no-break spaces. Held to CPython by a table of all its characters in the tests.
 */
final class PythonText {
  private PythonText() {}

  /** {@code str.lower()}. */
  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
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
