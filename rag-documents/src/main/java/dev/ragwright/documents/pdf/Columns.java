package dev.ragwright.documents.pdf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a page into regions that are read one after the other, at gutters: white strips that no line
 * of some rows crosses, with running text on both sides. A table has such strips too; it is left
 * whole, since its cells are short, do not run on from row to row, and were drawn row by row.
 */
final class Columns {
  private static final int DEEPEST = 12;
  private static final int FEWEST_ROWS = 3;
  private static final int MANY_ROWS = 8;

  private final boolean leftwards;
  private final List<Region> regions = new ArrayList<>();
  private final IdentityHashMap<Chunk, DrawnTables.Found> tables = new IdentityHashMap<>();

  private Columns(boolean leftwards) {
    this.leftwards = leftwards;
  }

  /** The regions in the order in which they are read. */
  static List<Region> of(List<Chunk> chunks, boolean leftwards) {
    Columns columns = new Columns(leftwards);
    columns.cut(leftwards ? chunks : columns.withoutTables(chunks), 0);
    return columns.regions;
  }

  /** What is read together: chunks, or a table. */
  record Region(List<Chunk> chunks, DrawnTables.@Nullable Found table) {}

  /** The chunks with one in the place of each table that was drawn cell by cell. */
  private List<Chunk> withoutTables(List<Chunk> chunks) {
    List<DrawnTables.Found> found = DrawnTables.in(chunks);
    if (found.isEmpty()) {
      return chunks;
    }
    Set<Chunk> inTables = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Chunk> others = new ArrayList<>();
    for (DrawnTables.Found table : found) {
      table.cells().forEach(cell -> inTables.addAll(cell.chunks));
      Chunk first = table.cells().getFirst().chunks.getFirst();
      float top = (float) table.rows().getFirst().stream().mapToDouble(c -> c.top).min().orElse(0);
      Chunk place =
          new Chunk(
              "table",
              table.x0(),
              table.x1(),
              top + 0.7f * first.size(),
              first.size(),
              0,
              first.order(),
              false,
              null);
      tables.put(place, table);
      others.add(place);
    }
    chunks.stream().filter(chunk -> !inTables.contains(chunk)).forEach(others::add);
    return others;
  }

  /** Adds a region, cut where tables are. */
  private void addRegion(List<Row> rows) {
    List<Chunk> region = new ArrayList<>();
    for (Row row : rows) {
      for (Chunk chunk : row.chunks()) {
        DrawnTables.Found table = tables.get(chunk);
        if (table == null) {
          region.add(chunk);
        } else {
          if (!region.isEmpty()) {
            regions.add(new Region(region, null));
          }
          regions.add(new Region(List.of(), table));
          region = new ArrayList<>();
        }
      }
    }
    if (!region.isEmpty()) {
      regions.add(new Region(region, null));
    }
  }

  /**
   * Rows {@code [from, to)} that a strip ending at {@code x} parts.
   *
   * @param labels whether on its left are not lines, but labels of what is on its right
   */
  private record Gutter(int from, int to, float x, boolean labels, double score) {}

  private void cut(List<Chunk> chunks, int depth) {
    if (chunks.isEmpty()) {
      return;
    }
    List<Row> rows = Row.of(chunks);
    Gutter gutter = depth < DEEPEST && rows.size() >= FEWEST_ROWS ? best(rows) : null;
    if (gutter == null) {
      addRegion(rows);
      return;
    }
    cut(chunks(rows.subList(0, gutter.from())), depth + 1);
    int from = gutter.from();
    for (int i = from + 1; i <= gutter.to(); i++) {
      boolean label = i < gutter.to() && gutter.labels() && beginsLabel(rows, i, gutter.x());
      if (i == gutter.to() || label) {
        columns(rows.subList(from, i), gutter.x(), depth);
        from = i;
      }
    }
    cut(chunks(rows.subList(gutter.to(), rows.size())), depth + 1);
  }

  private static boolean beginsLabel(List<Row> rows, int i, float x) {
    return (sides(rows.get(i), x) & 1) != 0 && (sides(rows.get(i - 1), x) & 1) == 0;
  }

  private void columns(List<Row> rows, float x, int depth) {
    List<Chunk> left = new ArrayList<>();
    List<Chunk> right = new ArrayList<>();
    for (Row row : rows) {
      for (Chunk chunk : row.chunks()) {
        (chunk.x0() >= x - 1 ? right : left).add(chunk);
      }
    }
    cut(leftwards ? right : left, depth + 1);
    cut(leftwards ? left : right, depth + 1);
  }

  private static List<Chunk> chunks(List<Row> rows) {
    List<Chunk> chunks = new ArrayList<>();
    rows.forEach(row -> chunks.addAll(row.chunks()));
    return chunks;
  }

  private static @Nullable Gutter best(List<Row> rows) {
    float size = usualSize(rows);
    TreeSet<Integer> edges = new TreeSet<>();
    TreeSet<Integer> once = new TreeSet<>();
    for (Row row : rows) {
      for (int i = 1; i < row.chunks().size() || i == 1; i++) {
        int edge = Math.round(row.chunks().get(Math.min(i, row.chunks().size() - 1)).x0());
        if (!once.add(edge)) {
          edges.add(edge);
        }
      }
    }
    Gutter best = null;
    for (int edge : edges) {
      Gutter found = longest(rows, edge, size);
      if (found != null && (best == null || found.score() > best.score())) {
        best = found;
      }
    }
    return best;
  }

  private static float usualSize(List<Row> rows) {
    float[] sizes = new float[rows.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = rows.get(i).size();
    }
    java.util.Arrays.sort(sizes);
    return sizes[sizes.length / 2];
  }

