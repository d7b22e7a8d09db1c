package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Line;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds tables among rows: at least three rows in a line whose cells stand below each other, with
 * white strips between the columns that none crosses. A cell that is empty stays, so that a value
 * keeps its column.
 */
final class Tables {
  private static final int FEWEST_ROWS = 3;

  /**
   * A table of rows {@code [from, to)}.
   *
   * @param cells by row and column; without lines where there is none
   */
  record Found(int from, int to, List<List<List<Line>>> cells) {}

  private Tables() {}

  /** The table that begins with a row, if one does. */
  static @Nullable Found at(List<Row> rows, int from) {
    List<List<Row.Cell>> cells = new ArrayList<>();
    List<float[]> bands = new ArrayList<>();
    if (rows.get(from).cells().size() < 2) {
      return null;
    }
    int to = from;
    int full = 0;
    int end = from;
    while (to < rows.size() && near(rows, from, to)) {
      List<Row.Cell> row = rows.get(to).cells();
      List<float[]> wider = with(bands, row);
      if (!apart(wider, row) || cells.stream().anyMatch(c -> !apart(wider, c))) {
        break;
      }
      boolean single = row.size() == 1;
      if (rows.get(to).hasLeader() || (single && (full == 0 || to - end >= 2))) {
        break;
      }
      bands = wider;
      cells.add(row);
      to++;
      if (!single) {
        full++;
        end = to;
      }
    }
    if (full < FEWEST_ROWS) {
      return null;
    }
    List<Row.Cell> used = new ArrayList<>();
    cells.subList(0, end - from).forEach(used::addAll);
    List<float[]> columns = with(List.of(), used);
    if (columns.size() < 2) {
      return null;
    }
    List<List<List<Line>>> table = new ArrayList<>();
    for (List<Row.Cell> row : cells.subList(0, end - from)) {
      table.add(texts(columns, row));
    }
    return new Found(from, end, table);
  }

  private static boolean near(List<Row> rows, int from, int i) {
    return i == from || rows.get(i).y() - rows.get(i - 1).y() < 4 * rows.get(i).size();
  }

  /** The columns' strips when these cells are added: x0 and x1 of each, from left to right. */
  static List<float[]> with(List<float[]> bands, List<Row.Cell> cells) {
    List<float[]> all = new ArrayList<>();
    bands.forEach(band -> all.add(band.clone()));
    cells.forEach(cell -> all.add(new float[] {cell.x0(), cell.x1()}));
    all.sort((a, b) -> Float.compare(a[0], b[0]));
    List<float[]> merged = new ArrayList<>();
    for (float[] band : all) {
      if (!merged.isEmpty() && band[0] < merged.getLast()[1]) {
        merged.getLast()[1] = Math.max(merged.getLast()[1], band[1]);
      } else {
        merged.add(band);
      }
    }
    return merged;
  }

  static boolean apart(List<float[]> bands, List<Row.Cell> row) {
    int last = -1;
    for (Row.Cell cell : row) {
      int band = band(bands, cell);
      if (band == last) {
        return false;
      }
      last = band;
    }
    return true;
  }

  static int band(List<float[]> bands, Row.Cell cell) {
    for (int i = 0; i < bands.size(); i++) {
      if (cell.x0() >= bands.get(i)[0] && cell.x0() <= bands.get(i)[1]) {
        return i;
      }
    }
    return -1;
  }

  private static List<List<Line>> texts(List<float[]> columns, List<Row.Cell> row) {
    List<List<Line>> texts = new ArrayList<>();
    columns.forEach(column -> texts.add(List.of()));
    row.forEach(cell -> texts.set(band(columns, cell), List.of(new Line(cell.text(), true))));
    return texts;
  }
}
