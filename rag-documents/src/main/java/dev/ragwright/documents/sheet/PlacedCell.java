package dev.ragwright.documents.sheet;

import org.apache.poi.ss.formula.EvaluationCell;
import org.apache.poi.ss.formula.EvaluationSheet;
import org.apache.poi.ss.util.CellRangeAddress;

/** What POI's functions ask of a cell, as far as its place answers it. */
interface PlacedCell extends EvaluationCell {
  EvaluationSheet sheet();

  int row();

  int column();

  @Override
  default Object getIdentityKey() {
    return this;
  }

  @Override
  default EvaluationSheet getSheet() {
    return sheet();
  }

  @Override
  default int getRowIndex() {
    return row();
  }

  @Override
  default int getColumnIndex() {
    return column();
  }

  @Override
  default CellRangeAddress getArrayFormulaRange() {
    return new CellRangeAddress(row(), row(), column(), column());
  }
}
