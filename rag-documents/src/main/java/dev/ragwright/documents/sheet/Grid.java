package dev.ragwright.documents.sheet;

import dev.ragwright.documents.text.TextWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a sheet as tables and paragraphs, row by row, so that a sheet may be longer
 * than the memory.
 *
 * <p>A row of one cell that no table is open for is a paragraph. The first row of more is a table's
 * first; it is its header if the sheet says so, or else if it holds words alone and the row below
 * holds a number, or it has three or more. An empty row ends a table, but for rows behind it that
 * fill the same columns from the first to the last: these go on below the header. A cell keeps its
 * column, so empty ones before it are written too, unless they are very many; also before the first
 * row's cells, where the row below begins farther left.
 */
final class Grid {
  /** More empty columns than this part a row. */
  private static final int WIDE_GAP = 100;

  private final TextWriter writer;
  private final Map<Integer, Area> tables;
  private @Nullable Row held;
  private boolean open;
  private boolean hasHeader;
  private int left;
  private int right;
  private int lastRow = -1;
  private @Nullable Row header;

  private record Row(int index, List<Cell> cells) {
    int first() {
      return cells.getFirst().column();
    }

    int last() {
      return cells.getLast().column();
    }

    boolean words() {
      for (Cell cell : cells) {
        if (!cell.words()) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Begins a sheet.
   *
   * @param tables the areas whose first row the sheet says to be a header, by that row
   */
  Grid(TextWriter writer, Map<Integer, Area> tables) {
    this.writer = writer;
    this.tables = tables;
  }

  /** The next row, from 0, and its cells that show something, in the order of their columns. */
  void row(int index, List<Cell> cells) {
    if (cells.isEmpty()) {
      return;
    }
    int from = 0;
    for (int i = 1; i <= cells.size(); i++) {
      if (i == cells.size() || cells.get(i).column() - cells.get(i - 1).column() > WIDE_GAP) {
        next(new Row(index, List.copyOf(cells.subList(from, i))));
        from = i;
      }
    }
    lastRow = index;
  }

  private void next(Row row) {
    release(row);
    boolean below = row.index <= lastRow + 1;
    Area table = tables.get(row.index);
    if (table != null && row.first() >= table.left()) {
      begin(row, row.first(), true);
    } else if (open && below && row.first() >= left && row.first() - right <= WIDE_GAP) {
      write(row);
    } else if (row.cells.size() == 1) {
      open = false;
      Cell cell = row.cells.getFirst();
      writer.cellParagraph(cell.text(), row.index, cell.column());
    } else if (!goesOn(row)) {
      open = false;
      held = row;
    }
  }

  /** The row behind an empty one that belongs to the table before. */
  private boolean goesOn(Row row) {
    Row above = header;
    if (!open || above == null || row.words() || row.first() != left || row.last() != right) {
      return false;
    }
    begin(-1, above.cells, true);
    write(row);
    return true;
  }

  /** Writes the first row of a table, which waits for the row below. */
  private void release(@Nullable Row below) {
    Row first = held;
    if (first != null) {
      held = null;
      boolean touches = below != null && below.index == first.index + 1;
      boolean asHeader =
          touches
              && first.words()
              && (first.cells.size() > 2 || !Objects.requireNonNull(below).words());
      boolean wider =
          touches
              && Objects.requireNonNull(below).first() < first.first()
              && below.last() >= first.first();
      begin(first, wider ? Objects.requireNonNull(below).first() : first.first(), asHeader);
    }
  }

  private void begin(Row row, int from, boolean asHeader) {
    left = from;
    right = row.last();
    header = asHeader ? row : null;
    begin(row.index, row.cells, asHeader);
  }

  private void begin(int index, List<Cell> cells, boolean asHeader) {
    open = true;
    hasHeader = asHeader;
    writer.beginTable(hasHeader);
    writer.row(texts(cells), index, left);
  }

  private void write(Row row) {
    writer.row(texts(row.cells), row.index, left);
  }

  private List<String> texts(List<Cell> cells) {
    int last = Math.max(right, cells.getLast().column());
    List<String> texts = new ArrayList<>(last - left + 1);
    int column = left;
    for (Cell cell : cells) {
      for (; column < cell.column(); column++) {
        texts.add("");
      }
      texts.add(cell.text());
      column++;
    }
    for (; column <= last; column++) {
      texts.add("");
    }
    return texts;
  }

  /** The sheet ends. */
  void end() {
    release(null);
    open = false;
  }
}
