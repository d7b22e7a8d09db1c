package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Charts;
import dev.ragwright.documents.drawing.Diagrams;
import dev.ragwright.documents.drawing.Flow;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Blocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the blocks of a Word document: paragraphs, headings, items of lists and tables. */
final class WordBody {
  /** Boxes may be in boxes. */
  private static final int MOST_BOXES = 20;

  private final WordFile file;
  private final Blocks out;
  private final WordRuns runs;
  private final int boxes;
  private @Nullable Flow joined;

  WordBody(WordFile file, Blocks out) {
    this(file, out, 0);
  }

  private WordBody(WordFile file, Blocks out, int boxes) {
    this.file = file;
    this.out = out;
    this.boxes = boxes;
    this.runs = new WordRuns(file, this);
  }

  /** Writes blocks that stand within something, such as a note or a cell. */
  void inside(Node blocks, Blocks into) {
    if (boxes == MOST_BOXES) {
      file.problem("has more than " + MOST_BOXES + " boxes, notes or tables in each other");
      return;
    }
    WordBody inner = new WordBody(file, into, boxes + 1);
    inner.blocks(blocks.children());
    inner.end();
  }

  private void blocks(List<Node> nodes) {
    for (Node node : nodes) {
      block(node);
    }
  }

  /** Writes one block; of the text's end {@link #end} has to be told. */
  void block(Node node) {
    switch (node.name()) {
      case "w:p" -> paragraph(node);
      case "w:tbl" -> {
        flush();
        new WordTable(file, this).write(node, out);
      }
      case "w:sdt" -> {
        Node content = node.child("w:sdtContent");
        if (content != null && node.path("w:sdtPr", "w:showingPlcHdr") == null) {
          blocks(content.children());
        }
      }
      case "w:altChunk" -> {
        flush();
        new AltChunk(file).write(node, out);
      }
      case "w:del", "w:moveFrom", "" -> {}
      default -> {
        if (!node.name().endsWith("Pr")) {
          blocks(node.children());
        }
      }
    }
  }

  /** The text ends. */
  void end() {
    flush();
    if (runs.inField()) {
      file.problem("a field does not end, so text may be missing");
    }
  }

  private void paragraph(Node paragraph) {
    Node properties = paragraph.child("w:pPr");
    Node mark = properties == null ? null : properties.child("w:rPr");
    String style = file.styles().ofParagraph(properties);
    int outline = file.styles().outline(properties);
    Flow flow = joined == null ? new Flow(file.options().hidden()) : joined;
    joined = null;
    runs.paragraph(paragraph, style, outline >= 0, flow);
    boolean hiddenMark =
        file.options().hidden() == Unseen.LEAVE_OUT && file.styles().isOn("w:vanish", mark, style);
    if (isRemoved(mark) || (hiddenMark && !file.styles().isOn("w:specVanish", mark, style))) {
      joined = flow;
      return;
    }
    Numbering.Label label = hiddenMark && flow.isBlank() ? null : file.numbering().next(properties);
    write(flow, outline, label);
  }

  /** Whether accepting all changes takes the paragraph's end away. */
  private static boolean isRemoved(@Nullable Node mark) {
    return mark != null && (mark.child("w:del") != null || mark.child("w:moveFrom") != null);
  }

  private void write(Flow flow, int outline, Numbering.@Nullable Label label) {
    String text = flow.text(out.keepsNotes());
    String shown = label == null ? "" : label.text();
    if (text.isBlank()) {
      behind(flow);
      return;
    }
    if (outline >= 0) {
      boolean numbered = label != null && !label.bullet() && !shown.isEmpty();
      out.heading(outline + 1, numbered ? shown + " " + text : text);
    } else if (label == null || shown.isEmpty()) {
      out.paragraph(text);
    } else {
      out.item(label.level(), shown, text);
    }
    behind(flow);
  }

  private void flush() {
    Flow flow = joined;
    joined = null;
    if (flow != null) {
      write(flow, -1, null);
    }
  }

  private void behind(Flow flow) {
    flow.notes().forEach(out::note);
    for (Node object : flow.objects()) {
      object(object);
    }
  }

  /** What is drawn: boxes of text, charts and diagrams, in their order. */
  private void object(Node node) {
    switch (node.name()) {
      case "w:txbxContent" -> inside(node, out);
      case "c:chart" -> chart(file.relations().target(node.attribute("r:id")));
      case "dgm:relIds" -> diagram(file.relations().target(node.attribute("r:dm")));
      case "cx:chart" -> file.problem("a chart of a kind that is not read is left out");
      case "a:p" ->
          out.paragraph(String.join("", node.all("a:t").stream().map(Node::text).toList()));
      case "v:textpath" -> out.paragraph(node.attribute("string", ""));
      case "pic:pic", "v:imagedata" -> file.picture();
      default -> node.children().forEach(this::object);
    }
  }

  private void chart(@Nullable String part) {
    try {
      if (part == null || !file.parts().has(part)) {
        file.problem("a chart is missing");
      } else {
        Charts.write(file.parts().tree(part), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void diagram(@Nullable String part) {
    try {
      if (part == null || !file.parts().has(part)) {
        file.problem("a diagram is missing");
      } else {
        Diagrams.write(file.parts().tree(part), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
