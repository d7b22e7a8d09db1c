package dev.ragwright.documents.pdf;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds tables whose cells have several lines, by the order in which they were drawn: all lines of
 * a cell, then those of the cell to its right, then the next row below. Read row by row, the lines
 * of such cells would be mixed.
 */
final class DrawnTables {
  /** Of which one at least has several lines; two rows are enough if both have. */
  private static final int FEWEST_ROWS = 3;

  private static final int MOST_LINES = 15;

  private DrawnTables() {}

  /** A cell's chunks, and where they stand. */
  static final class Cell {
    final List<Chunk> chunks = new ArrayList<>();
    float x0 = Float.POSITIVE_INFINITY;
    float x1 = Float.NEGATIVE_INFINITY;
    float top = Float.POSITIVE_INFINITY;
    float bottom = Float.NEGATIVE_INFINITY;
    int lines;

    void add(Chunk chunk, boolean newLine) {
      chunks.add(chunk);
      x0 = Math.min(x0, chunk.x0());
      x1 = Math.max(x1, chunk.x1());
      top = Math.min(top, chunk.top());
      bottom = Math.max(bottom, chunk.y());
      lines += newLine ? 1 : 0;
    }

    /** Whether it is a page's column, or one of numbers, each of which is of another row. */
    boolean isNone() {
      int words = 0;
      for (Chunk chunk : chunks) {
        words += chunk.text().codePoints().anyMatch(Character::isLetter) ? 1 : 0;
      }
      return lines > MOST_LINES || (lines > 1 && 2 * words < chunks.size());
    }

    /** Whether a chunk that is drawn next is in this cell: on its line, or on the next. */
    boolean hasOn(Chunk next) {
      Chunk last = chunks.getLast();
      float fall = next.y() - last.y();
      float gap = next.x0() - last.x1();
      return Math.abs(fall) < 0.3f * last.size()
          && gap > -0.3f * last.size()
          && gap < Chunks.WIDE * last.size();
    }

    boolean hasBelow(Chunk next) {
      Chunk last = chunks.getLast();
      float fall = next.y() - last.y();
      boolean overlaps = next.x0() < x1 && next.x1() > x0;
      return overlaps && fall > 0.5f * last.size() && fall < 1.6f * last.size();
    }
  }

  /** A table: rows of cells, as they were drawn. */
  record Found(List<List<Cell>> rows) {
    float x0() {
      return (float) cells().stream().mapToDouble(cell -> cell.x0).min().orElse(0);
    }

    float x1() {
      return (float) cells().stream().mapToDouble(cell -> cell.x1).max().orElse(0);
    }

    List<Cell> cells() {
      return rows.stream().flatMap(List::stream).toList();
    }

    /** The cells' lines by row and column. */
    List<List<List<Block.Line>>> lines() {
      List<float[]> columns = new ArrayList<>();
      rows.forEach(row -> columns.addAll(Tables.with(List.of(), places(row))));
      List<float[]> bands = Tables.with(columns, List.of());
      List<List<List<Block.Line>>> table = new ArrayList<>();
      for (List<Cell> row : rows) {
        List<List<Block.Line>> texts = new ArrayList<>();
        bands.forEach(band -> texts.add(List.of()));
        for (Cell cell : row) {
          List<Block.Line> lines = new ArrayList<>();
          Row.of(cell.chunks)
              .forEach(line -> lines.add(new Block.Line(line.text().replace('\t', ' '), false)));
          texts.set(Tables.band(bands, new Row.Cell("", cell.x0, cell.x1)), lines);
        }
        table.add(texts);
      }
      return table;
    }
  }

  private static List<Row.Cell> places(List<Cell> row) {
    return row.stream().map(cell -> new Row.Cell("", cell.x0, cell.x1)).toList();
  }

  /** The tables among chunks. */
  static List<Found> in(List<Chunk> chunks) {
    List<Chunk> drawn = new ArrayList<>(chunks);
    drawn.sort(Chunks.DRAWN);
    List<List<Cell>> rows = rows(cells(drawn));
    List<Found> found = new ArrayList<>();
    int from = 0;
    while (from < rows.size()) {
      int to = end(rows, from);
      List<List<Cell>> table = rows.subList(from, to);
      long tall =
          table.stream().filter(row -> row.stream().anyMatch(cell -> cell.lines > 1)).count();
      if (tall >= 2 || (tall == 1 && to - from >= FEWEST_ROWS)) {
        found.add(new Found(List.copyOf(table)));
        from = to;
      } else {
        from++;
      }
    }
    return found;
  }

  private static List<Cell> cells(List<Chunk> drawn) {
    List<Cell> cells = new ArrayList<>();
    for (Chunk chunk : drawn) {
      Cell last = cells.isEmpty() ? null : cells.getLast();
      boolean on = last != null && last.hasOn(chunk);
      if (last != null && (on || last.hasBelow(chunk))) {
        last.add(chunk, !on);
      } else {
        Cell cell = new Cell();
        cell.add(chunk, true);
        cells.add(cell);
      }
    }
    return cells;
  }

  private static List<List<Cell>> rows(List<Cell> cells) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Cell cell : cells) {
      Cell last = rows.isEmpty() ? null : rows.getLast().getLast();
      boolean beside =
          last != null && cell.x0 > last.x1 && cell.top < last.bottom && cell.bottom > last.top;
      if (beside) {
        rows.getLast().add(cell);
      } else {
        List<Cell> row = new ArrayList<>();
        row.add(cell);
        rows.add(row);
      }
    }
    return rows;
  }

  /** Behind the last row of a table that begins at one. */
  private static int end(List<List<Cell>> rows, int from) {
    List<float[]> bands = new ArrayList<>();
    int to = from;
    while (to < rows.size() && isRow(rows, from, to)) {
      List<Row.Cell> places = places(rows.get(to));
      List<float[]> wider = Tables.with(bands, places);
      boolean apart = true;
      for (int i = from; i <= to; i++) {
        apart &= Tables.apart(wider, places(rows.get(i)));
      }
      if (!apart) {
        break;
      }
      bands = wider;
      to++;
    }
    return to;
  }

  private static boolean isRow(List<List<Cell>> rows, int from, int i) {
    List<Cell> row = rows.get(i);
    if (row.size() < 2 || row.stream().anyMatch(Cell::isNone)) {
      return false;
    }
    if (i == from) {
      return true;
    }
    float above = Float.NEGATIVE_INFINITY;
    float top = Float.POSITIVE_INFINITY;
    for (Cell cell : rows.get(i - 1)) {
      above = Math.max(above, cell.bottom);
    }
    for (Cell cell : row) {
      top = Math.min(top, cell.top);
    }
    float size = row.getFirst().chunks.getFirst().size();
    return top >= above - 0.2f * size && top - above < 3 * size;
  }
}
