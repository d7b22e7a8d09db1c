package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Box;
import dev.ragwright.documents.pdf.Block.Line;
import dev.ragwright.documents.pdf.Structure.Content;
import dev.ragwright.documents.pdf.Structure.Element;
import dev.ragwright.documents.pdf.Structure.Node;
import dev.ragwright.documents.pdf.Structure.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a tagged file, in the order of its structure tree. Notes come behind the block that
 * they are in; a picture without text is there by its description.
 */
final class StructureText {
  private static final Pattern NOTE =
      Pattern.compile("(\\d{1,3}|[*†‡§]|[a-z])[.)]?\\s+(\\S.*)", Pattern.DOTALL);
  private static final Pattern LABEL =
      Pattern.compile(
          "([•◦▪‣●○■□–—*-]|\\(?(?:\\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\\s+(\\S.*)", Pattern.DOTALL);
  private static final Box NOWHERE = new Box(0, 0, 0, 0);

  /** A block and the index of the page that it begins on. */
  record Paged(int page, Block block) {}

  private final List<Paged> blocks = new ArrayList<>();
  private final List<Placed> flow = new ArrayList<>();
  private final List<Paged> notes = new ArrayList<>();
  private int page;

  private StructureText() {}

  static List<Paged> of(Element root) {
    StructureText text = new StructureText();
    text.container(root, 0, 0);
    text.flush();
    return text.blocks;
  }

  /** Writes elements in each other; {@code sections} and {@code lists} say how deep in which. */
  private void container(Element element, int sections, int lists) {
    for (Node node : element.children()) {
      switch (node) {
        case Content content -> flow.addAll(content.chunks());
        case Element child -> element(child, sections, lists);
      }
    }
  }

  private void element(Element element, int sections, int lists) {
    String type = element.type();
    switch (type) {
      case "Artifact" -> {}
      case "H", "H1", "H2", "H3", "H4", "H5", "H6", "Title" -> heading(element, sections);
      case "Table" -> table(element);
      case "L" -> {
        flush();
        list(element, lists);
      }
      case "Note", "FENote", "Footnote", "Endnote" -> note(element);
      case "Figure", "Formula" -> figure(element, sections, lists);
      case "Code" -> code(element, sections, lists);
      default -> {
        if (isInline(type)) {
          inline(element, sections, lists);
        } else {
          flush();
          int inner = type.equals("Sect") || type.equals("Art") ? sections + 1 : sections;
          container(element, inner, lists);
          flush();
        }
      }
    }
  }

  private static boolean isInline(String type) {
    return switch (type) {
      case "Span",
          "Quote",
          "Reference",
          "Link",
          "Em",
          "Strong",
          "Sub",
          "Annot",
          "Form",
          "Lbl",
          "BibEntry",
          "Ruby",
          "RB",
          "RT",
          "RP",
          "Warichu",
          "WT",
          "WP",
          "NonStruct" ->
          true;
      default -> false;
    };
  }

  private void inline(Element element, int sections, int lists) {
    String actual = element.actual();
    if (actual == null) {
      container(element, sections, lists);
      return;
    }
    List<Placed> replaced = new ArrayList<>();
    leaves(element, replaced);
    if (!replaced.isEmpty() && !actual.isBlank()) {
      Placed last = replaced.getLast();
      Chunk at = last.chunk();
      flow.add(
          new Placed(
              replaced.getFirst().page(),
              new Chunk(
                  actual.strip(),
                  at.x0(),
                  at.x1(),
                  at.y(),
                  at.size(),
                  at.x1() - at.x0(),
                  at.order(),
                  at.fixed(),
                  at.mark())));
    }
  }

  private static void leaves(Element element, List<Placed> into) {
    for (Node node : element.children()) {
      switch (node) {
        case Content content -> into.addAll(content.chunks());
        case Element child -> leaves(child, into);
      }
    }
  }

  private void flush() {
    List<Line> lines = lines(flow);
    if (!lines.isEmpty()) {
      page = flow.getFirst().page();
      add(new Block.Paragraph(lines, NOWHERE));
    }
    flow.clear();
    blocks.addAll(notes);
    notes.clear();
  }

