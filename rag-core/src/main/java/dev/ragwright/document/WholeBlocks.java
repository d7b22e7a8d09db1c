package dev.ragwright.document;

import dev.ragwright.markdown.MarkdownBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The stretches of a Markdown text that are not to be cut: a block of code or a table, with what
 * stands right above it, as far as all have few enough tokens together, since a paragraph, a
 * heading or another block says there what it is; of a block that has too many by itself, its rows
 * or lines. Each reaches from a visible character to the next one behind it; they ascend, and do
 * not overlap. Linear in the text. Immutable.
 *
 * @see <a href="https://github.github.com/gfm/#tables-extension-">Tables of GitHub's Markdown</a>
 */
final class WholeBlocks {
  static final WholeBlocks NONE = new WholeBlocks(List.of());

  private static final Pattern DASHES = Pattern.compile(" *:?-+:? *");

  /** The lines that stay together at the top of what is cut: those above the first row, and it. */
  private static final int TABLE_HEAD = 3;

  private static final int FENCE_HEAD = 2;

  private final int[] starts; // (stretch)
  private final int[] ends; // (stretch), exclusive

  /**
   * A block of code or a table, by whole lines.
   *
   * @param head how many of its lines stay together if it is cut
   * @param above where the heading and the paragraph right above it begin, as far as there are any
   * @param belowBlock whether another block is right above it instead
   */
  record Block(int start, int end, int head, List<Integer> above, boolean belowBlock) {}

  private WholeBlocks(List<int[]> stretches) {
    starts = stretches.stream().mapToInt(stretch -> stretch[0]).toArray();
    ends = stretches.stream().mapToInt(stretch -> stretch[1]).toArray();
  }

  static WholeBlocks of(String text, TokenSpans tokens, int maxTokens) {
    List<int[]> stretches = new ArrayList<>();
    boolean whole = false; // the last stretch has all of the block before
    for (Block block : blocks(text)) {
      int end = TextCutter.skipSpace(text, block.end());
      List<Integer> froms = new ArrayList<>(block.above());
      if (block.belowBlock() && whole) {
        froms.add(stretches.getLast()[0]);
      }
      froms.add(block.start());
      int from =
          froms.stream()
              .map(place -> TextCutter.skipSpace(text, place))
              .filter(place -> tokens.count(place, end) <= maxTokens)
              .findFirst()
              .orElse(-1);
      whole = from >= 0;
      if (whole) {
        if (block.belowBlock() && from < block.start() && stretches.getLast()[0] == from) {
          stretches.removeLast();
        }
        stretches.add(new int[] {from, end});
      } else {
        addLines(block, text, tokens, maxTokens, stretches);
      }
    }
    return new WholeBlocks(stretches);
  }

  private static void addLines(
      Block block, String text, TokenSpans tokens, int maxTokens, List<int[]> stretches) {
    int lines = 0;
    int from = block.start();
    for (int next = from; next < block.end(); ) {
      next = MarkdownHeadings.behindLine(text, next);
      lines++;
      if (lines >= block.head() || next >= block.end()) {
        int start = TextCutter.skipSpace(text, from);
        int end = TextCutter.skipSpace(text, next);
        if (start < next && tokens.count(start, end) <= maxTokens) {
          stretches.add(new int[] {start, end});
        }
        from = next;
      }
    }
  }

  /** Whether this very stretch is one of them. */
  boolean has(int start, int end) {
    int found = Arrays.binarySearch(starts, start);
    return found >= 0 && ends[found] == end;
  }

  /** Those of ascending places that are within none of them; their edges are outside. */
  int[] outside(int[] places) {
    if (starts.length == 0) {
      return places;
    }
    IntStream.Builder outside = IntStream.builder();
    int stretch = 0;
    for (int place : places) {
      while (stretch < ends.length && ends[stretch] <= place) {
        stretch++;
      }
      if (stretch == ends.length || place <= starts[stretch]) {
        outside.add(place);
      }
    }
    return outside.build().toArray();
  }

