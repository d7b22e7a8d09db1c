package dev.ragwright.documents.sheet;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.poi.ss.formula.OperationEvaluationContext;
import org.apache.poi.ss.formula.atp.AnalysisToolPak;
import org.apache.poi.ss.formula.eval.BoolEval;
import org.apache.poi.ss.formula.eval.ErrorEval;
import org.apache.poi.ss.formula.eval.EvaluationException;
import org.apache.poi.ss.formula.eval.OperandResolver;
import org.apache.poi.ss.formula.eval.StringEval;
import org.apache.poi.ss.formula.eval.ValueEval;
import org.apache.poi.ss.formula.functions.FreeRefFunction;
import org.apache.poi.ss.formula.udf.UDFFinder;
import org.jspecify.annotations.Nullable;

/**
 * Functions in place of POI's: those that show numbers show them as cells do, and those that repeat
 * a text stop at what a cell may hold, so that no small workbook fills the memory.
 */
final class SheetFunctions implements UDFFinder {
  private static final String OURS = "RAGWRIGHT.";
  private static final Pattern NAMES =
      Pattern.compile(
          "\"[^\"]*\"|'[^']*'|_xlfn\\.(?:_xlws\\.)?"
              + "|(?<![A-Za-z0-9_.])(TEXT|REPT|SUBSTITUTE|TEXTJOIN)(?=\\()",
          Pattern.CASE_INSENSITIVE);

  private final Workbook workbook;

  SheetFunctions(Workbook workbook) {
    this.workbook = workbook;
  }

  /** A formula that calls these functions, and without the marks of newer ones. */
  static String renamed(String formula) {
    return NAMES
        .matcher(formula)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) != null
                        ? OURS + found.group(1)
                        : found.group().startsWith("_") ? "" : found.group()));
  }

  @Override
  public @Nullable FreeRefFunction findFunction(String name) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case OURS + "TEXT" -> (arguments, at) -> call(arguments, at, 2, 2, this::text);
      case OURS + "REPT" -> (arguments, at) -> call(arguments, at, 2, 2, SheetFunctions::repeat);
      case OURS + "SUBSTITUTE" ->
          (arguments, at) -> call(arguments, at, 3, 4, SheetFunctions::substitute);
      case OURS + "TEXTJOIN" -> SheetFunctions::join;
      default -> null;
    };
  }

  private interface Body {
    ValueEval of(ValueEval[] arguments) throws EvaluationException;
  }

  private static ValueEval call(
      ValueEval[] arguments, OperationEvaluationContext at, int least, int most, Body body) {
    if (arguments.length < least || arguments.length > most) {
      return ErrorEval.VALUE_INVALID;
    }
    try {
      ValueEval[] single = new ValueEval[arguments.length];
      for (int i = 0; i < single.length; i++) {
        single[i] =
            OperandResolver.getSingleValue(arguments[i], at.getRowIndex(), at.getColumnIndex());
      }
      return body.of(single);
    } catch (EvaluationException e) {
      return e.getErrorEval();
    }
  }

  private ValueEval text(ValueEval[] arguments) throws EvaluationException {
    NumberFormat format = NumberFormat.of(OperandResolver.coerceValueToString(arguments[1]));
    if (arguments[0] instanceof BoolEval truth) {
      return new StringEval(truth.getStringValue());
    }
    if (arguments[0] instanceof StringEval text
        && OperandResolver.parseDouble(text.getStringValue()) == null) {
      String shown = format.show(text.getStringValue());
      return new StringEval(shown == null ? "" : shown);
    }
    double number = OperandResolver.coerceValueToDouble(arguments[0]);
    BigDecimal exact = General.parse(Double.toString(number));
    return exact == null
        ? ErrorEval.VALUE_INVALID
        : new StringEval(format.show(exact, workbook.from1904()));
  }

  private static ValueEval repeat(ValueEval[] arguments) throws EvaluationException {
    String text = OperandResolver.coerceValueToString(arguments[0]);
    double times = OperandResolver.coerceValueToDouble(arguments[1]);
    return times < 0 || text.length() * Math.floor(times) > Calculation.MOST_CHARACTERS
        ? ErrorEval.VALUE_INVALID
        : new StringEval(text.repeat((int) times));
  }

  private static ValueEval substitute(ValueEval[] arguments) throws EvaluationException {
    String text = OperandResolver.coerceValueToString(arguments[0]);
    String from = OperandResolver.coerceValueToString(arguments[1]);
    String to = OperandResolver.coerceValueToString(arguments[2]);
    double which = arguments.length > 3 ? OperandResolver.coerceValueToDouble(arguments[3]) : 0;
    if (arguments.length > 3 && which < 1) {
      return ErrorEval.VALUE_INVALID;
    }
    if (from.isEmpty()) {
      return new StringEval(text);
    }
    StringBuilder out = new StringBuilder();
    int done = 0;
    int count = 0;
    for (int at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length())) {
      if (++count == (int) which || which == 0) {
        out.append(text, done, at).append(to);
        done = at + from.length();
        if (out.length() > Calculation.MOST_CHARACTERS) {
          return ErrorEval.VALUE_INVALID;
        }
      }
    }
    return new StringEval(out.append(text, done, text.length()).toString());
  }

  private static ValueEval join(ValueEval[] arguments, OperationEvaluationContext at) {
    if (arguments.length > 0
        && arguments[0] instanceof StringEval between
        && between.getStringValue().length() > 100) {
      throw new Uncalculated("its text is too long");
    }
    return AnalysisToolPak.instance.findFunction("TEXTJOIN").evaluate(arguments, at);
  }
}