  private static @Nullable Gutter longest(List<Row> rows, float x, float size) {
    Gutter best = null;
    int from = 0;
    for (int i = 0; i <= rows.size(); i++) {
      if (i == rows.size() || crosses(rows.get(i), x, 0.8f * size)) {
        Gutter found = i - from >= FEWEST_ROWS ? gutter(rows, from, i, x, size) : null;
        if (found != null && (best == null || found.score() > best.score())) {
          best = found;
        }
        from = i + 1;
      }
    }
    return best;
  }

  private static boolean crosses(Row row, float x, float width) {
    for (Chunk chunk : row.chunks()) {
      if (chunk.x0() < x - 1 && chunk.x1() > x - width) {
        return true;
      }
    }
    return false;
  }

  /** The gutter of these rows, without rows at their ends that are no part of the columns. */
  private static @Nullable Gutter gutter(List<Row> rows, int from, int to, float x, float size) {
    int first = from;
    int last = to;
    while (first < last && sides(rows.get(first), x) != 3 && apart(rows, first, first + 1, size)) {
      first++;
    }
    while (last > first
        && sides(rows.get(last - 1), x) != 3
        && apart(rows, last - 2, last - 1, size)) {
      last--;
    }
    Side left = new Side();
    Side right = new Side();
    List<Chunk> drawn = new ArrayList<>();
    for (Row row : rows.subList(first, last)) {
      left.add(row.chunks().stream().filter(chunk -> chunk.x0() < x - 1).toList());
      right.add(row.chunks().stream().filter(chunk -> chunk.x0() >= x - 1).toList());
      drawn.addAll(row.chunks());
    }
    drawn.sort(Chunks.DRAWN);
    int changes = 0;
    for (int i = 1; i < drawn.size(); i++) {
      changes += (drawn.get(i).x0() < x - 1) == (drawn.get(i - 1).x0() < x - 1) ? 0 : 1;
    }
    int fewer = Math.min(left.rows, right.rows);
    boolean byColumns = changes <= Math.max(1, fewer / 6);
    boolean enough = fewer >= FEWEST_ROWS;
    boolean apart = fewer >= MANY_ROWS && changes == 1 && left.hasLetters() && right.hasLetters();
    boolean columns = apart || (enough && left.isText(byColumns) && right.isText(byColumns));
    boolean labels = !columns && fewer > 0 && left.areLabelsOf(right);
    if (!columns && !labels) {
      return null;
    }
    float height = rows.get(last - 1).y() - rows.get(first).y();
    return new Gutter(first, last, x, labels, (height + fewer) * (labels ? 0.5 : 1));
  }

  private static int sides(Row row, float x) {
    int sides = 0;
    for (Chunk chunk : row.chunks()) {
      sides |= chunk.x0() < x - 1 ? 1 : 2;
    }
    return sides;
  }

  /** Whether two rows are further apart than lines of a paragraph, or of other sizes. */
  private static boolean apart(List<Row> rows, int a, int b, float size) {
    if (a < 0 || b >= rows.size()) {
      return true;
    }
    Row above = rows.get(a);
    Row below = rows.get(b);
    float larger = Math.max(above.size(), below.size());
    return below.y() - above.y() > 1.7f * size
        || larger > 1.15f * Math.min(above.size(), below.size());
  }

  /** What stands on one side of a gutter. */
  private static final class Side {
    int rows;
    private int parts;
    private int words;
    private int characters;
    private int letters;
    private int flowing;
    private String before = ".";

    void add(List<Chunk> chunks) {
      if (chunks.isEmpty()) {
        return;
      }
      rows++;
      parts += Row.line(chunks).cells().size();
      String text =
          String.join(
              " ",
              chunks.stream()
                  .sorted(Comparator.comparingDouble(Chunk::x0))
                  .map(Chunk::text)
                  .toList());
      words += Math.max(words(text), wide(text) / 2);
      characters += text.length() + wide(text);
      for (int i = 0; i < text.length(); i++) {
        letters += Character.isLetter(text.charAt(i)) ? 1 : 0;
      }
      int first = text.codePointAt(0);
      boolean cased = Character.isLowerCase(first) || Character.isUpperCase(first);
      boolean open = ".!?:;".indexOf(before.charAt(before.length() - 1)) < 0;
      flowing +=
          Character.isLowerCase(first) || (!cased && open && Character.isLetter(first)) ? 1 : 0;
      before = text;
    }

    private static int words(String text) {
      int words = 1;
      for (int i = text.indexOf(' '); i >= 0; i = text.indexOf(' ', i + 1)) {
        words++;
      }
      return words;
    }

    private static int wide(String text) {
      int wide = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        wide += c >= 0x2E80 && Character.isIdeographic(c) ? 1 : 0;
      }
      return wide;
    }

    /** Whether few of these lines stand beside many of running text that has no columns itself. */
    boolean areLabelsOf(Side text) {
      return rows <= 0.7 * text.rows
          && text.rows >= FEWEST_ROWS
          && text.parts == text.rows
          && text.isText(false)
          && text.words >= 3.5 * text.rows
          && characters <= 0.6 * text.characters / text.rows * rows;
    }

    boolean hasLetters() {
      return letters > 0.4 * characters;
    }

    /** Whether it is running text; if the columns were drawn one after the other, less will do. */
    boolean isText(boolean byColumns) {
      boolean lettered = letters > 0.5 * characters;
      if (byColumns) {
        return lettered && words >= 2 * rows && characters >= 8 * rows;
      }
      return lettered && words >= 2.5 * rows && characters >= 12 * rows && flowing >= 0.3 * rows;
    }
  }
}
