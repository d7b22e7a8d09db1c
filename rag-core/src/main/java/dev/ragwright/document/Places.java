package dev.ragwright.document;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where the parts of a document's text stand in the file that it was read from: headings, pages,
 * slides, sheets and cells. A reader notes them while it writes the text, so they hold to the
 * character. Each mark holds up to the next of its kind. Immutable, and safe to share; a cell takes
 * 12 bytes.
 */
public final class Places {
  private static final long NO_CELL = -1;
  private static final Places UNKNOWN = new Places(false, new Builder());

  /** What a mark is the beginning of. */
  public enum Kind {
    /** A page; its label is the one printed on it, such as {@code iii}, or else its number. */
    PAGE,
    /** A slide; its label is its number, from 1. */
    SLIDE,
    /** A sheet of a workbook; its label is its name. */
    SHEET
  }

  /**
   * The beginning of a page, slide or sheet.
   *
   * @param start its first place in the document's text
   * @param label how people call it; without line breaks
   */
  public record Mark(int start, Kind kind, String label) {}

  /**
   * A heading.
   *
   * @param start of its first line in the document's text
   * @param bodyStart of what stands below it
   * @param level 1 is the outermost
   * @param title its words, without the marks that the text may have around them
   */
  public record Heading(int start, int bodyStart, int level, String title) {}

  private final boolean known;
  private final List<Heading> headings;
  private final List<Mark> marks;
  private final int[] cellStarts;
  private final long[] cells; // (row, column), each from 0; or NO_CELL

  private Places(boolean known, Builder from) {
    this.known = known;
    headings = List.copyOf(from.headings);
    marks = List.copyOf(from.marks);
    cellStarts = Arrays.copyOf(from.cellStarts, from.cellCount);
    cells = Arrays.copyOf(from.cells, from.cellCount);
  }

  /** Nothing is known but the text: its headings are those that it marks as Markdown does. */
  public static Places unknown() {
    return UNKNOWN;
  }

  /** Collects marks in the order of the text. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Whether a reader told the places. If so, the headings are those told, even if these are none,
   * and what the text has that looks like a heading is text.
   */
  public boolean known() {
    return known;
  }

  /** The headings in their order; unmodifiable. */
  public List<Heading> headings() {
    return headings;
  }

  /** Pages, slides and sheets in their order; unmodifiable. */
  public List<Mark> marks() {
    return marks;
  }

  /**
   * The pages, slides, sheets and cells that {@code [start, end)} of the text touches; places still
   * count from the document's beginning. Headings are left out: a passage has its own.
   */
  public Places within(int start, int end) {
    if (marks.isEmpty() && cells.length == 0) {
      return UNKNOWN;
    }
    Builder part = new Builder();
    for (Kind kind : Kind.values()) {
      int first = lastAt(kind, start);
      if (first >= 0) {
        part.marks.add(marks.get(first));
      }
    }
    part.marks.sort((a, b) -> Integer.compare(a.start(), b.start()));
    for (int i = firstBehind(start); i < marks.size() && marks.get(i).start() < end; i++) {
      part.marks.add(marks.get(i));
    }
    for (int i = firstCell(start); i < cells.length && cellStarts[i] < end; i++) {
      part.add(cellStarts[i], cells[i]);
    }
    return new Places(true, part);
  }

