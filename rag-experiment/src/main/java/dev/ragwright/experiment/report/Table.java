package dev.ragwright.experiment.report;

import java.util.Locale;
import org.jsoup.nodes.Element;

/** A table with a caption that scrolls by itself where the page is too narrow. */
final class Table {
  private final Element head;
  private final Element body;
  private final boolean sortable;

  private Table(Element head, Element body, boolean sortable) {
    this.head = head;
    this.body = body;
    this.sortable = sortable;
  }

  /** An empty table; a sortable one has heads that a script makes into buttons. */
  static Table in(Element parent, String caption, boolean sortable) {
    Element scroll =
        parent
            .appendElement("div")
            .addClass("scroll")
            .attr("tabindex", "0")
            .attr("role", "region")
            .attr("aria-label", caption);
    Element table = scroll.appendElement("table");
    if (sortable) {
      table.addClass("sortable");
    }
    table.appendElement("caption").text(caption);
    return new Table(
        table.appendElement("thead").appendElement("tr"), table.appendElement("tbody"), sortable);
  }

  Table column(String name) {
    header(name);
    return this;
  }

  /** A column of numbers, set flush right. */
  Table numbers(String name) {
    header(name).addClass("n");
    return this;
  }

  /** A column of drawings, which nothing can be sorted by. */
  Table drawings(String name) {
    header(name).addClass("drawing");
    return this;
  }

  Element header(String name) {
    return head.appendElement("th").attr("scope", "col").text(name);
  }

  Row row() {
    return new Row(body.appendElement("tr"), sortable);
  }

  /** One row, filled from the left. */
  record Row(Element tr, boolean sortable) {
    Element head(String text) {
      return tr.appendElement("th").attr("scope", "row").text(text);
    }

    Row text(String text) {
      tr.appendElement("td").text(text);
      return this;
    }

    /** A few words, which are not broken. */
    Row brief(String text) {
      tr.appendElement("td").addClass("brief").text(text);
      return this;
    }

    Element cell() {
      return tr.appendElement("td");
    }

    Row number(String text) {
      tr.appendElement("td").addClass("n").text(text);
      return this;
    }

    /** A number that is sorted by its value; not a number comes last. */
    Row number(double value, String text) {
      Element cell = tr.appendElement("td").addClass("n").text(text);
      if (sortable) {
        cell.attr(
            "data-sort", Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.9g", value));
      }
      return this;
    }
  }
}
