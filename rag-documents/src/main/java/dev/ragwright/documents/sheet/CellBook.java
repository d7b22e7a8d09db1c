package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Xml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.poi.ss.SpreadsheetVersion;
import org.apache.poi.ss.formula.EvaluationCell;
import org.apache.poi.ss.formula.EvaluationName;
import org.apache.poi.ss.formula.EvaluationSheet;
import org.apache.poi.ss.formula.EvaluationWorkbook;
import org.apache.poi.ss.formula.FormulaParseException;
import org.apache.poi.ss.formula.FormulaParser;
import org.apache.poi.ss.formula.FormulaParsingWorkbook;
import org.apache.poi.ss.formula.FormulaType;
import org.apache.poi.ss.formula.SheetIdentifier;
import org.apache.poi.ss.formula.SheetRangeIdentifier;
import org.apache.poi.ss.formula.atp.AnalysisToolPak;
import org.apache.poi.ss.formula.eval.ValueEval;
import org.apache.poi.ss.formula.ptg.AbstractFunctionPtg;
import org.apache.poi.ss.formula.ptg.Area3DPxg;
import org.apache.poi.ss.formula.ptg.AreaPtg;
import org.apache.poi.ss.formula.ptg.AreaPtgBase;
import org.apache.poi.ss.formula.ptg.NamePtg;
import org.apache.poi.ss.formula.ptg.NameXPtg;
import org.apache.poi.ss.formula.ptg.NameXPxg;
import org.apache.poi.ss.formula.ptg.PowerPtg;
import org.apache.poi.ss.formula.ptg.Ptg;
import org.apache.poi.ss.formula.ptg.Ref3DPxg;
import org.apache.poi.ss.formula.ptg.RefPtg;
import org.apache.poi.ss.formula.ptg.RefPtgBase;
import org.apache.poi.ss.formula.ptg.StringPtg;
import org.apache.poi.ss.formula.ptg.UnaryMinusPtg;
import org.apache.poi.ss.formula.udf.AggregatingUDFFinder;
import org.apache.poi.ss.formula.udf.UDFFinder;
import org.apache.poi.ss.usermodel.Name;
import org.apache.poi.ss.usermodel.Table;
import org.apache.poi.ss.util.AreaReference;
import org.apache.poi.ss.util.CellReference;
import org.jspecify.annotations.Nullable;

/** A workbook as POI's functions look at it: its sheets, loaded when asked for, and its names. */
final class CellBook implements EvaluationWorkbook, FormulaParsingWorkbook {
  static final int LAST_ROW = Area.ALL.bottom();
  private static final int LONGEST_FORMULA = 8192;
  private static final int MOST_CHARACTERS_A_FORMULA = 10_000_000;

  /**
   * Formulas that are reached while another is calculated: through {@code INDIRECT} and its kin.
   */
  private static final int MOST_WITHIN = 100;

  /** What a person sees of these depends on when or where the file is open. */
  private static final Set<String> CHANGING =
      Set.of("NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO");

  /** Of these the size of an area counts, and whole columns are cut here. */
  private static final Set<String> MEASURING = Set.of("ROWS", "COUNTBLANK", "OFFSET");

  /** Of these POI's results were found to be other than those of spreadsheet programs. */
  private static final Set<String> UNSURE =
      Set.of(
          "ROMAN",
          "NORM.S.DIST",
          "TRANSPOSE",
          "MINVERSE",
          "MMULT",
          "FREQUENCY",
          "LOOKUP",
          "STDEV",
          "TREND");

  /** Signs in a row, which the parser goes into each other for. */
  private static final Pattern DEEP = Pattern.compile("[-+\\s]{64}");

  private static final Pattern DAY =
      Pattern.compile(
          "\\s*(\\d{1,4}[-/]\\w{1,9}[-/]\\d{1,4}|(\\d{1,2}|[A-Za-z]{3,9})[-/]\\d{1,2}"
              + "|\\d{1,2}[-. ]{1,2}[A-Za-z]{3,9}( \\d{4})?|\\d{1,2}:\\d{1,2}(:[\\d.]+)?)(\\s.*)?");

