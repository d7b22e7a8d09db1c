package dev.ragwright.documents.html;

import dev.ragwright.documents.text.Tables;
import dev.ragwright.documents.text.TextWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jsoup.nodes.Element;

/**
 * A table of values, whose cells keep their columns: what spans several is in the first, and the
 * others are empty. A row that holds a heading parts it in two tables. A table that lays out a page
 * is none: it has a heading beside other cells, tables in it, lists or code without a header row,
 * or no row of two filled cells.
 */
final class HtmlTable {
  private static final int MOST_COLUMNS = 1_000; // as browsers allow a span
  private static final Set<String> PARTS = Set.of("thead", "tbody", "tfoot");
  private static final String HEADINGS = "h1, h2, h3, h4, h5, h6";

  private final TextWriter out;
  private final HtmlText inline;
  private final int[] goesOn = new int[MOST_COLUMNS]; // how many rows a cell still reaches down
  private final List<List<String>> texts = new ArrayList<>(); // of the rows so far
  private boolean firstIsHeader;
  private boolean hasHeaders;

  private HtmlTable(TextWriter out, HtmlText inline) {
    this.out = out;
    this.inline = inline;
  }

  static boolean isData(Element table) {
    String role = table.attr("role");
    if (role.equals("presentation") || role.equals("none")) {
      return false;
    }
    if (!table.select("table table").isEmpty()) {
      return false;
    }
    List<Element> rows = rows(table);
    if (rows.stream().anyMatch(row -> cells(row).size() > 1 && hasHeading(row))) {
      return false;
    }
    if (!table.select("pre, ul, ol, dl").isEmpty() && !isHeader(rows.getFirst())) {
      return false;
    }
    return rows.stream().anyMatch(HtmlTable::hasTwo);
  }

  private static List<Element> rows(Element table) {
    List<Element> rows = new ArrayList<>();
    for (Element part : table.children()) {
      if (part.normalName().equals("tr")) {
        rows.add(part);
      } else if (PARTS.contains(part.normalName())) {
        part.children().stream().filter(row -> row.normalName().equals("tr")).forEach(rows::add);
      }
    }
    return rows;
  }

  private static List<Element> cells(Element row) {
    return row.children().stream()
        .filter(cell -> cell.normalName().equals("td") || cell.normalName().equals("th"))
        .toList();
  }

  private static boolean hasTwo(Element row) {
    return cells(row).stream().filter(Element::hasText).limit(2).count() > 1;
  }

  private static boolean hasHeading(Element row) {
    return !row.select(HEADINGS).isEmpty();
  }

  /** Whether all its cells say that they are headers, or are in bold. */
  private static boolean isHeader(Element row) {
    List<Element> filled = cells(row).stream().filter(cell -> !cell.text().isBlank()).toList();
    return !filled.isEmpty()
        && ((row.parent() != null && row.parent().normalName().equals("thead"))
            || filled.stream().allMatch(HtmlTable::isBoldOrHeader));
  }

  private static boolean isBoldOrHeader(Element cell) {
    Element bold = cell.selectFirst("b, strong");
    return cell.normalName().equals("th") || (bold != null && bold.text().equals(cell.text()));
  }

  /** Writes the rows; a blank one is left out. */
  static void write(Element table, TextWriter out, HtmlText inline) {
    table.children().stream()
        .filter(part -> part.normalName().equals("caption"))
        .forEach(caption -> out.paragraph(inline.ofCell(caption)));
    HtmlTable writer = new HtmlTable(out, inline);
    writer.hasHeaders = !table.select("th, thead").isEmpty();
    for (Element row : rows(table)) {
      if (hasHeading(row)) {
        writer.end();
        inline.inside(row);
      } else {
        writer.row(row);
      }
    }
    writer.end();
  }

  private void row(Element row) {
    List<String> cells = new ArrayList<>();
    for (Element cell : cells(row)) {
      skip(cells);
      int wide = span(cell, "colspan");
      int high = span(cell, "rowspan");
      String text = inline.ofCell(cell);
      for (int i = 0; i < wide && cells.size() < MOST_COLUMNS; i++) {
        goesOn[cells.size()] = high - 1;
        cells.add(i == 0 ? text : "");
      }
    }
    skip(cells);
    if (cells.stream().anyMatch(text -> !text.isBlank())) {
      firstIsHeader = texts.isEmpty() ? isHeader(row) : firstIsHeader;
      texts.add(cells);
    }
  }

  private void end() {
    if (!texts.isEmpty()) {
      boolean seems =
          !hasHeaders
              && Tables.hasHeader(texts)
              && texts.get(1).stream().anyMatch(Tables::isNumber);
      out.beginTable(firstIsHeader || seems);
      texts.forEach(cells -> out.row(cells, -1, 0));
      texts.clear();
    }
  }

  private void skip(List<String> cells) {
    while (cells.size() < MOST_COLUMNS && goesOn[cells.size()] > 0) {
      goesOn[cells.size()]--;
      cells.add("");
    }
  }

  private static int span(Element cell, String attribute) {
    String value = cell.attr(attribute).strip();
    return value.matches("[1-9]\\d{0,3}") ? Math.min(Integer.parseInt(value), MOST_COLUMNS) : 1;
  }
}