  private void add(Block block) {
    blocks.add(new Paged(page, block));
  }

  /** The lines of chunks that were drawn in this order. */
  private static List<Line> lines(List<Placed> flow) {
    List<Line> lines = new ArrayList<>();
    for (PagedRow row : rows(flow)) {
      lines.add(new Line(row.row().text().replace('\t', ' '), false, row.page()));
    }
    return lines;
  }

  private record PagedRow(int page, Row row) {}

  private static List<PagedRow> rows(List<Placed> flow) {
    List<PagedRow> rows = new ArrayList<>();
    List<Chunk> line = new ArrayList<>();
    int page = -1;
    for (Placed placed : flow) {
      if (!line.isEmpty() && (placed.page() != page || !Row.goesOn(line, placed.chunk()))) {
        rows.add(new PagedRow(page, Row.line(line)));
        line = new ArrayList<>();
      }
      page = placed.page();
      line.add(placed.chunk());
    }
    if (!line.isEmpty()) {
      rows.add(new PagedRow(page, Row.line(line)));
    }
    return rows;
  }

  /** The chunks of an element alone, its notes put aside. */
  private List<Placed> own(Element element) {
    List<Placed> chunks = new ArrayList<>();
    collect(element, chunks);
    return chunks;
  }

  private void collect(Element element, List<Placed> into) {
    for (Node node : element.children()) {
      switch (node) {
        case Content content -> into.addAll(content.chunks());
        case Element child -> {
          switch (child.type()) {
            case "Note", "FENote", "Footnote", "Endnote" -> note(child);
            case "Artifact" -> {}
            default -> {
              int before = flow.size();
              if (child.actual() != null && isInline(child.type())) {
                inline(child, 0, 0);
                into.addAll(flow.subList(before, flow.size()));
                flow.subList(before, flow.size()).clear();
              } else {
                collect(child, into);
              }
            }
          }
        }
      }
    }
  }

  private void heading(Element element, int sections) {
    flush();
    List<Placed> chunks = own(element);
    List<Line> lines = lines(chunks);
    if (!lines.isEmpty()) {
      page = chunks.getFirst().page();
      String type = element.type();
      boolean numbered = type.length() == 2;
      int level = numbered ? type.charAt(1) - '0' : type.equals("H") ? Math.max(1, sections) : 1;
      add(new Block.Heading(level, lines, NOWHERE));
    }
    flush();
  }

  private void note(Element element) {
    List<Placed> chunks = new ArrayList<>();
    leaves(element, chunks);
    List<Line> lines = new ArrayList<>(lines(chunks));
    if (lines.isEmpty()) {
      return;
    }
    Matcher label = NOTE.matcher(lines.getFirst().text());
    String start =
        label.matches()
            ? "[note " + label.group(1) + ": " + label.group(2)
            : "[note: " + lines.getFirst().text();
    lines.set(0, new Line(start, false, lines.getFirst().page()));
    Line last = lines.getLast();
    lines.set(lines.size() - 1, new Line(last.text() + "]", true, last.page()));
    notes.add(new Paged(chunks.getFirst().page(), new Block.Paragraph(lines, NOWHERE)));
  }

  /** A picture's text is what it shows; one without text is there by its description. */
  private void figure(Element element, int sections, int lists) {
    List<Placed> chunks = new ArrayList<>();
    leaves(element, chunks);
    String said = element.actual() != null ? element.actual() : element.alternative();
    if (!chunks.isEmpty()) {
      boolean formula = element.type().equals("Formula");
      if (!formula) {
        flush();
      }
      container(element, sections, lists);
      if (!formula) {
        flush();
      }
    } else if (said != null && !said.isBlank()) {
      flush();
      add(new Block.Paragraph(List.of(new Line("[picture: " + said.strip() + "]", true)), NOWHERE));
    }
  }

  private void code(Element element, int sections, int lists) {
    List<Placed> chunks = new ArrayList<>();
    leaves(element, chunks);
    List<Row> rows = rows(chunks).stream().map(PagedRow::row).toList();
    if (rows.size() < 2) {
      inline(element, sections, lists);
      return;
    }
    flush();
    page = chunks.getFirst().page();
    add(new Block.Code(CodeText.of(rows), NOWHERE));
  }

