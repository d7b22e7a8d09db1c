package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the cells of one Excel sheet, row by row. */
final class Worksheet {
  private final Workbook book;
  private final int sheet;
  private final Notes notes;
  private final Merged merged;
  private final Grid grid;
  private final SharedFormulas formulas = new SharedFormulas();
  private final List<Cell> cells = new ArrayList<>();
  private final StringBuilder value = new StringBuilder();
  private int row = -1;
  private int column = -1;
  private final Set<String> reasons = new LinkedHashSet<>();
  private int withoutResult;
  private int missingTexts;
  private int outside;
  private boolean any;

  /**
   * Begins a sheet.
   *
   * @param sheet its number from 0
   */
  Worksheet(Workbook book, int sheet, Notes notes, Merged merged, Grid grid) {
    this.book = book;
    this.sheet = sheet;
    this.notes = notes;
    this.merged = merged;
    this.grid = grid;
  }

  /** Reads all rows. */
  void read(Xml xml) throws IOException {
    if (xml.find("sheetData")) {
      int rows = xml.depth();
      while (xml.nextIn(rows)) {
        if (xml.is("row")) {
          row(xml);
        } else {
          xml.skip();
        }
      }
    }
    rowsOfNotes(Integer.MAX_VALUE);
    grid.end();
  }

  private String shared(int index) {
    String text = book.string(index);
    missingTexts += text == null ? 1 : 0;
    return text == null ? "" : text;
  }

  /** How many cells name a shared text that is not there. */
  int missingTexts() {
    return missingTexts;
  }

  /** How many formulas have no result, neither stored nor calculated. */
  int withoutResult() {
    return withoutResult;
  }

  /** How many cells lie where no sheet has any. */
  int outside() {
    return outside;
  }

  /** Why formulas could not be calculated, in the order of their cells. */
  Set<String> reasons() {
    return reasons;
  }

  /** Whether any cell shows anything. */
  boolean any() {
    return any;
  }

  private void row(Xml xml) throws IOException {
    String number = xml.attribute("r");
    row = number == null ? row + 1 : CellName.row(number);
    column = -1;
    cells.clear();
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      if (xml.is("c")) {
        cell(xml);
      } else {
        xml.skip();
      }
    }
    rowsOfNotes(row);
    emit(row, cells);
  }

  /** Rows that hold nothing but notes. */
  private void rowsOfNotes(int end) {
    for (Integer next = notes.firstAbove(end); next != null; next = notes.firstAbove(end)) {
      emit(next, new ArrayList<>());
    }
  }

  private void emit(int index, List<Cell> cells) {
    Map<Integer, String> ofRow = notes.take(index);
    if (!ofRow.isEmpty()) {
      Map<Integer, String> left = new HashMap<>(ofRow);
      cells.replaceAll(
          cell -> {
            String note = left.remove(cell.column());
            return note == null
                ? cell
                : new Cell(cell.column(), cell.text() + " " + note, cell.words());
          });
      left.forEach((at, note) -> cells.add(new Cell(at, note, true)));
    }
    boolean ordered = true;
    for (int i = 1; i < cells.size(); i++) {
      ordered &= cells.get(i - 1).column() < cells.get(i).column();
    }
    if (!ordered) {
      cells.sort(Comparator.comparingInt(Cell::column));
    }
    any |= !cells.isEmpty();
    grid.row(index, cells);
  }

  private void cell(Xml xml) throws IOException {
    String name = xml.attribute("r");
    column = name == null ? column + 1 : CellName.column(name);
    String type = xml.attribute("t", "n");
    String style = xml.attribute("s");
    value.setLength(0);
    String text = null;
    String formula = null;
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      if (xml.is("v")) {
        textOf(xml);
      } else if (xml.is("f")) {
        formula = formulas.read(xml, row, column);
      } else if (xml.is("is")) {
        text = RichText.read(xml);
      } else {
        xml.skip();
      }
    }
    if (!Area.ALL.has(row, column)) {
      outside++;
      return;
    }
    if (merged.covers(row, column)) {
      return;
    }
    if (value.isEmpty() && text == null) {
      if (formula == null || type.equals("str")) {
        return;
      }
      Result result = book.result(sheet, row, column);
      if (result.why() != null) {
        uncalculated(formula, result.why());
        return;
      }
      type = result.type();
      value.append(result.text());
      text = type.equals("str") ? result.text() : null;
    }
    int number = style == null ? 0 : CellName.row(style) + 1;
    Cell cell = text == null ? valued(type, number) : worded(text, number);
    if (cell != null && !cell.text().isBlank()) {
      cells.add(cell);
    }
  }

  private void uncalculated(String formula, String why) {
    withoutResult++;
    if (reasons.size() <= Formulas.MOST_REASONS) {
      reasons.add(why);
    }
    String shown = formula.replaceAll("_xlfn\\.(_xlws\\.)?", ""); // marks of newer functions
    if (!shown.isEmpty()) {
      cells.add(new Cell(column, "=" + shown, false));
    }
  }

  private void textOf(Xml xml) {
    int inside = xml.depth();
    while (xml.next() && xml.depth() >= inside) {
      if (xml.isText()) {
        xml.addTextTo(value);
      }
    }
  }

  private @Nullable Cell valued(String type, int style) {
    String raw = value.toString();
    return switch (type) {
      case "s" -> worded(shared(CellName.row(raw) + 1), style);
      case "str" -> worded(RichText.unescape(raw), style);
      case "b" -> new Cell(column, raw.strip().equals("0") ? "FALSE" : "TRUE", false);
      case "e" -> new Cell(column, raw, false);
      case "d" -> day(raw, style);
      default -> number(raw, style);
    };
  }

  private @Nullable Cell worded(String text, int style) {
    String shown = book.format(style).show(text);
    if (shown == null) {
      return hidden(text);
    }
    return new Cell(column, shown, true);
  }

  private @Nullable Cell hidden(String text) {
    return book.options().hidden() == Unseen.MARK && !text.isBlank()
        ? new Cell(column, "[hidden: " + text + "]", true)
        : null;
  }

  private @Nullable Cell day(String raw, int style) {
    BigDecimal serial = Days.serial(raw, book.from1904());
    return serial == null ? worded(raw, style) : number(serial, style);
  }

  private @Nullable Cell number(String raw, int style) {
    BigDecimal number = General.parse(raw);
    return number == null ? worded(raw, style) : number(number, style);
  }

  /** Words in place of a number have it beside them, unless it is the 0 or 1 of a yes or no. */
  private @Nullable Cell number(BigDecimal number, int style) {
    NumberFormat format = book.format(style);
    String shown = format.show(number, book.from1904());
    if (!format.hidesDigits(number)) {
      return new Cell(column, shown, false);
    }
    String plain = General.show(number);
    if (shown.isEmpty()) {
      return hidden(plain);
    }
    boolean said = plain.equals("0") || plain.equals("1");
    return new Cell(column, said ? shown : shown + " (" + plain + ")", false);
  }
}
