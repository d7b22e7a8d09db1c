package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Parts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.TimeZone;
import org.apache.poi.ss.formula.IStabilityClassifier;
import org.apache.poi.ss.formula.WorkbookEvaluator;
import org.apache.poi.ss.formula.eval.BoolEval;
import org.apache.poi.ss.formula.eval.ErrorEval;
import org.apache.poi.ss.formula.eval.NotImplementedException;
import org.apache.poi.ss.formula.eval.NotImplementedFunctionException;
import org.apache.poi.ss.formula.eval.NumberEval;
import org.apache.poi.ss.formula.eval.StringEval;
import org.apache.poi.ss.formula.eval.ValueEval;
import org.apache.poi.util.LocaleUtil;
import org.jspecify.annotations.Nullable;

/**
 * What the formulas of an Excel workbook come to that have no stored result, by POI's functions.
 * Sheets are loaded when a formula asks for them, so a workbook without such formulas costs
 * nothing. What a formula needs is calculated before it, and not within it, so that a column of any
 * length needs no deep stack. Not safe to share.
 */
final class Calculation {
  /** More cells are not loaded: about 100 MB. */
  static final int MOST_CELLS = 1_000_000;

  /** More cells are not looked at, each as often as formulas do so; such as running totals. */
  static final long MOST_LOOKS = 100_000_000;

  /** A cell of Excel holds no more. */
  static final int MOST_CHARACTERS = 32_767;

  private final CellBook book;
  private final WorkbookEvaluator evaluator;

  Calculation(Workbook workbook, Parts parts) {
    book = new CellBook(workbook, parts);
    evaluator = new WorkbookEvaluator(book, IStabilityClassifier.TOTALLY_IMMUTABLE, null);
  }

  /** The result of a formula, or why there is none. */
  Result result(int sheet, int row, int column) throws IOException {
    Locale locale = LocaleUtil.getUserLocale();
    TimeZone zone = LocaleUtil.getUserTimeZone();
    LocaleUtil.setUserLocale(Locale.US); // of this thread
    LocaleUtil.setUserTimeZone(TimeZone.getTimeZone("UTC"));
    try {
      if (book.sheet(sheet).at(row, column) instanceof Unsolved cell) {
        solve(cell);
      }
      return stored(book.sheet(sheet).at(row, column));
    } catch (Uncalculated e) {
      return Result.none(e.why());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      LocaleUtil.setUserLocale(locale);
      LocaleUtil.setUserTimeZone(zone);
    }
  }

  /** Calculates what a formula needs, and then itself. */
  private void solve(Unsolved first) {
    Deque<Unsolved> open = new ArrayDeque<>();
    book.open(first);
    open.push(first);
    while (!open.isEmpty()) {
      Unsolved cell = open.element();
      Unsolved before = book.before(cell);
      if (before == null) {
        open.pop();
        calculate(cell);
      } else if (before.isOpen()) {
        before.fail("it leads back to itself");
      } else {
        book.open(before);
        open.push(before);
      }
    }
  }

  private void calculate(Unsolved cell) {
    if (cell.why() == null) {
      try {
        book.begin();
        ValueEval value = evaluator.evaluate(cell);
        check(value);
        book.solved(cell, value);
        return;
      } catch (Uncalculated e) {
        cell.fail(e.why());
      } catch (NotImplementedException e) {
        cell.fail(unknown(e));
      } catch (UncheckedIOException e) {
        throw e;
      } catch (RuntimeException e) { // of POI's functions, which throw many kinds
        cell.fail("it cannot be calculated");
      }
    }
    book.solved(cell, cell);
  }

  private static void check(ValueEval value) {
    if (value == ErrorEval.CIRCULAR_REF_ERROR) {
      throw new Uncalculated("it leads back to itself");
    }
    if (value == ErrorEval.NAME_INVALID) {
      throw new Uncalculated("it uses a name that is not known");
    }
    if (value == ErrorEval.VALUE_INVALID) { // POI's result of much that it does not know, too
      throw new Uncalculated("it comes to #VALUE!");
    }
    if (value instanceof StringEval text && text.getStringValue().length() > MOST_CHARACTERS) {
      throw new Uncalculated("its text is too long");
    }
  }

  private static String unknown(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof NotImplementedFunctionException function) {
        return function.getFunctionName() + " is not known";
      }
    }
    return "it cannot be calculated";
  }

  private static Result stored(@Nullable ValueEval value) {
    return switch (value) {
      case NumberEval number -> new Result("n", Double.toString(number.getNumberValue()), null);
      case StringEval text -> new Result("str", text.getStringValue(), null);
      case BoolEval truth -> new Result("b", truth.getBooleanValue() ? "1" : "0", null);
      case ErrorEval error -> new Result("e", error.getErrorString(), null);
      case Unsolved cell -> new Result("", "", cell.why());
      case null, default -> Result.none("it cannot be calculated");
    };
  }
}