  /** Of two stretches of one document, what either knows. */
  public Places and(Places other) {
    if (equals(other) || other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    Builder both = new Builder();
    Stream.concat(marks.stream(), other.marks.stream())
        .distinct()
        .sorted((a, b) -> Integer.compare(a.start(), b.start()))
        .forEach(both.marks::add);
    int i = 0;
    int j = 0;
    while (i < cells.length || j < other.cells.length) {
      boolean mine =
          j == other.cells.length || (i < cells.length && cellStarts[i] <= other.cellStarts[j]);
      if (mine && j < other.cells.length && cellStarts[i] == other.cellStarts[j]) {
        j++;
      }
      if (mine) {
        both.add(cellStarts[i], cells[i]);
        i++;
      } else {
        both.add(other.cellStarts[j], other.cells[j]);
        j++;
      }
    }
    return new Places(true, both);
  }

  private boolean isEmpty() {
    return marks.isEmpty() && cells.length == 0;
  }

  /**
   * Where {@code [start, end)} of the text stands, for people: {@code page iii}, {@code pages 3–4},
   * {@code slide 2}, {@code Tariff › B3:E3}, {@code Tariff › B3 – Notes › A1}; the empty text if
   * nothing is known of it.
   */
  public String at(int start, int end) {
    List<String> parts = new ArrayList<>();
    for (Kind kind : List.of(Kind.PAGE, Kind.SLIDE)) {
      int first = lastAt(kind, start);
      int last = lastAt(kind, Math.max(start, end - 1));
      if (last >= 0) {
        String word = kind.name().toLowerCase(Locale.ROOT);
        String to = marks.get(last).label();
        String from = first < 0 ? to : marks.get(first).label();
        parts.add(first < 0 || first == last ? word + " " + to : word + "s " + from + "–" + to);
      }
    }
    String sheets = sheets(start, end);
    if (!sheets.isEmpty()) {
      parts.add(sheets);
    }
    return String.join(", ", parts);
  }

  private String sheets(int start, int end) {
    int first = lastAt(Kind.SHEET, start);
    int last = lastAt(Kind.SHEET, Math.max(start, end - 1));
    if (first == last) {
      String name = first < 0 ? "" : marks.get(first).label();
      String range = range(start, end);
      return name.isEmpty() || range.isEmpty() ? name + range : name + " › " + range;
    }
    String to = marks.get(last).label();
    int[] touched = {aCell(firstCell(start), 1), aCell(lastCell(end), -1)};
    if (first < 0) {
      return to;
    }
    String from = marks.get(first).label();
    return touched[1] < touched[0]
        ? from + " – " + to
        : from + " › " + name(touched[0]) + " – " + to + " › " + name(touched[1]);
  }

  /** The least rectangle of cells that a stretch touches, as spreadsheet programs write it. */
  private String range(int start, int end) {
    int first = aCell(firstCell(start), 1);
    int last = aCell(lastCell(end), -1);
    if (last < first) {
      return "";
    }
    long top = Long.MAX_VALUE;
    long left = Long.MAX_VALUE;
    long bottom = 0;
    long right = 0;
    for (int i = first; i <= last; i++) {
      if (cells[i] == NO_CELL) {
        continue;
      }
      top = Math.min(top, row(i));
      bottom = Math.max(bottom, row(i));
      left = Math.min(left, column(i));
      right = Math.max(right, column(i));
    }
    String from = name((int) top, (int) left);
    String to = name((int) bottom, (int) right);
    return from.equals(to) ? from : from + ":" + to;
  }

  /** The next mark in a direction, from this one on, that is of a cell. */
  private int aCell(int from, int step) {
    int at = from;
    while (at >= 0 && at < cells.length && cells[at] == NO_CELL) {
      at += step;
    }
    return at;
  }

  int cellMarks() {
    return cells.length;
  }

  int cellStart(int cell) {
    return cellStarts[cell];
  }

  boolean isNoCell(int cell) {
    return cells[cell] == NO_CELL;
  }

  int row(int cell) {
    return (int) (cells[cell] >>> 32);
  }

  int column(int cell) {
    return (int) cells[cell];
  }

  private String name(int cell) {
    return name(row(cell), column(cell));
  }

  /** A cell's name, such as {@code B3} for row 2 and column 1. */
  private static String name(int row, int column) {
    StringBuilder name = new StringBuilder();
    for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
      name.insert(0, (char) ('A' + (rest - 1) % 26));
    }
    return name.append(row + 1).toString();
  }

  /** The last mark of a kind at a place or before it, or -1. */
  private int lastAt(Kind kind, int place) {
    int i = firstBehind(place) - 1;
    while (i >= 0 && marks.get(i).kind() != kind) {
      i--;
    }
    return i;
  }