  private final Workbook workbook;
  private final Parts parts;
  private final Map<Integer, SheetCells> sheets = new HashMap<>();
  private final List<DefinedName> names = new ArrayList<>();
  private final UDFFinder functions;
  private int loaded;
  private long looks;
  private long characters;
  private int within;

  CellBook(Workbook workbook, Parts parts) {
    this.workbook = workbook;
    this.parts = parts;
    this.functions =
        new AggregatingUDFFinder(new SheetFunctions(workbook), AnalysisToolPak.instance);
    for (Workbook.Name name : workbook.names()) {
      names.add(new DefinedName(name, names.size()));
    }
  }

  /** A sheet's cells. */
  SheetCells sheet(int index) {
    SheetCells cells = sheets.get(index);
    if (cells == null) {
      if (index < 0 || index >= workbook.sheets().size()) {
        throw new Uncalculated("it names a sheet that is not there");
      }
      if (workbook.from1904()) {
        throw new Uncalculated("days of the workbook count from 1904");
      }
      cells = new SheetCells(this);
      sheets.put(index, cells);
      String part = workbook.sheets().get(index).part();
      if (parts.has(part)) {
        try (Xml xml = parts.xml(part)) {
          cells.load(xml, workbook);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return cells;
  }

  /** A cell is loaded. */
  void loaded() {
    if (++loaded > Calculation.MOST_CELLS) {
      throw tooManyCells();
    }
  }

  private static Uncalculated tooManyCells() {
    return new Uncalculated(
        String.format(
            Locale.ROOT, "more than %,d cells would have to be loaded", Calculation.MOST_CELLS));
  }

  /** A cell with this many characters is looked at. */
  void looked(int length) {
    characters += length;
    if (++looks > Calculation.MOST_LOOKS || characters > MOST_CHARACTERS_A_FORMULA) {
      throw new Uncalculated("it takes too long");
    }
  }

  /** The next formula is calculated. */
  void begin() {
    within = 0;
    characters = 0;
  }

  /** Reads a formula, and begins to go through what it needs. */
  void open(Unsolved cell) {
    Ptg[] tokens = {};
    List<Needs.Block> blocks = new ArrayList<>();
    try {
      if (loaded > Calculation.MOST_CELLS) {
        throw tooManyCells();
      }
      tokens = read(cell);
      needs(tokens, getSheetIndex(cell.getSheet()), blocks, 0);
    } catch (Uncalculated e) {
      cell.fail(e.why());
      blocks.clear();
    } catch (FormulaParseException | IllegalStateException | IllegalArgumentException e) {
      cell.fail("it is not understood");
      blocks.clear();
    }
    cell.open(tokens, new Needs(blocks));
  }

  /** The next formula that a formula needs; null if there is no more. */
  @Nullable Unsolved before(Unsolved cell) {
    Needs needs = cell.needs();
    try {
      return needs == null || cell.why() != null ? null : needs.next();
    } catch (Uncalculated e) {
      cell.fail(e.why());
      return null;
    }
  }

  /** A formula has its value, or is itself if it has none. */
  void solved(Unsolved cell, ValueEval value) {
    cell.close();
    cell.sheet().solved(cell, value);
  }

  private Ptg[] read(Unsolved cell) {
    String formula = cell.formula();
    if (formula.isEmpty()) {
      throw new Uncalculated("it fills several cells");
    }
    if (formula.length() > LONGEST_FORMULA || DEEP.matcher(formula).find()) {
      throw new Uncalculated("it is not understood");
    }
    return FormulaParser.parse(
        SheetFunctions.renamed(formula),
        this,
        cell.isPartOfArrayFormulaGroup() ? FormulaType.ARRAY : FormulaType.CELL,
        getSheetIndex(cell.getSheet()),
        cell.getRowIndex());
  }

  private void needs(Ptg[] tokens, int sheet, List<Needs.Block> blocks, int depth) {
    boolean columns = false;
    for (Ptg token : tokens) {
      columns |= token instanceof AreaPtgBase area && area.getLastRow() == LAST_ROW;
      checkKnown(token, columns);
    }
    checkSigns(tokens);
    int first = blocks.size();
    for (Ptg token : tokens) {
      switch (token) {
        case Ref3DPxg cell ->
            range(cell.getSheetName(), cell.getLastSheetName(), area(cell), blocks);
        case Area3DPxg area ->
            range(area.getSheetName(), area.getLastSheetName(), area(area), blocks);
        case RefPtg cell -> blocks.add(new Needs.Block(sheet(sheet), area(cell)));
        case AreaPtg area -> blocks.add(new Needs.Block(sheet(sheet), area(area)));
        case NamePtg name -> {
          if (depth > 10) {
            throw new Uncalculated("it leads back to itself");
          }
          DefinedName named = names.get(name.getIndex());
          checkFixed(named.tokens());
          needs(named.tokens(), Math.max(0, named.sheet()), blocks, depth + 1);
        }
        default -> {} // needs no cell
      }
    }
    cutColumns(tokens, blocks.subList(first, blocks.size()));
  }

  private static void checkKnown(Ptg token, boolean wholeColumns) {
    String function = function(token);
    if (CHANGING.contains(function)) {
      throw new Uncalculated(function + " changes with time and place");
    }
    if (UNSURE.contains(function) || (wholeColumns && MEASURING.contains(function))) {
      throw new Uncalculated(function + " is not known");
    }
    if (token instanceof StringPtg text) {
      checkNoDay(text.getValue());
    }
  }

  /** Spreadsheet programs read {@code -2^2} as 4, POI as -4. */
  private static void checkSigns(Ptg[] tokens) {
    for (int i = 1; i < tokens.length; i++) {
      if (tokens[i] instanceof UnaryMinusPtg && tokens[i - 1] instanceof PowerPtg) {
        throw new Uncalculated("a sign before a power is read in two ways");
      }
    }
  }

  /** Whole columns end where the longest of the sheets does, so that functions do not go on. */
  private static void cutColumns(Ptg[] tokens, List<Needs.Block> blocks) {
    int last = 0;
    for (Needs.Block block : blocks) {
      last = Math.max(last, block.sheet().lastRow());
    }
    for (Ptg token : tokens) {
      if (token instanceof AreaPtgBase area && area.getLastRow() == LAST_ROW) {
        area.setLastRow(Math.max(last, area.getFirstRow()));
      }
    }
  }

  private static String function(Ptg token) {
    return switch (token) {
      case AbstractFunctionPtg function -> function.getName().toUpperCase(Locale.ROOT);
      case NameXPxg name -> name.getNameName().toUpperCase(Locale.ROOT);
      default -> "";
    };
  }

  private void range(String from, @Nullable String to, Area area, List<Needs.Block> blocks) {
    int first = getSheetIndex(from);
    int last = to == null ? first : getSheetIndex(to);
    for (int i = first; i <= last; i++) {
      blocks.add(new Needs.Block(sheet(i), area));
    }
  }

  private static Area area(RefPtgBase cell) {
    return new Area(cell.getRow(), cell.getColumn(), cell.getRow(), cell.getColumn());
  }

  private static Area area(AreaPtgBase area) {
    return new Area(
        area.getFirstRow(), area.getFirstColumn(), area.getLastRow(), area.getLastColumn());
  }

  /** POI does not move the relative cells of a name to where the name is used. */
  private static void checkFixed(Ptg[] tokens) {
    for (Ptg token : tokens) {
      boolean moves =
          (token instanceof RefPtgBase cell && (cell.isRowRelative() || cell.isColRelative()))
              || (token instanceof AreaPtgBase area
                  && (area.isFirstRowRelative() || area.isFirstColRelative()));
      if (moves) {
        throw new Uncalculated("it uses a name that moves with its cell");
      }
    }
  }

  /** POI reads days out of texts by the machine's zone and, where they have none, this year. */
  static void checkNoDay(String text) {
    if (text.length() > 2 && text.length() < 40 && DAY.matcher(text).matches()) {
      throw new Uncalculated("it may read a day out of a text");
    }
  }

  @Override
  public Ptg[] getFormulaTokens(EvaluationCell cell) {
    if (!(cell instanceof Unsolved formula)) {
      return new Ptg[0];
    }
    if (formula.why() != null) {
      throw new Uncalculated(formula.why());
    }
    Ptg[] tokens = formula.tokens();
    if (tokens != null) {
      return tokens;
    }
    if (++within > MOST_WITHIN) {
      throw new Uncalculated("it goes too deep");
    }
    tokens = read(formula);
    needs(tokens, getSheetIndex(formula.getSheet()), new ArrayList<>(), 0);
    return tokens;
  }

  @Override
  public @Nullable EvaluationName getName(String name, int sheet) {
    DefinedName found = null;
    for (DefinedName each : names) {
      if (each.getNameText().equalsIgnoreCase(name)
          && (each.sheet() == sheet || (each.sheet() < 0 && found == null))) {
        found = each;
      }
    }
    if (found != null) {
      found.read(this);
    }
    return found;
  }

  @Override
  public EvaluationName getName(NamePtg name) {
    return names.get(name.getIndex());
  }

  @Override
  public Ptg getNameXPtg(String name, @Nullable SheetIdentifier sheet) {
    return new NameXPxg(sheet == null ? null : name(sheet), name);
  }

  private static String name(SheetIdentifier sheet) {
    if (sheet.getBookName() != null) {
      throw new Uncalculated("it needs another workbook");
    }
    return sheet.getSheetIdentifier().getName();
  }

  /** The sheets that a reference names, checked to be there. */
  private SheetIdentifier checked(SheetIdentifier sheet) {
    if (getSheetIndex(name(sheet)) < 0
        || (sheet instanceof SheetRangeIdentifier range
            && getSheetIndex(range.getLastSheetIdentifier().getName()) < 0)) {
      throw new Uncalculated("it names a sheet that is not there");
    }
    return sheet;
  }

  @Override
  public Ptg get3DReferencePtg(CellReference cell, SheetIdentifier sheet) {
    return new Ref3DPxg(checked(sheet), cell);
  }

  @Override
  public Ptg get3DReferencePtg(AreaReference area, SheetIdentifier sheet) {
    return new Area3DPxg(checked(sheet), area);
  }

  @Override
  public ExternalSheet getExternalSheet(@Nullable String first, @Nullable String last, int book) {
    return last == null || last.equals(first)
        ? new ExternalSheet(null, first)
        : new ExternalSheetRange(null, first, last);
  }

  @Override
  public int getSheetIndex(@Nullable String name) {
    for (int i = 0; i < workbook.sheets().size(); i++) {
      if (workbook.sheets().get(i).name().equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int getSheetIndex(EvaluationSheet sheet) {
    for (Map.Entry<Integer, SheetCells> entry : sheets.entrySet()) {
      if (entry.getValue() == sheet) {
        return entry.getKey();
      }
    }
    return -1;
  }

  @Override
  public EvaluationSheet getSheet(int index) {
    return sheet(index);
  }

  @Override
  public String getSheetName(int index) {
    return workbook.sheets().get(index).name();
  }

  @Override
  public UDFFinder getUDFFinder() {
    return functions;
  }

  @Override
  public SpreadsheetVersion getSpreadsheetVersion() {
    return SpreadsheetVersion.EXCEL2007;
  }

  @Override
  public @Nullable Table getTable(String name) {
    throw new Uncalculated("it names columns of a table");
  }

  @Override
  public void clearAllCachedResultValues() {}

  @Override
  public Name createName() {
    throw new Uncalculated("it is not understood");
  }

  // What follows is asked for in workbooks of the old format alone.

  @Override
  public ExternalSheet getExternalSheet(int index) {
    throw new Uncalculated("it is not understood");
  }

  @Override
  public int convertFromExternSheetIndex(int index) {
    throw new Uncalculated("it is not understood");
  }

  @Override
  public ExternalName getExternalName(int sheet, int name) {
    throw new Uncalculated("it is not understood");
  }

  @Override
  public ExternalName getExternalName(String name, String sheet, int book) {
    throw new Uncalculated("it is not understood");
  }

  @Override
  public String resolveNameXText(NameXPtg name) {
    throw new Uncalculated("it is not understood");
  }

  @Override
  public int getExternalSheetIndex(String sheet) {
    throw new Uncalculated("it is not understood");
  }

  @Override
  public int getExternalSheetIndex(String book, String sheet) {
    throw new Uncalculated("it is not understood");
  }
}
