package dev.ragwright.documents.sheet;

import org.apache.poi.ss.formula.eval.ValueEval;
import org.apache.poi.ss.formula.ptg.Ptg;
import org.apache.poi.ss.usermodel.CellType;
import org.jspecify.annotations.Nullable;

/** A formula that is not calculated yet, or cannot be. */
final class Unsolved implements PlacedCell, ValueEval {
  private final SheetCells sheet;
  private final int row;
  private final int column;
  private final String formula;
  private final boolean array;
  private Ptg @Nullable [] tokens;
  private @Nullable Needs needs;
  private boolean open;
  private @Nullable String why;

  Unsolved(SheetCells sheet, int row, int column, String formula, boolean array) {
    this.sheet = sheet;
    this.row = row;
    this.column = column;
    this.formula = formula;
    this.array = array;
  }

  String formula() {
    return formula;
  }

  /** Goes through what it needs. */
  void open(Ptg[] tokens, Needs needs) {
    this.tokens = tokens;
    this.needs = needs;
    open = true;
  }

  /** Whether what it needs is gone through now. */
  boolean isOpen() {
    return open;
  }

  /** It is calculated or cannot be. */
  void close() {
    open = false;
    needs = null;
    tokens = null;
  }

  Ptg @Nullable [] tokens() {
    return tokens;
  }

  @Nullable Needs needs() {
    return needs;
  }

  /** It cannot be calculated; the first reason stays. */
  void fail(String reason) {
    why = why == null ? reason : why;
  }

  /** Why it cannot be calculated, or null. */
  @Nullable String why() {
    return why;
  }

  @Override
  public SheetCells sheet() {
    return sheet;
  }

  @Override
  public int row() {
    return row;
  }

  @Override
  public int column() {
    return column;
  }

  @Override
  public CellType getCellType() {
    return CellType.FORMULA;
  }

  @Override
  public CellType getCachedFormulaResultType() {
    return CellType.BLANK;
  }

  @Override
  public double getNumericCellValue() {
    return 0;
  }

  @Override
  public String getStringCellValue() {
    return "";
  }

  @Override
  public boolean getBooleanCellValue() {
    return false;
  }

  @Override
  public int getErrorCellValue() {
    return 0;
  }

  @Override
  public boolean isPartOfArrayFormulaGroup() {
    return array;
  }
}