  private int firstBehind(int place) {
    int low = 0;
    int high = marks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (marks.get(middle).start() <= place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The cell at a place, or the first behind it. */
  private int firstCell(int place) {
    int found = Arrays.binarySearch(cellStarts, place);
    int behind = found < 0 ? -found - 1 : found;
    boolean inside = found < 0 && behind > 0 && !isNewSheet(cellStarts[behind - 1], place);
    return inside ? behind - 1 : behind;
  }

  private boolean isNewSheet(int cell, int place) {
    int sheet = lastAt(Kind.SHEET, place);
    return sheet >= 0 && marks.get(sheet).start() > cell;
  }

  private int lastCell(int end) {
    int found = Arrays.binarySearch(cellStarts, end);
    return (found < 0 ? -found - 1 : found) - 1;
  }

  /**
   * The marks as text, one a line, which {@link #parse} reads again: {@code 120 page iii}, {@code
   * 300 sheet Tariff}, {@code 312 cell 2 1}. Empty if nothing is known.
   */
  @Override
  public String toString() {
    return PlacesText.of(this);
  }

  /**
   * Hands over what {@link #toString} returns piece by piece, for texts that are longer than need
   * be in memory. A piece holds until the call returns.
   */
  public void write(Consumer<? super CharSequence> pieces) {
    PlacesText.write(this, pieces);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it did not write that
   */
  public static Places parse(String text) {
    return PlacesText.parse(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Places places
        && known == places.known
        && headings.equals(places.headings)
        && marks.equals(places.marks)
        && Arrays.equals(cellStarts, places.cellStarts)
        && Arrays.equals(cells, places.cells);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        known, headings, marks, Arrays.hashCode(cellStarts), Arrays.hashCode(cells));
  }

  /** Collects marks in the order of the text. Not safe to share. */
  public static final class Builder {
    private final List<Heading> headings = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private int[] cellStarts = new int[0];
    private long[] cells = new long[0];
    private int cellCount;

    private Builder() {}

    /**
     * A heading whose first line is at {@code start}, and what stands below it at {@code
     * bodyStart}.
     *
     * @throws IllegalArgumentException if it begins before the one added last, or {@code level < 1}
     */
    public Builder heading(int start, int bodyStart, int level, String title) {
      if (level < 1) {
        throw new IllegalArgumentException("a heading's level must be >= 1, was " + level);
      }
      ordered(start, headings.isEmpty() ? 0 : headings.getLast().start());
      headings.add(new Heading(start, bodyStart, level, oneLine(title)));
      return this;
    }

    /** A page begins. */
    public Builder page(int start, String label) {
      return mark(start, Kind.PAGE, label);
    }

    /** A slide begins. */
    public Builder slide(int start, int number) {
      return mark(start, Kind.SLIDE, Integer.toString(number));
    }

    /** A sheet begins. */
    public Builder sheet(int start, String name) {
      return mark(start, Kind.SHEET, name);
    }

    Builder mark(int start, Kind kind, String label) {
      ordered(start, marks.isEmpty() ? 0 : marks.getLast().start());
      marks.add(new Mark(start, kind, oneLine(label)));
      return this;
    }

    /**
     * A cell begins, with the mark that parts it from the cell before.
     *
     * @param row from 0
     * @param column from 0
     */
    public Builder cell(int start, int row, int column) {
      return add(start, ((long) row << 32) | column);
    }

    /** What begins here is in no cell, such as a header that is repeated. */
    public Builder noCell(int start) {
      return add(start, NO_CELL);
    }

    private Builder add(int start, long cell) {
      ordered(start, cellCount == 0 ? 0 : cellStarts[cellCount - 1]);
      if (cellCount == cells.length) {
        int larger = Math.max(16, cellCount + cellCount / 2);
        cells = Arrays.copyOf(cells, larger);
        cellStarts = Arrays.copyOf(cellStarts, larger);
      }
      cellStarts[cellCount] = start;
      cells[cellCount++] = cell;
      return this;
    }

    private static void ordered(int start, int last) {
      if (start < last) {
        throw new IllegalArgumentException(
            "a mark at " + start + " cannot come behind one at " + last);
      }
    }

    private static String oneLine(String label) {
      return label.strip().replaceAll("\\s+", " ");
    }

    /** The places so far. */
    public Places build() {
      return new Places(true, this);
    }
  }
}
