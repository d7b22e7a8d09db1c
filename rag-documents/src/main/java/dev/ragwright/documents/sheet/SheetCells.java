package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Xml;
import dev.ragwright.text.LetterCase;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.poi.ss.formula.EvaluationCell;
import org.apache.poi.ss.formula.EvaluationSheet;
import org.apache.poi.ss.formula.eval.BoolEval;
import org.apache.poi.ss.formula.eval.ErrorEval;
import org.apache.poi.ss.formula.eval.NumberEval;
import org.apache.poi.ss.formula.eval.StringEval;
import org.apache.poi.ss.formula.eval.ValueEval;
import org.apache.poi.ss.usermodel.FormulaError;
import org.jspecify.annotations.Nullable;

/** The cells of a sheet as values, for formulas to look at. */
final class SheetCells implements EvaluationSheet {
  private static final int COLUMNS = 1 << 14;

  private final CellBook book;
  private final Map<Long, ValueEval> cells = new HashMap<>();
  private final NavigableMap<Long, Unsolved> unsolved = new TreeMap<>();
  private final Set<Integer> hidden = new HashSet<>();
  private int lastRow;

  SheetCells(CellBook book) {
    this.book = book;
  }

  static long key(int row, int column) {
    return (long) row * COLUMNS + column;
  }

  /** Loads all cells. */
  void load(Xml xml, Workbook workbook) {
    SharedFormulas formulas = new SharedFormulas();
    int row = -1;
    if (xml.find("sheetData")) {
      int rows = xml.depth();
      while (xml.nextIn(rows)) {
        String number = xml.attribute("r");
        row = number == null ? row + 1 : CellName.row(number);
        String hides = xml.attribute("hidden", "0");
        if (hides.equals("1") || hides.equals("true")) {
          hidden.add(row);
        }
        int column = -1;
        int inside = xml.depth();
        while (xml.nextIn(inside)) {
          String name = xml.attribute("r");
          column = name == null ? column + 1 : CellName.column(name);
          cell(xml, row, column, formulas, workbook);
        }
      }
    }
  }

  private void cell(Xml xml, int row, int column, SharedFormulas formulas, Workbook workbook) {
    String type = xml.attribute("t", "n");
    String value = "";
    String formula = null;
    boolean array = false;
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      if (xml.is("v")) {
        value = xml.text();
      } else if (xml.is("f")) {
        String kind = xml.attribute("t", "normal");
        String area = xml.attribute("ref", "");
        array = kind.equals("array");
        boolean several =
            kind.equals("dataTable")
                || (array && !Area.of(area).equals(new Area(row, column, row, column)));
        String text = formulas.read(xml, row, column);
        formula = several ? "" : text;
      } else if (xml.is("is")) {
        value = RichText.read(xml);
      } else {
        xml.skip();
      }
    }
    if (!Area.ALL.has(row, column)) {
      return;
    }
    if (value.isEmpty() && formula != null && !type.equals("str")) {
      boolean arrays = array || LetterCase.upper(formula).contains("SUMPRODUCT(");
      Unsolved cell = new Unsolved(this, row, column, formula, arrays);
      unsolved.put(key(row, column), cell);
      add(row, column, cell);
    } else if (!value.isEmpty() || type.equals("str")) {
      add(row, column, value(type, value, workbook));
    }
  }

  private void add(int row, int column, ValueEval value) {
    cells.put(key(row, column), value);
    lastRow = Math.max(lastRow, row);
    book.loaded();
  }

  private static ValueEval value(String type, String raw, Workbook workbook) {
    return switch (type) {
      case "s" -> {
        String text = workbook.string(CellName.row(raw) + 1);
        yield new StringEval(text == null ? "" : text);
      }
      case "str" -> new StringEval(RichText.unescape(raw));
      case "inlineStr" -> new StringEval(raw);
      case "b" -> BoolEval.valueOf(!raw.strip().equals("0"));
      case "e" -> error(raw.strip());
      case "d" -> number(Days.serial(raw, workbook.from1904()), raw);
      default -> number(General.parse(raw), raw);
    };
  }

  private static ValueEval number(@Nullable BigDecimal number, String raw) {
    return number == null ? new StringEval(raw) : new NumberEval(number.doubleValue());
  }

  private static ValueEval error(String name) {
    for (FormulaError error : FormulaError.values()) {
      if (error.getString().equals(name) && error.getCode() >= 0) {
        return ErrorEval.valueOf(error.getCode());
      }
    }
    return ErrorEval.VALUE_INVALID;
  }

  /** The value, a formula without one, or null. */
  @Nullable ValueEval at(int row, int column) {
    return cells.get(key(row, column));
  }

  /** The first formula of an area behind a key that is not calculated and could be; or null. */
  @Nullable Unsolved unsolved(Area area, long behind) {
    long from = Math.max(behind, key(area.top(), area.left()) - 1);
    long last = key(area.bottom(), area.right());
    Map.Entry<Long, Unsolved> next = unsolved.higherEntry(from);
    while (next != null && next.getKey() <= last) {
      int row = (int) (next.getKey() / COLUMNS);
      int column = (int) (next.getKey() % COLUMNS);
      book.looked(0);
      if (column > area.right()) {
        next = unsolved.higherEntry(key(row + 1, area.left()) - 1);
      } else if (column < area.left()) {
        next = unsolved.higherEntry(key(row, area.left()) - 1);
      } else {
        return next.getValue();
      }
    }
    return null;
  }

  /** A formula has its value, or is found to have none. */
  void solved(Unsolved cell, ValueEval value) {
    long key = key(cell.getRowIndex(), cell.getColumnIndex());
    cells.put(key, value);
    unsolved.remove(key);
  }

  @Override
  public @Nullable EvaluationCell getCell(int row, int column) {
    ValueEval value = cells.get(key(row, column));
    book.looked(value instanceof StringEval text ? text.getStringValue().length() : 0);
    if (value instanceof StringEval text) {
      CellBook.checkNoDay(text.getStringValue());
    }
    if (value == null) {
      return null;
    }
    return value instanceof Unsolved cell ? cell : new Solved(this, row, column, value);
  }

  @Override
  public void clearAllCachedResultValues() {}

  /** The last row that has a cell, from 0. */
  int lastRow() {
    return lastRow;
  }

  /**
   * Not the last that has a cell, since POI would cut areas there, which some functions measure.
   */
  @Override
  public int getLastRowNum() {
    return CellBook.LAST_ROW;
  }

  @Override
  public boolean isRowHidden(int row) {
    return hidden.contains(row);
  }
}
