package dev.ragwright.documents.sheet;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Formulas that are shown in place of a result that is not stored. */
final class Formulas {
  private static final Pattern PREFIX = Pattern.compile("^[A-Za-z]+:(?==)");
  private static final Pattern CELLS = Pattern.compile("\\[([^\\]\\[]*)\\]");

  /** Reasons that are told of one sheet. */
  static final int MOST_REASONS = 3;

  private static final boolean CALCULATED = isThere("org.apache.poi.ss.formula.WorkbookEvaluator");

  private Formulas() {}

  /**
   * Whether POI is there, by which they are calculated; classes that need it are not loaded else.
   */
  static boolean areCalculated() {
    return CALCULATED;
  }

  private static boolean isThere(String name) {
    try {
      Class.forName(name, false, Formulas.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** {@code of:=SUM([.B3:.D3])} as people write it: {@code =SUM(B3:D3)}. */
  static String ofOpenDocument(String formula) {
    String plain = PREFIX.matcher(formula).replaceFirst("");
    return CELLS
        .matcher(plain)
        .replaceAll(
            cells ->
                java.util.regex.Matcher.quoteReplacement(
                    cells.group(1).replaceAll("(^|:)\\.", "$1")));
  }

  /** What is told of formulas without a result, and why they are not calculated. */
  static String problem(int count, Set<String> reasons) {
    String told =
        count == 1
            ? "1 formula has no stored result, so it is shown itself"
            : String.format(
                Locale.ROOT,
                "%,d formulas have no stored result, so they are shown themselves",
                count);
    return told
        + ": "
        + reasons.stream().limit(MOST_REASONS).collect(Collectors.joining("; "))
        + (reasons.size() > MOST_REASONS ? "; and more" : "");
  }
}
