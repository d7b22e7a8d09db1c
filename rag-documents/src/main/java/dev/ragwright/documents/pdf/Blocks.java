package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Box;
import dev.ragwright.documents.pdf.Block.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes blocks of the rows of a region: paragraphs, items of lists, tables and code. */
final class Blocks {
  private static final int NEIGHBOURS = 5;
  private static final Pattern BULLET = Pattern.compile("([•◦▪‣●○■□➢✓✗∙·])\\s*(\\S.*)");
  private static final Pattern LABEL =
      Pattern.compile(
          "([–—*-]|\\(?(?:\\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\\[\\d{1,3}\\])\\s+(\\S.*)");

  private final List<Row> rows;
  private final Function<String, Integer> headings;
  private final boolean code;
  private final float right;
  private final float pitch;
  private final List<Block> blocks = new ArrayList<>();

  private Blocks(List<Row> rows, Function<String, Integer> headings, boolean code) {
    this.rows = rows;
    this.headings = headings;
    this.code = code;
    List<Float> pitches = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      float step = i == 0 ? 0 : rows.get(i).y() - rows.get(i - 1).y();
      if (i > 0 && step < 2.6f * rows.get(i).size()) {
        pitches.add(step / rows.get(i).size());
      }
    }
    right = edge(rows);
    float[] sorted = new float[pitches.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = pitches.get(i);
    }
    Arrays.sort(sorted);
    float middle = sorted.length == 0 ? 1.2f : sorted[sorted.length / 2];
    pitch = Math.clamp(middle, 1, sorted.length < 5 ? 1.5f : 3);
  }

  /**
   * Where lines end: the rightmost place where a fifth of them does, else where the longest does.
   */
  private static float edge(List<Row> rows) {
    float[] ends = new float[rows.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = rows.get(i).x1();
    }
    Arrays.sort(ends);
    int enough = Math.max(2, (ends.length + 4) / 5);
    int near = ends.length;
    for (int i = ends.length - 1; i >= 0; i--) {
      while (ends[near - 1] > ends[i] + 2) {
        near--;
      }
      if (near - i >= enough) {
        return ends[near - 1];
      }
    }
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  /**
   * The blocks of a region.
   *
   * @param headings gives the level of a heading by its text, or 0 for other text
   * @param code whether lines of fixed width are code
   */
  static List<Block> of(List<Row> rows, Function<String, Integer> headings, boolean code) {
    Blocks blocks = new Blocks(rows, headings, code);
    blocks.make();
    return blocks.blocks;
  }

  private void make() {
    int i = 0;
    while (i < rows.size()) {
      int heading = headingUntil(i);
      int level = heading == i ? 0 : headings.apply(text(i, heading));
      int fixed = code ? fixedUntil(i) : i;
      Tables.@Nullable Found table = level > 0 || fixed - i >= 2 ? null : Tables.at(rows, i);
      if (level > 0) {
        List<Line> lines = new ArrayList<>();
        rows.subList(i, heading).forEach(row -> lines.add(new Line(row.text(), false)));
        blocks.add(new Block.Heading(level, lines, box(i, heading)));
        i = heading;
      } else if (fixed - i >= 2) {
        blocks.add(new Block.Code(CodeText.of(rows.subList(i, fixed)), box(i, fixed)));
        i = fixed;
      } else if (table != null) {
        blocks.add(new Block.Table(table.cells(), box(i, table.to())));
        i = table.to();
      } else {
        i = paragraph(i);
      }
    }
  }

  /** Behind the rows that are a heading together; {@code from} if none is. */
  private int headingUntil(int from) {
    for (int to = from + 1; to <= Math.min(rows.size(), from + 3); to++) {
      if (headings.apply(text(from, to)) > 0) {
        return to;
      }
    }
    return from;
  }

  private String text(int from, int to) {
    if (to == from + 1) {
      return rows.get(from).text();
    }
    return String.join(" ", rows.subList(from, to).stream().map(Row::text).toList());
  }

  private int fixedUntil(int from) {
    int to = from;
    while (to < rows.size()
        && rows.get(to).fixed()
        && (to == from || rows.get(to).y() - rows.get(to - 1).y() < 4 * rows.get(to).size())) {
      to++;
    }
    return to;
  }

  private Box box(int from, int to) {
    Box box = Box.of(rows.get(from));
    for (Row row : rows.subList(from, to)) {
      box = box.and(Box.of(row));
    }
    return box;
  }

  /** Adds a paragraph or an item, and gives the row behind it. */
  private int paragraph(int from) {
    Matcher label = label(from);
    List<Line> lines = new ArrayList<>();
    int to = from;
    while (to < rows.size() && (to == from || goesOn(from, to, label != null))) {
      String text = rows.get(to).text();
      String shown = to == from && label != null ? label.group(2) : text;
      lines.add(new Line(shown, to + 1 == rows.size() || breaksAfter(to)));
      to++;
    }
    Box box = box(from, to);
    blocks.add(
        label == null
            ? new Block.Paragraph(lines, box)
            : new Block.Item(0, label.group(1), lines, box));
    return to;
  }

  private @Nullable Matcher label(int i) {
    String text = rows.get(i).text().replace('\t', ' ');
    Matcher bullet = BULLET.matcher(text);
    if (bullet.matches()) {
      return bullet;
    }
    Matcher label = LABEL.matcher(text);
    boolean begins =
        i == 0
            || breaksAfter(i - 1)
            || rows.get(i).y() - rows.get(i - 1).y() > 1.25f * pitch * rows.get(i).size();
    return begins && label.matches() ? label : null;
  }

  private boolean goesOn(int first, int i, boolean item) {
    Row above = rows.get(i - 1);
    Row row = rows.get(i);
    float larger = Math.max(above.size(), row.size());
    boolean near = row.y() - above.y() <= 1.3f * pitch * larger;
    boolean alike = larger <= 1.15f * Math.min(above.size(), row.size());
    if (!near || !alike || headingUntil(i) > i || label(i) != null) {
      return false;
    }
    if (isSplit(i) || isSplit(i - 1)) {
      return row.hasLeader() && above.hasLeader();
    }
    if ((code && fixedUntil(i) - i >= 2) || Tables.at(rows, i) != null) {
      return false;
    }
    float indent = row.x0() - above.x0();
    boolean hanging = item && i == first + 1;
    boolean breaks = breaksAfter(i - 1);
    boolean outside = row.x0() <= rows.get(first).x0() + 0.3f * row.size();
    if (item && breaks && (outside || (hanging && !Character.isLowerCase(row.text().charAt(0))))) {
      return false;
    }
    boolean ended = endsSentence(above.text());
    boolean indented = indent > 0.8f * row.size() && !hanging && !isCentred(above, row);
    return !(ended && (breaks || indented)) && !(breaks && indented);
  }

  /** Whether a row's parts stand apart by more than a justified line's, or below each other. */
  private boolean isSplit(int i) {
    Row row = rows.get(i);
    return row.isSplit()
        || (i > 0 && row.isAlignedWith(rows.get(i - 1)))
        || (i + 1 < rows.size() && row.isAlignedWith(rows.get(i + 1)));
  }

  private static boolean isCentred(Row above, Row row) {
    float shift = (above.x0() + above.x1()) / 2 - (row.x0() + row.x1()) / 2;
    return Math.abs(shift) < 0.5f * row.size();
  }

  private static boolean endsSentence(String text) {
    return ".!?:".indexOf(text.charAt(text.length() - 1)) >= 0;
  }

  /** Where lines end near a row: in a narrower block, further to the left than elsewhere. */
  private float right(int i) {
    float local = 0;
    float left = Float.POSITIVE_INFINITY;
    int from = i;
    int to = i + 1;
    while (from > 0 && i - from < NEIGHBOURS && isNear(from)) {
      from--;
    }
    while (to < rows.size() && to - i <= NEIGHBOURS && isNear(to)) {
      to++;
    }
    for (Row row : rows.subList(from, to)) {
      local = Math.max(local, row.x1());
      left = Math.min(left, row.x0());
    }
    int full = 0;
    for (Row row : rows.subList(from, to)) {
      full += row.x1() > left + 0.75f * (local - left) ? 1 : 0;
    }
    boolean narrower = local < right - 2 * rows.get(i).size();
    return narrower && to - from >= NEIGHBOURS && full >= 0.6f * (to - from) ? local : right;
  }

  /** Whether a row is a line below the one before. */
  private boolean isNear(int i) {
    return rows.get(i).y() - rows.get(i - 1).y() < 1.3f * pitch * rows.get(i).size();
  }

  /** Whether the next row's first word would have had room at the end of a row. */
  private boolean breaksAfter(int i) {
    Row row = rows.get(i);
    Row next = rows.get(i + 1);
    if (isSplit(i)) {
      return true;
    }
    String text = row.text();
    boolean leftwards = RightToLeft.isIn(text);
    boolean cut = Hyphens.isAtEnd(text);
    return !cut && !leftwards && row.x1() + next.firstWord() + 0.5f * row.size() < right(i);
  }
}
