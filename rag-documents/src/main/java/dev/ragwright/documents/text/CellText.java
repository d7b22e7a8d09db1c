package dev.ragwright.documents.text;

import java.util.ArrayList;
import java.util.List;

/**
 * The text of a cell, made of the blocks in it: one a line, the rows of a table within it apart by
 * semicolons. Notes wait until the table is written. Not safe to share.
 */
public final class CellText implements Blocks {
  private final List<String> lines = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  @Override
  public void heading(int level, String title) {
    paragraph(title);
  }

  @Override
  public void paragraph(String text) {
    String words = text.strip();
    if (!words.isEmpty()) {
      lines.add(words);
    }
  }

  @Override
  public void item(int depth, String label, String text) {
    if (!text.isBlank()) {
      paragraph(label + " " + text.strip());
    }
  }

  @Override
  public void table(List<List<String>> rows, boolean hasHeader) {
    List<String> texts = new ArrayList<>();
    for (List<String> row : rows) {
      List<String> filled = row.stream().filter(cell -> !cell.isBlank()).toList();
      if (!filled.isEmpty()) {
        texts.add(String.join(", ", filled));
      }
    }
    paragraph(String.join("; ", texts));
  }

  @Override
  public void note(String text) {
    notes.add(text);
  }

  @Override
  public boolean keepsNotes() {
    return true;
  }

  /** The lines. */
  public String text() {
    return String.join("\n", lines);
  }

  /** The notes, which are not in the text. */
  public List<String> notes() {
    return notes;
  }
}