  private void list(Element list, int depth) {
    for (Node node : list.children()) {
      switch (node) {
        case Content content -> flow.addAll(content.chunks());
        case Element child -> {
          if (child.type().equals("LI")) {
            item(child, depth);
          } else if (child.type().equals("L")) {
            list(child, depth + 1);
          } else {
            element(child, 0, depth + 1);
          }
        }
      }
    }
    flush();
  }

  private void item(Element item, int depth) {
    flush();
    String label = "";
    int first = blocks.size();
    for (Node node : item.children()) {
      if (node instanceof Element child && child.type().equals("Lbl")) {
        label = text(own(child));
      } else if (node instanceof Element child && child.type().equals("L")) {
        flushItem(first, depth, label);
        list(child, depth + 1);
      } else if (node instanceof Element child && child.type().equals("LBody")) {
        body(child, first, depth, label);
      } else if (node instanceof Element child) {
        element(child, 0, depth + 1);
      } else if (node instanceof Content content) {
        flow.addAll(content.chunks());
      }
    }
    flushItem(first, depth, label);
  }

  private void body(Element body, int first, int depth, String label) {
    for (Node node : body.children()) {
      switch (node) {
        case Content content -> flow.addAll(content.chunks());
        case Element child -> {
          if (child.type().equals("L")) {
            flushItem(first, depth, label);
            list(child, depth + 1);
          } else {
            element(child, 0, depth + 1);
          }
        }
      }
    }
    flushItem(first, depth, label);
  }

  /** Makes an item of what was written since, if it has not begun yet. */
  private void flushItem(int first, int depth, String label) {
    flush();
    if (first >= blocks.size() || !(blocks.get(first).block() instanceof Block.Paragraph begun)) {
      return;
    }
    List<Line> lines = new ArrayList<>(begun.lines());
    String shown = label;
    Matcher drawn = LABEL.matcher(lines.getFirst().text());
    if (label.isEmpty() && drawn.matches()) {
      shown = drawn.group(1);
      lines.set(0, new Line(drawn.group(2), lines.getFirst().ends(), lines.getFirst().page()));
    }
    Block item = new Block.Item(depth, shown, lines, NOWHERE);
    blocks.set(first, new Paged(blocks.get(first).page(), item));
  }

  private static String text(List<Placed> chunks) {
    return String.join(" ", lines(chunks).stream().map(Line::text).toList());
  }

  private void table(Element table) {
    flush();
    List<List<Element>> rows = new ArrayList<>();
    List<Placed> others = new ArrayList<>();
    rows(table, rows, others);
    if (!others.isEmpty()) { // a caption
      flow.addAll(others);
      flush();
    }
    Grid grid = new Grid();
    int on = -1;
    for (List<Element> row : rows) {
      for (Element cell : row) {
        List<Placed> chunks = own(cell);
        on = on < 0 && !chunks.isEmpty() ? chunks.getFirst().page() : on;
        grid.add(lines(chunks), cell.columns(), cell.rows());
      }
      grid.endRow();
    }
    if (on >= 0) {
      page = on;
      add(new Block.Table(grid.rows(), NOWHERE));
    }
    flush();
  }

  private void rows(Element part, List<List<Element>> rows, List<Placed> others) {
    for (Node node : part.children()) {
      if (node instanceof Element child && child.type().equals("TR")) {
        List<Element> cells = new ArrayList<>();
        for (Node cell : child.children()) {
          if (cell instanceof Element each) {
            cells.add(each);
          } else if (cell instanceof Content content) {
            others.addAll(content.chunks());
          }
        }
        rows.add(cells);
      } else if (node instanceof Element child && isPart(child.type())) {
        rows(child, rows, others);
      } else if (node instanceof Element child) {
        others.addAll(own(child));
      } else if (node instanceof Content content) {
        others.addAll(content.chunks());
      }
    }
  }

  private static boolean isPart(String type) {
    return type.equals("THead") || type.equals("TBody") || type.equals("TFoot");
  }
}
