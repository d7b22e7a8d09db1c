package dev.ragwright.documents.html;

import dev.ragwright.documents.text.TextWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jsoup.nodes.Element;

/**
 * A table of values, whose cells keep their columns: what spans several is in the first, and the
 * others are empty. A table that lays out a page is none: it has headings, lists, code or tables in
 * it, or a single column.
 */
final class HtmlTable {
  private static final int MOST_COLUMNS = 1_000; // as browsers allow a span
  private static final Set<String> PARTS = Set.of("thead", "tbody", "tfoot");

  private HtmlTable() {}

  static boolean isData(Element table) {
    String role = table.attr("role");
    if (role.equals("presentation") || role.equals("none")) {
      return false;
    }
    if (!table.select("table table, h1, h2, h3, h4, h5, h6, pre, ul, ol, dl").isEmpty()) {
      return false;
    }
    return rows(table).stream().anyMatch(row -> cells(row).size() > 1);
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

  /** Writes the rows; a blank one is left out. */
  static void write(Element table, TextWriter out, HtmlText inline) {
    int[] goesOn = new int[MOST_COLUMNS]; // how many rows a cell still reaches down, by column
    table.children().stream()
        .filter(part -> part.normalName().equals("caption"))
        .forEach(caption -> out.paragraph(inline.ofCell(caption)));
    out.beginTable();
    for (Element row : rows(table)) {
      List<String> texts = new ArrayList<>();
      for (Element cell : cells(row)) {
        skip(goesOn, texts);
        int wide = span(cell, "colspan");
        int high = span(cell, "rowspan");
        String text = inline.ofCell(cell);
        for (int i = 0; i < wide && texts.size() < MOST_COLUMNS; i++) {
          goesOn[texts.size()] = high - 1;
          texts.add(i == 0 ? text : "");
        }
      }
      skip(goesOn, texts);
      if (texts.stream().anyMatch(text -> !text.isBlank())) {
        out.row(texts, -1, 0);
      }
    }
  }

  private static void skip(int[] goesOn, List<String> texts) {
    while (texts.size() < MOST_COLUMNS && goesOn[texts.size()] > 0) {
      goesOn[texts.size()]--;
      texts.add("");
    }
  }

  private static int span(Element cell, String attribute) {
    String value = cell.attr(attribute).strip();
    return value.matches("[1-9]\\d{0,3}") ? Math.min(Integer.parseInt(value), MOST_COLUMNS) : 1;
  }
}
