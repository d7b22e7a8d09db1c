package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Line;
import dev.ragwright.documents.text.Tables;
import dev.ragwright.documents.text.TextWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes blocks with the pages that they are on. A paragraph that goes on on the next page stays
 * one, with the page's mark inside.
 */
final class PdfWriter {
  /** Shorter paragraphs at the end of a page are headings or parts of pictures. */
  private static final int LEAST = 30;

  private final TextWriter writer;
  private final Hyphens hyphens;
  private final List<String> labels;
  private final List<Line> open = new ArrayList<>();
  private int openPage;
  private int page = -1;

  PdfWriter(TextWriter writer, Hyphens hyphens, List<String> labels) {
    this.writer = writer;
    this.hyphens = hyphens;
    this.labels = labels;
  }

  void write(int on, Block block) {
    if (block instanceof Block.Paragraph paragraph) {
      if (open.isEmpty() || !goesOn(on, paragraph)) {
        flush();
        openPage = on;
      } else {
        Line last = open.removeLast();
        open.add(new Line(last.text(), false, last.page()));
      }
      for (Line line : paragraph.lines()) {
        open.add(line.page() < 0 ? new Line(line.text(), line.ends(), on) : line);
      }
      return;
    }
    flush();
    moveTo(on);
    switch (block) {
      case Block.Paragraph it -> throw new IllegalStateException("is open: " + it);
      case Block.Heading it -> writer.heading(it.level(), text(it.lines()));
      case Block.Item it -> writer.item(it.depth(), it.label(), text(it.lines()));
      case Block.Code it -> writer.code(it.text());
      case Block.Table it -> {
        List<List<String>> rows =
            it.rows().stream().map(row -> row.stream().map(this::text).toList()).toList();
        writer.beginTable(Tables.hasHeader(rows));
        rows.forEach(row -> writer.row(row, -1, 0));
      }
    }
  }

  /** Text that is no block of the file's own. */
  void paragraph(int on, String text) {
    flush();
    moveTo(on);
    writer.paragraph(text);
  }

  private String text(List<Line> lines) {
    return hyphens.join(lines).text();
  }

  /** Whether a paragraph is the rest of one that the page before ended with. */
  private boolean goesOn(int on, Block.Paragraph paragraph) {
    String above = open.getLast().text();
    String below = paragraph.lines().getFirst().text();
    return on == open.getLast().page() + 1
        && Character.isLowerCase(below.codePointAt(0))
        && ".!?:;]".indexOf(above.charAt(above.length() - 1)) < 0
        && open.stream().noneMatch(line -> line.text().indexOf('\t') >= 0)
        && open.stream().mapToInt(line -> line.text().length()).sum() > LEAST;
  }

  /** Writes the paragraph that might have gone on. */
  void flush() {
    if (open.isEmpty()) {
      return;
    }
    moveTo(openPage);
    Hyphens.Joined joined = hyphens.join(open);
    List<TextWriter.PageStart> starts = new ArrayList<>();
    for (int i = 1; i < open.size(); i++) {
      int on = open.get(i).page();
      if (on != page) {
        starts.add(new TextWriter.PageStart(joined.starts()[i], labels.get(on)));
        page = on;
      }
    }
    open.clear();
    writer.paragraph(joined.text(), starts);
  }

  /** Marks where a page begins, and those before it that have no text. */
  void moveTo(int on) {
    while (page < on) {
      writer.page(labels.get(++page));
    }
    if (page > on) {
      page = on;
      writer.page(labels.get(on));
    }
  }
}
