package dev.ragwright.documents.sheet;

/** Reads names of cells, such as {@code B3}, where {@code $} may stand. */
final class CellName {
  private CellName() {}

  /** The column from 0, or -1 if the name has none. */
  static int column(String name) {
    int column = 0;
    for (int i = 0; i < name.length() && column < 100_000; i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        column = column * 26 + c - 'A' + 1;
      } else if (c >= 'a' && c <= 'z') {
        column = column * 26 + c - 'a' + 1;
      } else if (c != '$') {
        break;
      }
    }
    return column - 1;
  }

  /** The row from 0, or -1 if the name has none. */
  static int row(String name) {
    int row = 0;
    for (int i = 0; i < name.length() && row < 100_000_000; i++) {
      char c = name.charAt(i);
      if (c >= '0' && c <= '9') {
        row = row * 10 + c - '0';
      }
    }
    return row - 1;
  }

  /** The name of a column from 0. */
  static String ofColumn(int column) {
    StringBuilder name = new StringBuilder();
    for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
      name.insert(0, (char) ('A' + (rest - 1) % 26));
    }
    return name.toString();
  }
}
