package dev.ragwright.documents.text;

import java.util.List;

/** Takes the blocks of a text: the document that is written, or one cell of a table. */
public interface Blocks {
  /** A heading; 1 is the outermost level. */
  void heading(int level, String title);

  /** A paragraph. */
  void paragraph(String text);

  /** An item of a list. */
  void item(int depth, String label, String text);

  /** A table. */
  void table(List<List<String>> rows, boolean hasHeader);

  /** A note that belongs to what was written last. */
  void note(String text);

  /** Whether notes are written elsewhere than directly behind their paragraph. */
  default boolean keepsNotes() {
    return false;
  }

  /** Blocks that are written into a document. */
  static Blocks into(TextWriter writer) {
    return new Blocks() {
      @Override
      public void heading(int level, String title) {
        writer.heading(level, title);
      }

      @Override
      public void paragraph(String text) {
        writer.paragraph(text);
      }

      @Override
      public void item(int depth, String label, String text) {
        writer.item(depth, label, text);
      }

      @Override
      public void table(List<List<String>> rows, boolean hasHeader) {
        if (rows.stream().allMatch(row -> row.stream().allMatch(String::isBlank))) {
          return;
        }
        writer.beginTable(hasHeader);
        for (List<String> row : rows) {
          writer.row(row, -1, 0);
        }
      }

      @Override
      public void note(String text) {
        writer.paragraph(text);
      }
    };
  }
}
