package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.CellText;
import dev.ragwright.documents.text.Tables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a table of Word: each cell in its column, a merged one's text once, at its beginning. */
final class WordTable {
  /** No table has more columns; a span that says so is not believed. */
  private static final int MOST_COLUMNS = 1000;

  private final WordFile file;
  private final WordBody body;
  private final List<String> notes = new ArrayList<>();

  WordTable(WordFile file, WordBody body) {
    this.file = file;
    this.body = body;
  }

  void write(Node table, Blocks out) {
    List<Node> rows = new ArrayList<>();
    collect(table, "w:tr", rows);
    rows.removeIf(this::isRemoved);
    List<Node> only = new ArrayList<>();
    if (rows.size() == 1) {
      collect(rows.getFirst(), "w:tc", only);
      if (only.size() == 1) { // a frame, and no table
        body.inside(only.getFirst(), out);
        return;
      }
    }
    List<List<String>> texts = new ArrayList<>();
    boolean header = false;
    for (Node row : rows) {
      header |= texts.isEmpty() && isOn(row.path("w:trPr", "w:tblHeader"));
      texts.add(cells(row));
    }
    out.table(texts, header || Tables.hasHeader(texts));
    notes.forEach(out::note);
  }

  private static boolean isOn(@Nullable Node property) {
    return property != null && Styles.isOn(property.attribute("w:val", "1"));
  }

  /** Rows and cells may be in controls and marks of changes. */
  private static void collect(Node node, String name, List<Node> found) {
    for (Node child : node.children()) {
      switch (child.name()) {
        case "w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo" ->
            collect(child, name, found);
        default -> {
          if (child.is(name)) {
            found.add(child);
          }
        }
      }
    }
  }

  private boolean isRemoved(Node row) {
    Node properties = row.child("w:trPr");
    return properties != null
        && (properties.child("w:del") != null
            || (isOn(properties.child("w:hidden")) && file.options().hidden() == Unseen.LEAVE_OUT));
  }

  private List<String> cells(Node row) {
    List<String> texts = new ArrayList<>();
    Node properties = row.child("w:trPr");
    empty(texts, count(properties, "w:gridBefore", 0));
    List<Node> cells = new ArrayList<>();
    collect(row, "w:tc", cells);
    for (Node cell : cells) {
      Node of = cell.child("w:tcPr");
      if (of != null && of.child("w:cellDel") != null) {
        continue;
      }
      texts.add(goesOn(of, "w:vMerge") || goesOn(of, "w:hMerge") ? "" : text(cell));
      empty(texts, count(of, "w:gridSpan", 1) - 1);
    }
    empty(texts, count(properties, "w:gridAfter", 0));
    return texts;
  }

  private static int count(@Nullable Node properties, String name, int otherwise) {
    Node found = properties == null ? null : properties.child(name);
    return found == null ? otherwise : Math.min(MOST_COLUMNS, found.number("w:val", otherwise));
  }

  private static void empty(List<String> texts, int count) {
    for (int i = 0; i < count && texts.size() < MOST_COLUMNS; i++) {
      texts.add("");
    }
  }

  /** Whether a cell only goes on with the one above it or before it. */
  private static boolean goesOn(@Nullable Node properties, String name) {
    Node merge = properties == null ? null : properties.child(name);
    return merge != null && merge.attribute("w:val", "continue").equals("continue");
  }

  private String text(Node cell) {
    CellText text = new CellText();
    body.inside(cell, text);
    notes.addAll(text.notes());
    return text.text();
  }
}
