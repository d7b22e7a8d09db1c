package dev.ragwright.documents.sheet;

import org.apache.poi.ss.formula.EvaluationSheet;
import org.apache.poi.ss.formula.eval.BoolEval;
import org.apache.poi.ss.formula.eval.ErrorEval;
import org.apache.poi.ss.formula.eval.NumberEval;
import org.apache.poi.ss.formula.eval.StringEval;
import org.apache.poi.ss.formula.eval.ValueEval;
import org.apache.poi.ss.usermodel.CellType;

/** A cell that has a value, as POI's functions look at it. */
record Solved(EvaluationSheet sheet, int row, int column, ValueEval value) implements PlacedCell {
  @Override
  public CellType getCellType() {
    return switch (value) {
      case NumberEval number -> CellType.NUMERIC;
      case StringEval text -> CellType.STRING;
      case BoolEval truth -> CellType.BOOLEAN;
      default -> CellType.ERROR;
    };
  }

  @Override
  public CellType getCachedFormulaResultType() {
    return getCellType();
  }

  @Override
  public double getNumericCellValue() {
    return ((NumberEval) value).getNumberValue();
  }

  @Override
  public String getStringCellValue() {
    return ((StringEval) value).getStringValue();
  }

  @Override
  public boolean getBooleanCellValue() {
    return ((BoolEval) value).getBooleanValue();
  }

  @Override
  public int getErrorCellValue() {
    return ((ErrorEval) value).getErrorCode();
  }

  @Override
  public boolean isPartOfArrayFormulaGroup() {
    return false;
  }
}
