package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.open.OpenBlocks;
import dev.ragwright.documents.open.OpenFile;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.CellText;
import dev.ragwright.documents.text.TextWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the cells of one OpenDocument sheet, row by row. */
final class OpenSheet {
  /** Sheets are no larger; what says so is not believed. */
  private static final int MOST_ROWS = 1 << 20;

  private static final int MOST_COLUMNS = 1 << 14;

  private final OpenFile file;
  private final TextWriter writer;
  private final Map<Integer, Area> headers = new HashMap<>();
  private final Grid grid;
  private final List<Node> shapes = new ArrayList<>();
  private final int pictures;
  private final int start;
  private int row;
  private int withoutResult;

  OpenSheet(OpenFile file, TextWriter writer) {
    this.file = file;
    this.writer = writer;
    this.grid = new Grid(writer, headers);
    this.pictures = file.pictures();
    this.start = writer.length();
  }

  /** Reads the table that begins here. */
  void read(Xml xml) {
    rows(xml, false);
    grid.end();
    OpenBlocks blocks = new OpenBlocks(file, Blocks.into(writer));
    shapes.forEach(blocks::block);
  }

  /** Tells what of the sheet could not be read. */
  void problems() {
    if (withoutResult > 0) {
      file.problem(
          Formulas.problem(withoutResult, Set.of("those of OpenDocument are not calculated")));
    }
    if (writer.length() == start && file.pictures() > pictures) {
      file.problem("has only pictures");
    }
  }

  private void rows(Xml xml, boolean header) {
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      switch (xml.name()) {
        case "table:table-row" -> row(xml, header);
        case "table:table-header-rows" -> rows(xml, true);
        case "table:table-rows", "table:table-row-group" -> rows(xml, header);
        case "table:shapes" -> shapes.addAll(xml.node().children());
        default -> xml.skip();
      }
    }
  }

  private void row(Xml xml, boolean header) {
    int times = count(xml.attribute("number-rows-repeated"), MOST_ROWS);
    List<Cell> cells = new ArrayList<>();
    int column = 0;
    int inside = xml.depth();
    while (xml.nextIn(inside)) {
      int repeated = count(xml.attribute("number-columns-repeated"), MOST_COLUMNS);
      if (xml.name().equals("table:table-cell")) {
        Node node = xml.node();
        Cell cell = cell(node, column);
        for (int i = 0; i < repeated && !cell.text().isBlank(); i++) {
          cells.add(new Cell(column + i, cell.text(), cell.words()));
        }
      } else {
        xml.skip();
      }
      column += repeated;
    }
    if (header && cells.size() > 1) {
      headers.put(row, new Area(row, cells.getFirst().column(), row, cells.getLast().column()));
    }
    for (int i = 0; i < times && !cells.isEmpty(); i++) {
      grid.row(row + i, cells);
    }
    row += times;
  }

  private static int count(@Nullable String text, int most) {
    return text == null ? 1 : Math.max(1, Math.min(most, CellName.row(text) + 1));
  }

  private Cell cell(Node node, int column) {
    CellText text = new CellText();
    OpenBlocks blocks = new OpenBlocks(file, text);
    StringBuilder notes = new StringBuilder();
    boolean any = false;
    for (Node child : node.children()) {
      if (child.is("office:annotation")) {
        String note = OpenBlocks.comment(child, blocks);
        notes.append(note.isEmpty() ? "" : " [comment: " + note + "]");
      } else if (child.name().startsWith("draw:")) {
        shapes.add(child);
      } else if (!child.name().isEmpty()) {
        any = true;
        blocks.block(child);
      }
    }
    String shown = any ? text.text() : value(node);
    boolean words = node.attribute("office:value-type", "string").equals("string");
    return new Cell(column, (shown + notes).strip(), words);
  }

  /** A cell that stores no text as shown has its value, or else its formula. */
  private String value(Node cell) {
    for (String name :
        new String[] {
          "office:string-value", "office:date-value", "office:time-value", "office:value"
        }) {
      String value = cell.attribute(name);
      if (value != null) {
        return value;
      }
    }
    String truth = cell.attribute("office:boolean-value");
    if (truth != null) {
      return truth.equals("true") ? "TRUE" : "FALSE";
    }
    String formula = cell.attribute("table:formula");
    if (formula == null || cell.attribute("office:value-type") != null) {
      return "";
    }
    withoutResult++;
    return Formulas.ofOpenDocument(formula);
  }
}
