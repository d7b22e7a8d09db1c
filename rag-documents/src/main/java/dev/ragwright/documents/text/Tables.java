package dev.ragwright.documents.text;

import java.util.List;

/** Tells headers of tables. */
public final class Tables {
  private Tables() {}

  /**
   * Whether the first row seems to say what the others hold, in a table that does not tell: it has
   * two filled cells or more and no number, and the row below has a number, or it has three or
   * more.
   */
  public static boolean hasHeader(List<List<String>> rows) {
    if (rows.size() < 2) {
      return false;
    }
    long filled = rows.getFirst().stream().filter(cell -> !cell.isBlank()).count();
    boolean numbers = rows.getFirst().stream().anyMatch(Tables::isNumber);
    return filled > 1
        && !numbers
        && (filled > 2 || rows.get(1).stream().anyMatch(Tables::isNumber));
  }

  /** Whether a cell's text is a number with its signs and unit, and not words. */
  public static boolean isNumber(String cell) {
    int digits = 0;
    int letters = 0;
    for (int i = 0; i < cell.length(); i++) {
      digits += Character.isDigit(cell.charAt(i)) ? 1 : 0;
      letters += Character.isLetter(cell.charAt(i)) ? 1 : 0;
    }
    return digits > 0 && letters <= Math.max(3, digits);
  }
}
