package dev.ragwright.documents.sheet;

import org.apache.poi.ss.formula.EvaluationName;
import org.apache.poi.ss.formula.FormulaParser;
import org.apache.poi.ss.formula.FormulaType;
import org.apache.poi.ss.formula.ptg.NamePtg;
import org.apache.poi.ss.formula.ptg.Ptg;
import org.jspecify.annotations.Nullable;

/** A name that formulas use, of a workbook or of one sheet, as POI looks at it. */
final class DefinedName implements EvaluationName {
  private final Workbook.Name name;
  private final int index;
  private Ptg @Nullable [] tokens;

  DefinedName(Workbook.Name name, int index) {
    this.name = name;
    this.index = index;
  }

  /** The sheet from 0 that alone knows it, or -1. */
  int sheet() {
    return name.sheet();
  }

  /** Reads what it stands for. */
  void read(CellBook book) {
    if (tokens == null) {
      tokens = new Ptg[0]; // a name that stands for itself ends here
      tokens =
          FormulaParser.parse(
              SheetFunctions.renamed(name.formula()),
              book,
              FormulaType.NAMEDRANGE,
              Math.max(0, name.sheet()));
    }
  }

  Ptg[] tokens() {
    if (tokens == null || tokens.length == 0) {
      throw new Uncalculated("it uses a name that is not known");
    }
    return tokens;
  }

  @Override
  public String getNameText() {
    return name.name();
  }

  @Override
  public boolean isFunctionName() {
    return false;
  }

  @Override
  public boolean hasFormula() {
    return true;
  }

  @Override
  public Ptg[] getNameDefinition() {
    return tokens();
  }

  @Override
  public boolean isRange() {
    return true;
  }

  @Override
  public NamePtg createPtg() {
    return new NamePtg(index);
  }
}
