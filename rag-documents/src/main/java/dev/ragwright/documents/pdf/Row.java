package dev.ragwright.documents.pdf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The chunks on one line, from left to right. */
final class Row {
  private static final float SPLIT = 2.2f;
  private static final Pattern LEADER = Pattern.compile("\\s*(?:[.·…]\\s*){5,}");

  private final List<Chunk> chunks;
  private final float y;
  private final float size;
  private @Nullable List<Cell> cells;
  private @Nullable String text;

  private Row(List<Chunk> chunks, float y, float size) {
    this.chunks = chunks;
    this.y = y;
    this.size = size;
  }

  List<Chunk> chunks() {
    return chunks;
  }

  /** The baseline of the largest chunk. */
  float y() {
    return y;
  }

  /** The size of the largest chunk's font. */
  float size() {
    return size;
  }

  /** The chunks with those put together that have no wide gap between them. */
  List<Cell> cells() {
    List<Cell> known = cells;
    if (known == null) {
      known = cells(chunks, y, size);
      cells = known;
    }
    return known;
  }

  /** The rows of chunks, from the top. */
  static List<Row> of(List<Chunk> chunks) {
    List<Chunk> sorted = new ArrayList<>(chunks);
    sorted.sort(Comparator.comparingDouble(Chunk::y).thenComparing(Chunks.DRAWN));
    List<Row> rows = new ArrayList<>();
    List<Chunk> row = new ArrayList<>();
    Chunk largest = null;
    for (Chunk chunk : sorted) {
      if (largest != null && !beside(largest, chunk)) {
        rows.add(row(row, largest));
        row = new ArrayList<>();
        largest = null;
      }
      row.add(chunk);
      largest = largest == null || chunk.size() > 1.1f * largest.size() ? chunk : largest;
    }
    if (largest != null) {
      rows.add(row(row, largest));
    }
    rows.sort(Comparator.comparingDouble(Row::y));
    return rows;
  }

  /** One row of chunks that stand on one line. */
  static Row line(List<Chunk> chunks) {
    return row(new ArrayList<>(chunks), largest(chunks));
  }

  /** Whether a chunk stands on the line that these do, behind them. */
  static boolean goesOn(List<Chunk> line, Chunk next) {
    Chunk last = line.getLast();
    boolean behind = next.x0() >= last.x0() || RightToLeft.isIn(next.text() + last.text());
    return behind && beside(largest(line), next);
  }

  private static Chunk largest(List<Chunk> chunks) {
    Chunk largest = chunks.getFirst();
    for (Chunk chunk : chunks) {
      largest = chunk.size() > 1.1f * largest.size() ? chunk : largest;
    }
    return largest;
  }

  private static Row row(List<Chunk> chunks, Chunk largest) {
    chunks.sort(Comparator.comparingDouble(Chunk::x0).thenComparing(Chunks.DRAWN));
    return new Row(chunks, largest.y(), largest.size());
  }

  private static boolean beside(Chunk a, Chunk b) {
    float shared = Math.min(a.y(), b.y()) - Math.max(a.top(), b.top());
    return shared > 0.5f * Math.min(a.y() - a.top(), b.y() - b.top());
  }

  float x0() {
    return chunks.getFirst().x0();
  }

  float x1() {
    float x1 = chunks.getFirst().x1();
    for (Chunk chunk : chunks) {
      x1 = Math.max(x1, chunk.x1());
    }
    return x1;
  }

  float firstWord() {
    return chunks.getFirst().firstWord();
  }

  boolean fixed() {
    for (Chunk chunk : chunks) {
      if (!chunk.fixed()) {
        return false;
      }
    }
    return true;
  }

  private static List<Cell> cells(List<Chunk> chunks, float y, float size) {
    boolean leftwards = RightToLeft.isIn(chunks.getFirst().text());
    List<Cell> cells = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    float x0 = 0;
    float x1 = 0;
    for (Chunk chunk : chunks) {
      float gap = chunk.x0() - x1;
      if (!text.isEmpty() && gap > Chunks.WIDE * Math.min(size, Math.max(chunk.size(), 1))) {
        cells.add(new Cell(text.toString(), x0, x1));
        text.setLength(0);
      }
      if (text.isEmpty()) {
        x0 = chunk.x0();
        x1 = chunk.x1();
        text.append(chunk.text());
      } else if (leftwards) {
        text.insert(0, chunk.text() + " ");
        x1 = Math.max(x1, chunk.x1());
      } else {
        append(text, chunk, gap, y, size);
        x1 = Math.max(x1, chunk.x1());
      }
    }
    cells.add(new Cell(text.toString(), x0, x1));
    return leftwards ? cells.reversed() : cells;
  }

  private static void append(StringBuilder text, Chunk chunk, float gap, float y, float size) {
    boolean small = chunk.size() <= 0.86f * size;
    float above = y - chunk.y();
    if (gap > 0.15f * size) {
      text.append(' ');
    }
    if (small && above > 0.15f * size) {
      RunText.joined(text, chunk.text(), 1);
    } else if (small && above < -0.08f * size) {
      RunText.joined(text, chunk.text(), -1);
    } else {
      boolean glued =
          gap <= 0.15f * size
              && text.length() > 1
              && Character.isDigit(text.codePointBefore(text.length()))
              && Character.isDigit(chunk.text().codePointAt(0))
              && gap < -0.3f * size;
      text.append(glued ? " " : "").append(chunk.text());
    }
  }

  /** A stretch of the row. */
  record Cell(String text, float x0, float x1) {}

  /** Whether it has a gap that no justified line has, or leading dots. */
  boolean isSplit() {
    List<Cell> cells = cells();
    for (int i = 1; i < cells.size(); i++) {
      if (cells.get(i).x0() - cells.get(i - 1).x1() > SPLIT * size) {
        return true;
      }
    }
    return hasLeader();
  }

  /** Whether a part behind a gap begins below or above one of the other row. */
  boolean isAlignedWith(Row other) {
    List<Cell> cells = cells();
    List<Cell> others = other.cells();
    for (int i = 1; i < cells.size(); i++) {
      for (int j = 1; j < others.size(); j++) {
        if (Math.abs(cells.get(i).x0() - others.get(j).x0()) < 1) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether dots lead the eye over a gap, as in a table of contents. */
  boolean hasLeader() {
    for (Chunk chunk : chunks) {
      String words = chunk.text();
      if ((words.contains(". . .") || words.contains("....") || words.contains("·····"))
          && LEADER.matcher(words).find()) {
        return true;
      }
    }
    return false;
  }

  /** The row's text, with a tab for each very wide gap; leading dots are three. */
  String text() {
    String known = text;
    if (known == null) {
      known = joined();
      text = known;
    }
    return known;
  }

  private String joined() {
    List<Cell> cells = cells();
    if (cells.size() == 1 && !hasLeader()) {
      return cells.getFirst().text();
    }
    StringBuilder joined = new StringBuilder(cells.getFirst().text());
    for (int i = 1; i < cells.size(); i++) {
      float gap = Math.abs(cells.get(i).x0() - cells.get(i - 1).x1());
      joined.append(gap > SPLIT * size ? '\t' : ' ').append(cells.get(i).text());
    }
    return hasLeader() ? LEADER.matcher(joined).replaceAll(" ... ").strip() : joined.toString();
  }
}
