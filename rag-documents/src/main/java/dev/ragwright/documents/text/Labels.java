package dev.ragwright.documents.text;

import java.util.Locale;

/** Numbers as lists show them. */
public final class Labels {
  private static final String[] ROMAN = {
    "m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"
  };
  private static final int[] WORTH = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
  private static final int MOST_ROMAN = 3_999;

  private Labels() {}

  /** {@code a}, ..., {@code z}, {@code aa}, {@code ab}: as browsers count; digits below 1. */
  public static String letters(int number, char first) {
    if (number < 1) {
      return Integer.toString(number);
    }
    StringBuilder letters = new StringBuilder();
    for (int rest = number; rest > 0; rest = (rest - 1) / 26) {
      letters.insert(0, (char) (first + (rest - 1) % 26));
    }
    return letters.toString();
  }

  /** Roman digits of 1 to 3,999; else digits. */
  public static String roman(int number, boolean capitals) {
    if (number < 1 || number > MOST_ROMAN) {
      return Integer.toString(number);
    }
    StringBuilder digits = new StringBuilder();
    int rest = number;
    for (int i = 0; i < WORTH.length; i++) {
      while (rest >= WORTH[i]) {
        digits.append(ROMAN[i]);
        rest -= WORTH[i];
      }
    }
    return capitals ? digits.toString().toUpperCase(Locale.ROOT) : digits.toString();
  }
}
