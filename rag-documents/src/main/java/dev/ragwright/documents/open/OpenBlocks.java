package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Flow;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.CellText;
import java.util.ArrayList;
import java.util.List;

/** Writes the blocks of OpenDocument: paragraphs, headings, lists, tables and what is drawn. */
public final class OpenBlocks {
  /** Boxes may be in boxes. */
  private static final int MOST_BOXES = 20;

  private final OpenFile file;
  private final Blocks out;
  private final OpenLists lists;
  private final int boxes;

  /** Writes blocks of a document. */
  public OpenBlocks(OpenFile file, Blocks out) {
    this(file, out, new OpenLists(file.styles()), 0);
  }

  private OpenBlocks(OpenFile file, Blocks out, OpenLists lists, int boxes) {
    this.file = file;
    this.out = out;
    this.lists = lists;
    this.boxes = boxes;
  }

  /** Blocks that stand within something, such as a note or a cell, written elsewhere. */
  OpenBlocks inside(Blocks into) {
    return new OpenBlocks(file, into, lists, boxes + 1);
  }

  /** The text of the blocks in an element, one a line. */
  String textOf(Node node) {
    CellText text = new CellText();
    inside(text).blocks(node);
    text.notes().forEach(text::paragraph);
    return text.text();
  }

  /** The text of a comment, without who wrote it and when. */
  public static String comment(Node comment, OpenBlocks blocks) {
    List<String> lines = new ArrayList<>();
    for (Node child : comment.children()) {
      if (child.is("text:p")) {
        lines.add(child.text().strip());
      } else if (child.is("text:list")) {
        lines.add(blocks.textOf(child));
      }
    }
    return String.join("\n", lines).strip();
  }

  void blocks(Node parent) {
    if (boxes > MOST_BOXES) {
      file.problem("has more than " + MOST_BOXES + " boxes, notes or tables in each other");
      return;
    }
    parent.children().forEach(this::block);
  }

  /** Writes one block. */
  public void block(Node node) {
    switch (node.name()) {
      case "text:p" -> paragraph(node, "");
      case "text:h" -> heading(node, "");
      case "text:list" -> {
        String style = node.attribute("text:style-name", "");
        list(node, style, 0, lists.begin(node, style));
      }
      case "text:numbered-paragraph" -> blocks(node);
      case "table:table" -> new OpenTable(this).write(node, out);
      case "text:section" -> {
        boolean hidden =
            node.attribute("text:display", "true").equals("none")
                || node.attribute("text:is-hidden", "false").equals("true");
        hidden(node, hidden);
      }
      case "office:forms" -> file.forms(node);
      case "text:tracked-changes",
          "text:sequence-decls",
          "office:annotation",
          "table:table-source",
          "office:dde-source",
          "" -> {}
      default -> {
        if (node.name().startsWith("draw:") || node.name().startsWith("dr3d:")) {
          new OpenDrawing(file, this, out).write(node);
        } else if (!node.name().endsWith("-source") && !node.name().endsWith("-decls")) {
          blocks(node);
        }
      }
    }
  }

  private void hidden(Node node, boolean hidden) {
    if (!hidden) {
      blocks(node);
    } else if (file.options().hidden() == Unseen.MARK) {
      String text = textOf(node);
      out.paragraph(text.isEmpty() ? "" : "[hidden: " + text + "]");
    }
  }

  private static boolean isHidden(Node paragraph) {
    for (Node field : paragraph.all("text:hidden-paragraph")) {
      if (field.attribute("text:is-hidden", "false").equals("true")) {
        return true;
      }
    }
    return false;
  }

  private Flow flow(Node paragraph, boolean heading) {
    Flow flow = new Flow(file.options().hidden());
    new OpenInline(file, this, flow, heading).paragraph(paragraph);
    return flow;
  }

  private void paragraph(Node node, String label) {
    if (isHidden(node)) {
      if (file.options().hidden() == Unseen.MARK) {
        String text = flow(node, false).text(false);
        out.paragraph(text.isBlank() ? "" : "[hidden: " + text + "]");
      }
      return;
    }
    boolean title =
        file.styles().isOrInherits("paragraph", node.attribute("text:style-name", ""), "Title");
    Flow flow = flow(node, title);
    if (title && label.isEmpty()) {
      out.heading(1, flow.text(out.keepsNotes()));
    } else {
      out.paragraph(flow.text(out.keepsNotes()));
    }
    behind(flow);
  }

  private void heading(Node node, String label) {
    int level = Math.max(1, node.number("text:outline-level", 1));
    Flow flow = flow(node, true);
    String number = label;
    boolean counted =
        label.isEmpty() && !node.attribute("text:is-list-header", "false").equals("true");
    String style = node.attribute("text:style-name", "");
    String list = file.styles().own("paragraph", style, "style:list-style-name");
    if (counted && !flow.isBlank() && (list == null || !list.isEmpty())) {
      boolean restarts = node.attribute("text:restart-numbering", "false").equals("true");
      number = lists.heading(level, node.attribute("text:start-value", ""), restarts);
    }
    Node stored = node.child("text:number");
    if (stored != null && !stored.text().isBlank()) {
      number = stored.text().strip();
    }
    String text = flow.text(out.keepsNotes());
    out.heading(level, text.isBlank() || number.isEmpty() ? text : number + " " + text);
    behind(flow);
  }

  private void behind(Flow flow) {
    flow.notes().forEach(out::note);
    OpenDrawing drawing = new OpenDrawing(file, this, out);
    flow.objects().forEach(drawing::write);
  }

  private void list(Node list, String style, int level, int[] numbers) {
    for (Node item : list.children()) {
      boolean header = item.is("text:list-header");
      if (header || item.is("text:list-item")) {
        item(item, style, level, numbers, header);
      }
    }
  }

  /** The paragraphs of an item up to a list or table in it stand together. */
  private void item(Node item, String style, int level, int[] numbers, boolean header) {
    String label =
        header ? "" : lists.next(numbers, style, level, item.attribute("text:start-value", ""));
    Node stored = item.child("text:number");
    label = stored == null || stored.text().isBlank() ? label : stored.text().strip();
    List<Flow> flows = new ArrayList<>();
    boolean first = true;
    for (Node child : item.children()) {
      switch (child.name()) {
        case "text:p" -> {
          if (!isHidden(child)) {
            flows.add(flow(child, false));
          }
        }
        case "text:h" -> {
          heading(child, first && !label.equals("-") ? label : "");
          first = false;
        }
        case "text:list" -> {
          write(flows, level, first ? label : "");
          first = false;
          list(child, child.attribute("text:style-name", style), level + 1, numbers);
        }
        case "text:number", "" -> {}
        default -> {
          write(flows, level, first ? label : "");
          first = false;
          block(child);
        }
      }
    }
    write(flows, level, first ? label : "");
  }

  private void write(List<Flow> flows, int level, String label) {
    List<String> texts = new ArrayList<>();
    for (Flow flow : flows) {
      if (!flow.text(out.keepsNotes()).isBlank()) {
        texts.add(flow.text(out.keepsNotes()).strip());
      }
    }
    String text = String.join("\n", texts);
    if (label.isEmpty()) {
      out.paragraph(text);
    } else {
      out.item(level, label, text);
    }
    flows.forEach(this::behind);
    flows.clear();
  }
}
