package dev.ragwright.documents.sheet;

/** A rectangle of cells, all from 0 and with both ends. */
record Area(int top, int left, int bottom, int right) {
  /** All cells that a sheet has, {@code A1} to {@code XFD1048576}. */
  static final Area ALL = new Area(0, 0, (1 << 20) - 1, (1 << 14) - 1);

  /** The area that {@code A1:C3} or {@code A1} names. */
  static Area of(String name) {
    int colon = name.indexOf(':');
    String from = colon < 0 ? name : name.substring(0, colon);
    String to = colon < 0 ? name : name.substring(colon + 1);
    return new Area(
        CellName.row(from), CellName.column(from), CellName.row(to), CellName.column(to));
  }

  boolean has(int row, int column) {
    return row >= top && row <= bottom && column >= left && column <= right;
  }
}
