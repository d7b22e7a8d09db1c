package dev.ragwright.documents.text;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Places;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.ReadProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a document's text, once and for all: blocks apart by an empty line, headings, list items,
 * code and table rows as Markdown writes them, and notes where what begins. Nothing is changed once
 * it is written, so that places hold. Lines end with a line feed. Not safe to share.
 *
 * <p>A long table is written as several, each with the header row above it, so that a passage cut
 * from its middle still says what a number is.
 */
public final class TextWriter {
  /** Rows of a table until its header is repeated: about a third of a usual passage. */
  private static final int TABLE_PIECE = 500;

  /** Characters until it is told again how far the text is. */
  private static final int STEP = 100_000;

  private static final int DEEPEST_INDENT = 20;

  private final StringBuilder out = new StringBuilder();
  private final Places.Builder places = Places.builder();
  private final int maxCharacters;
  private final IntConsumer grown;
  private int told;
  private boolean inList;
  private @Nullable List<String> header;
  private boolean headerRepeats = true;
  private int pieceStart;
  private boolean inCell;

  /** Refuses to write more units than this. */
  public TextWriter(int maxCharacters) {
    this.maxCharacters = maxCharacters;
    this.grown = characters -> {};
  }

  /** The text of a document: as long as the options allow, and they are told how far it is. */
  public TextWriter(String id, ReadOptions options) {
    this.maxCharacters = options.maxCharacters();
    this.grown =
        characters -> options.progress().accept(new ReadProgress(id, "characters", characters));
  }

  /** How much was written, which is where the next block will begin but for line feeds. */
  public int length() {
    return out.length();
  }

  /** A page begins. */
  public void page(String label) {
    places.page(nextBlock(), label);
  }

  /** A slide begins. */
  public void slide(int number) {
    places.slide(nextBlock(), number);
  }

  /** A sheet begins. */
  public void sheet(String name) {
    places.sheet(nextBlock(), name);
  }

  /**
   * A heading, unless it is blank.
   *
   * @param level 1 is the outermost; deeper ones than 6 are written as 6
   */
  public void heading(int level, String title) {
    String words = oneLine(title);
    if (words.isEmpty()) {
      return;
    }
    block();
    int start = out.length();
    write("#".repeat(Math.min(level, 6)) + " " + words + "\n");
    places.heading(start, out.length(), level, words);
  }

  /** A paragraph, unless it is blank; line feeds in it stay. */
  public void paragraph(String text) {
    paragraph(text, List.of());
  }

  /**
   * A page that begins within a paragraph.
   *
   * @param at where, in the paragraph's text
   */
  public record PageStart(int at, String label) {}

  /**
   * A paragraph that goes on on other pages, unless it is blank; line feeds in it stay. The pages'
   * places hold where no line has white space at its ends.
   */
  public void paragraph(String text, List<PageStart> pages) {
    String words = lines(text);
    if (words.isEmpty()) {
      return;
    }
    block();
    int start = out.length();
    write(words + "\n");
    for (PageStart page : pages) {
      places.page(start + Math.min(page.at(), words.length()), page.label());
    }
  }

  /**
   * An item of a list, directly below the item before.
   *
   * @param depth 0 is the outermost
   * @param label as it is seen, such as {@code 1.}, {@code a)} or {@code -}
   */
  public void item(int depth, String label, String text) {
    String words = lines(text);
    if (words.isEmpty()) {
      return;
    }
    if (!inList) {
      block();
    }
    String indent = "  ".repeat(Math.min(depth, DEEPEST_INDENT));
    String shown = label.isEmpty() ? "-" : label;
    write(indent + shown + " " + words.replace("\n", "\n" + indent + "  ") + "\n");
    inList = true;
  }

  /** Text that is taken as it is, between fences that it does not contain; unless it is blank. */
  public void code(String text) {
    String code = text.stripTrailing();
    if (code.isBlank()) {
      return;
    }
    int longest = 2;
    for (int i = 0, run = 0; i < code.length(); i++) {
      run = code.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    String fence = "`".repeat(longest + 1);
    block();
    write(fence + "\n" + code + "\n" + fence + "\n");
  }

  /**
   * A table begins.
   *
   * @param hasHeader whether its first row says what the others hold: only then is it repeated
   */
  public void beginTable(boolean hasHeader) {
    block();
    header = null;
    headerRepeats = hasHeader;
  }

  /**
   * A row of the table. Cells hold their place, so an empty one is an empty text.
   *
   * @param row the row in its sheet from 0, or -1 where cells have no names
   * @param firstColumn the column of the first cell, from 0
   */
  public void row(List<String> cells, int row, int firstColumn) {
    if (cells.stream().allMatch(String::isBlank)) {
      return;
    }
    List<String> first = header;
    if (first == null) {
      header = List.copyOf(cells);
      writeHeader(cells, row, firstColumn);
      return;
    }
    if (headerRepeats && out.length() - pieceStart > pieceLength(first)) {
      write("\n");
      writeHeader(first, -1, 0);
    }
    writeRow(cells, row, firstColumn);
  }

  private static int pieceLength(List<String> header) {
    int width = 0;
    for (String cell : header) {
      width += cell.length();
    }
    return Math.max(TABLE_PIECE, 3 * width);
  }

  private void writeHeader(List<String> cells, int row, int firstColumn) {
    pieceStart = out.length();
    if (row < 0) {
      noCell();
    }
    writeRow(cells, row, firstColumn);
    write("|" + " --- |".repeat(Math.max(1, cells.size())) + "\n");
  }

  private void writeRow(List<String> cells, int row, int firstColumn) {
    for (int i = 0; i < cells.size(); i++) {
      String words = oneLine(cells.get(i)).replace("|", "\\|");
      if (row >= 0 && !words.isEmpty()) {
        places.cell(out.length(), row, firstColumn + i);
        inCell = true;
      }
      write(words.isEmpty() ? "| " : "| " + words + " ");
    }
    write("|\n");
  }

  /** A paragraph that is one cell of a sheet. */
  public void cellParagraph(String text, int row, int column) {
    String words = lines(text);
    if (!words.isEmpty()) {
      block();
      places.cell(out.length(), row, column);
      inCell = true;
      write(words + "\n");
    }
  }

  /** What was written, with the places noted. */
  public Document document(String id, Metadata metadata) {
    return new Document(id, out.toString(), metadata, places.build());
  }

  private int nextBlock() {
    block();
    return out.length();
  }

  /** What is written now is in no cell. */
  private void noCell() {
    if (inCell) {
      places.noCell(out.length());
      inCell = false;
    }
  }

  private void block() {
    inList = false;
    noCell();
    if (!out.isEmpty() && !(out.length() > 1 && out.charAt(out.length() - 2) == '\n')) {
      write("\n");
    }
  }

  private void write(String text) {
    if (text.length() > maxCharacters - out.length()) {
      throw new DocumentReadException(Limits.tooLong(maxCharacters));
    }
    out.append(text);
    if (out.length() - told >= STEP) {
      told = out.length();
      grown.accept(told);
    }
  }

  /** Lines without white space around them, and no empty one. */
  private static String lines(String text) {
    List<String> lines = new ArrayList<>();
    text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(lines::add);
    return String.join("\n", lines);
  }

  /** White space folded to single spaces; a no-break space is none. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean space = Character.isWhitespace(c);
      if (!space) {
        line.append(c);
      } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
        line.append(' ');
      }
    }
    return line.toString().strip();
  }
}
