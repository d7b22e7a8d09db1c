package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Xml;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Formulas that several cells have, each with its own cells in it. */
final class SharedFormulas {
  /** Quoted text and names of sheets stay; so do names of functions, and longer names. */
  private static final Pattern CELLS =
      Pattern.compile(
          "\"[^\"]*\"|'[^']*'|(?<![A-Za-z0-9_.$])(\\$?)([A-Za-z]{1,3})(\\$?)([0-9]{1,7})"
              + "(?![A-Za-z0-9_.(!])");

  private final Map<String, Shared> shared = new HashMap<>();

  private record Shared(String formula, int row, int column) {}

  /** The formula of a cell, whose element begins here; empty if it is not there. */
  String read(Xml xml, int row, int column) {
    String id = xml.attribute("si");
    boolean isShared = xml.attribute("t", "").equals("shared") && id != null;
    String text = xml.text();
    if (!isShared || id == null) {
      return text;
    }
    if (!text.isEmpty()) {
      add(id, text, row, column);
      return text;
    }
    String moved = at(id, row, column);
    return moved == null ? "" : moved;
  }

  /** The first cell of a shared formula. */
  private void add(String id, String formula, int row, int column) {
    shared.put(id, new Shared(formula, row, column));
  }

  /** The formula as another cell has it; null if there is none of this id. */
  private @Nullable String at(String id, int row, int column) {
    Shared first = shared.get(id);
    if (first == null) {
      return null;
    }
    Matcher cells = CELLS.matcher(first.formula);
    StringBuilder moved = new StringBuilder();
    while (cells.find()) {
      String cell =
          cells.group(2) == null
              ? cells.group()
              : cells.group(1)
                  + column(cells.group(1), cells.group(2), column - first.column)
                  + cells.group(3)
                  + row(cells.group(3), cells.group(4), row - first.row);
      cells.appendReplacement(moved, Matcher.quoteReplacement(cell));
    }
    return cells.appendTail(moved).toString();
  }

  private static String column(String fixed, String name, int by) {
    return fixed.isEmpty() ? CellName.ofColumn(CellName.column(name) + by) : name;
  }

  private static String row(String fixed, String number, int by) {
    return fixed.isEmpty() ? Integer.toString(Integer.parseInt(number) + by) : number;
  }
}
