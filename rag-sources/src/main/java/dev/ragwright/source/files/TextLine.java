package dev.ragwright.source.files;

import dev.ragwright.document.DocumentReadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of a file.
 *
 * @param number counts from 1
 * @param text without the line's end
 * @param broken whether it was not UTF-8
 */
public record TextLine(Path file, int number, String text, boolean broken) {

  /** A part of a line; the column counts from 1, in UTF-16 units. */
  public record Field(String text, int column) {}

  /** Whether C's {@code isspace} holds, and no more: an id may have a no-break space in it. */
  public static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  /** The parts between white space. */
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>(6);
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean space = i == text.length() || isSpace(text.charAt(i));
      if (!space && start < 0) {
        start = i;
      } else if (space && start >= 0) {
        fields.add(new Field(text.substring(start, i), start + 1));
        start = -1;
      }
    }
    return fields;
  }

  /** The column behind the line's end, where something is missing. */
  public int end() {
    return text.length() + 1;
  }

  /** What is wrong with the line. */
  public DocumentReadException error(String what) {
    return new DocumentReadException(file + " line " + number + ": " + what);
  }

  /** What is wrong at a column. */
  public DocumentReadException error(int column, String what) {
    return new DocumentReadException(file + " line " + number + " column " + column + ": " + what);
  }

  TextLine whole() {
    if (broken) {
      throw error("is not UTF-8");
    }
    return this;
  }
}
