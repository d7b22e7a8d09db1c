package dev.ragwright.documents.pdf;

import java.util.List;

/** A block of text as it is read, with where it stands on the page. */
sealed interface Block {
  Box box();

  /** A rectangle; y counts downwards. */
  record Box(float x0, float y0, float x1, float y1) {
    float middle() {
      return (y0 + y1) / 2;
    }

    Box and(Box other) {
      return new Box(
          Math.min(x0, other.x0),
          Math.min(y0, other.y0),
          Math.max(x1, other.x1),
          Math.max(y1, other.y1));
    }

    static Box of(Row row) {
      return new Box(row.x0(), row.y() - 0.7f * row.size(), row.x1(), row.y());
    }
  }

  /**
   * A line of a paragraph.
   *
   * @param ends whether the next line does not go on where this ends
   * @param page the index of its page, or -1 if it is on the page that its block begins on
   */
  record Line(String text, boolean ends, int page) {
    Line(String text, boolean ends) {
      this(text, ends, -1);
    }
  }

  /** A paragraph. */
  record Paragraph(List<Line> lines, Box box) implements Block {}

  /** A heading. */
  record Heading(int level, List<Line> lines, Box box) implements Block {}

  /** An item of a list. */
  record Item(int depth, String label, List<Line> lines, Box box) implements Block {}

  /** A table: rows of cells, and the lines of each; a cell without any is empty. */
  record Table(List<List<List<Line>>> rows, Box box) implements Block {}

  /** Lines that are kept as they are. */
  record Code(String text, Box box) implements Block {}
}
