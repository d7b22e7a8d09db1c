package dev.ragwright.documents.open;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.drawing.ReadingOrder;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.PartProblems;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads slides of OpenDocument: each is a heading, which is its title or else its number, and its
 * shapes as a person reads them, wherever in the file they are. Speaker notes stand behind their
 * slide. Dates, footers and numbers of slides are left out.
 */
public final class OpenSlidesReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public OpenSlidesReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "odp";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".odp", ".otp");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      PartProblems told = new PartProblems(id, "slides", options, problems);
      int[] number = {0};
      OpenFile open = new OpenFile(parts, options, what -> told.in("slide " + number[0], what));
      TextWriter writer = new TextWriter(id, options);
      try (Xml xml = open.content()) {
        open.find(xml, "presentation");
        int inside = xml.depth();
        while (xml.nextIn(inside)) {
          if (xml.name().equals("draw:page")) {
            number[0]++;
            slide(open, xml.node(), number[0], writer, told);
          } else {
            xml.skip();
          }
        }
      }
      told.end();
      return writer.document(id, open.metadata().with("slides", told.read()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void slide(
      OpenFile file, Node page, int number, TextWriter writer, PartProblems problems) {
    String style = page.attribute("draw:style-name", "");
    String visibility =
        file.styles()
            .value(
                "drawing-page", style, "style:drawing-page-properties", "presentation:visibility");
    boolean hidden = visibility != null && visibility.equals("hidden");
    if (hidden && options.hidden() == Unseen.LEAVE_OUT) {
      return;
    }
    problems.next();
    Blocks out = Blocks.into(writer);
    OpenBlocks blocks = new OpenBlocks(file, out);
    Node title = title(page);
    Node box = title == null ? null : title.child("draw:text-box");
    String words = box == null ? "" : blocks.textOf(box).strip();
    String heading = words.isEmpty() ? "Slide " + number : words;
    writer.slide(number);
    writer.heading(1, hidden ? "[hidden: " + heading + "]" : heading);
    int before = writer.length();
    int pictures = file.pictures();
    List<Node> shapes = new ArrayList<>(page.children());
    shapes.removeIf(shape -> shape == title || !isShown(shape));
    OpenDrawing drawing = new OpenDrawing(file, blocks, out);
    write(shapes, drawing);
    behind(page, blocks, out);
    if (words.isEmpty() && writer.length() == before && file.pictures() > pictures) {
      problems.in("slide " + number, "has only pictures");
    }
  }

  private static @Nullable Node title(Node page) {
    for (Node frame : page.children("draw:frame")) {
      if (frame.attribute("presentation:class", "").equals("title") && isShown(frame)) {
        return frame;
      }
    }
    return null;
  }

  /** What is a prompt, or stands on all slides, is not read. */
  private static boolean isShown(Node shape) {
    boolean furniture =
        switch (shape.attribute("presentation:class", "")) {
          case "header", "footer", "date-time", "page-number" -> true;
          default -> false;
        };
    return !furniture && shape.attribute("presentation:placeholder", "false").equals("false");
  }

  private void write(List<Node> shapes, OpenDrawing drawing) {
    for (Node shape : ReadingOrder.of(shapes, OpenPlaces::of)) {
      if (shape.is("draw:g")) {
        write(shape.children(), drawing);
      } else {
        drawing.write(shape);
      }
    }
  }

  private void behind(Node page, OpenBlocks blocks, Blocks out) {
    if (options.comments() == Unseen.MARK) {
      for (Node comment : page.children("office:annotation")) {
        String text = OpenBlocks.comment(comment, blocks);
        out.paragraph(text.isEmpty() ? "" : "[comment: " + text + "]");
      }
    }
    Node notes = page.child("presentation:notes");
    List<String> lines = new ArrayList<>();
    if (notes != null) {
      for (Node frame : notes.children("draw:frame")) {
        Node box = frame.child("draw:text-box");
        boolean shown = isShown(frame) && box != null;
        String text = shown && box != null ? blocks.textOf(box).strip() : "";
        if (!text.isEmpty()) {
          lines.add(text);
        }
      }
    }
    out.paragraph(lines.isEmpty() ? "" : "Notes: " + String.join("\n", lines));
  }
}
