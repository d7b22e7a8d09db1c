package dev.ragwright.documents.text;

import java.util.List;

/** Tells headers of tables. */
public final class Tables {
  private Tables() {}

  /**
   * Whether the first row seems to say what the others hold, in a table that does not tell: it has
   * two filled cells or more and no number, and one of the three rows below has a number. A table
   * of words alone has none: a row of names repeated as a header says what is not so.
   */
  public static boolean hasHeader(List<List<String>> rows) {
    if (rows.size() < 2) {
      return false;
    }
    long filled = rows.getFirst().stream().filter(cell -> !cell.isBlank()).count();
    boolean numbers = rows.getFirst().stream().anyMatch(Tables::isNumber);
    return filled > 1
        && !numbers
        && rows.subList(1, Math.min(4, rows.size())).stream()
            .anyMatch(row -> row.stream().anyMatch(Tables::isNumber));
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
