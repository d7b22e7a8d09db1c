package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Line;
import java.util.ArrayList;
import java.util.List;

/** Puts cells of a table that may reach over columns and rows into their places. */
final class Grid {
  private final List<List<List<Line>>> rows = new ArrayList<>();
  private final List<Integer> taken = new ArrayList<>(); // by column: rows that a cell still takes
  private List<List<Line>> row = new ArrayList<>();

  void add(List<Line> text, int columns, int rowCount) {
    while (row.size() < taken.size() && taken.get(row.size()) > 0) {
      row.add(List.of());
    }
    for (int i = 0; i < columns; i++) {
      while (taken.size() <= row.size()) {
        taken.add(0);
      }
      taken.set(row.size(), rowCount);
      row.add(i == 0 ? text : List.of());
    }
  }

  void endRow() {
    taken.replaceAll(left -> Math.max(0, left - 1));
    rows.add(row);
    row = new ArrayList<>();
  }

  /** The rows, each as wide as the widest. */
  List<List<List<Line>>> rows() {
    int width = rows.stream().mapToInt(List::size).max().orElse(0);
    for (List<List<Line>> each : rows) {
      while (each.size() < width) {
        each.add(List.of());
      }
    }
    return rows;
  }
}