  /** The blocks of a text in their order, each with something visible in it. */
  static List<Block> blocks(String text) {
    Scan scan = new Scan();
    for (int start = MarkdownHeadings.behindFrontMatter(text); start < text.length(); ) {
      int next = MarkdownHeadings.behindLine(text, start);
      scan.read(MarkdownHeadings.withoutEnd(text.substring(start, next)), start, next);
      start = next;
    }
    scan.close();
    scan.found.removeIf(block -> text.substring(block.start(), block.end()).isBlank());
    return scan.found;
  }

  /** What stands right above a line; -1 where there is none. */
  private record Above(int heading, int paragraph, boolean block) {
    static final Above NOTHING = new Above(-1, -1, false);

    boolean isHeading() {
      return heading >= 0 && paragraph < 0;
    }

    List<Integer> starts() {
      return IntStream.of(heading, paragraph).filter(start -> start >= 0).boxed().toList();
    }
  }

  /** One pass over the lines. A block is open while {@code first >= 0}. */
  private static final class Scan {
    final List<Block> found = new ArrayList<>();
    private final MarkdownBlocks blocks = new MarkdownBlocks();
    private int first = -1; // where the open block begins
    private int behind; // the end of its last line
    private int head;
    private boolean fenced; // it is code between fences
    private Above aboveIt = Above.NOTHING;
    private Above above = Above.NOTHING;
    private Above aboveParagraph = Above.NOTHING;
    private String lastLine = ""; // of the paragraph, which a table may have as its header
    private int lastStart;

    void read(String raw, int start, int next) {
      MarkdownBlocks.Line line = blocks.next(raw);
      boolean table = first >= 0 && head == TABLE_HEAD;
      switch (line.kind()) {
        case FENCE -> {
          if (blocks.withinFence()) {
            close();
            open(start, FENCE_HEAD, above);
            fenced = true;
          }
          behind = next;
          if (!blocks.withinFence()) {
            close();
          }
        }
        case CODE -> {
          boolean goesOn = first >= 0 && !table && fenced == blocks.withinFence();
          if (!goesOn) {
            close();
            open(start, 1, above);
          }
          behind = next;
        }
        case TEXT -> {
          close();
          aboveParagraph = above;
          above = new Above(above.isHeading() ? above.heading() : -1, start, false);
          lastLine = line.content();
          lastStart = start;
        }
        case MORE -> {
          if (!table && isDelimiters(line.content())) {
            boolean alone = lastStart == above.paragraph();
            open(lastStart, TABLE_HEAD, alone ? aboveParagraph : above);
          }
          behind = next;
          lastLine = line.content();
          lastStart = start;
        }
        case HEADING -> {
          close();
          above = new Above(above.isHeading() ? above.heading() : start, -1, false);
        }
        case UNDERLINE -> {
          int title = above.heading() >= 0 ? above.heading() : above.paragraph();
          above = new Above(title, -1, false);
        }
        case NOTHING -> {
          boolean indented = first >= 0 && !fenced && !table;
          if (!raw.isBlank()) {
            close();
            above = Above.NOTHING;
          } else if (!indented) { // which may go on behind an empty line
            close();
          }
        }
        case HTML -> {
          close();
          above = Above.NOTHING;
        }
      }
    }

    /** Whether it is a row of dashes with as many cells as the line above it. */
    private boolean isDelimiters(String content) {
      if (content.indexOf('|') < 0 && lastLine.indexOf('|') < 0) {
        return false;
      }
      List<String> cells = cells(content);
      return cells.stream().allMatch(cell -> DASHES.matcher(cell).matches())
          && cells.size() == cells(lastLine).size();
    }

    private static List<String> cells(String row) {
      List<String> cells = new ArrayList<>();
      String content = row.strip();
      int start = content.startsWith("|") ? 1 : 0;
      for (int i = start; i < content.length(); i++) {
        if (content.charAt(i) == '|' && (i == 0 || content.charAt(i - 1) != '\\')) {
          cells.add(content.substring(start, i));
          start = i + 1;
        }
      }
      if (start < content.length()) {
        cells.add(content.substring(start));
      }
      return cells;
    }

    private void open(int start, int headLines, Above what) {
      first = start;
      head = headLines;
      fenced = false;
      aboveIt = what;
    }

    void close() {
      if (first >= 0) {
        found.add(new Block(first, behind, head, aboveIt.starts(), aboveIt.block()));
        above = new Above(-1, -1, true);
      }
      first = -1;
      fenced = false;
    }
  }
}
