package dev.ragwright.eval;

/**
 * The order of {@code strcmp} on UTF-8, which trec_eval sorts by: unsigned bytes, and so code
 * points. {@link String#compareTo} compares UTF-16 units, which puts characters beyond U+FFFF
 * before U+E000.
 */
final class Utf8Order {
  private Utf8Order() {}

  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return aboveTheRest(x) - aboveTheRest(y);
      }
    }
    return a.length() - b.length();
  }

  /** Puts surrogates above all other units, keeping the order among each. */
  private static int aboveTheRest(char unit) {
    return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
  }
}
