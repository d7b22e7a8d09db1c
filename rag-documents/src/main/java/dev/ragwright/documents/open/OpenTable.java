package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.CellText;
import dev.ragwright.documents.text.Tables;
import java.util.ArrayList;
import java.util.List;

/** Writes a table of a text or slide: covered cells are empty, repeated ones repeated. */
final class OpenTable {
  /** No table of a text repeats more; one that says so is not believed. */
  private static final int MOST_REPEATED = 1000;

  private final OpenBlocks blocks;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean header;

  OpenTable(OpenBlocks blocks) {
    this.blocks = blocks;
  }

  void write(Node table, Blocks out) {
    List<Node> cells = table.all("table:table-cell");
    if (cells.size() == 1 && table.all("table:covered-table-cell").isEmpty()) {
      blocks.inside(out).blocks(cells.getFirst()); // a frame, and no table
      return;
    }
    rows(table);
    out.table(rows, header || Tables.hasHeader(rows));
    notes.forEach(out::note);
  }

  private void rows(Node parent) {
    for (Node node : parent.children()) {
      switch (node.name()) {
        case "table:table-header-rows" -> {
          header |= rows.isEmpty();
          rows(node);
        }
        case "table:table-rows", "table:table-row-group" -> rows(node);
        case "table:table-row" -> {
          List<String> cells = cells(node);
          int times = times(node, "table:number-rows-repeated");
          for (int i = 0; i < times; i++) {
            rows.add(cells);
          }
        }
        default -> {}
      }
    }
  }

  private static int times(Node node, String attribute) {
    int times = Math.max(1, node.number(attribute, 1));
    return Math.min(times, MOST_REPEATED);
  }

  private List<String> cells(Node row) {
    List<String> texts = new ArrayList<>();
    for (Node cell : row.children()) {
      boolean covered = cell.is("table:covered-table-cell");
      if (covered || cell.is("table:table-cell")) {
        String text = covered ? "" : text(cell);
        int times = times(cell, "table:number-columns-repeated");
        for (int i = 0; i < times; i++) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  private String text(Node cell) {
    CellText text = new CellText();
    blocks.inside(text).blocks(cell);
    notes.addAll(text.notes());
    return text.text();
  }
}
