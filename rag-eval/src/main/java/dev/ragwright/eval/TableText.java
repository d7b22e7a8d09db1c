package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * The rows of a tab-separated text, as spreadsheets write it: a cell that begins with a double
 * quote ends with one, and has each of its own twice.
 */
final class TableText implements Iterator<List<String>> {
  private final Path file;
  private final String text;
  private int at;
  private int line = 1;

  TableText(Path file, String text) {
    this.file = file;
    this.text = text.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** The line that the next row begins on, from 1. */
  int line() {
    return line;
  }

  @Override
  public boolean hasNext() {
    return at < text.length();
  }

  @Override
  public List<String> next() {
    if (!hasNext()) {
      throw at == 0 ? new DocumentReadException(file + " is empty") : new NoSuchElementException();
    }
    List<String> cells = new ArrayList<>();
    do {
      cells.add(text.startsWith("\"", at) ? quoted() : plain());
    } while (at < text.length() && text.charAt(at++) == '\t');
    line++;
    return cells;
  }

  private String plain() {
    int start = at;
    while (at < text.length() && text.charAt(at) != '\t' && text.charAt(at) != '\n') {
      at++;
    }
    return text.substring(start, at);
  }

  private String quoted() {
    int opened = line;
    StringBuilder cell = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        if (!text.startsWith("\"", at)) {
          break;
        }
      }
      line += c == '\n' ? 1 : 0;
      cell.append(c);
    }
    boolean closed = text.charAt(at - 1) == '"';
    if (!closed || (at < text.length() && text.charAt(at) != '\t' && text.charAt(at) != '\n')) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "%s: line %d: a cell begins with a double quote and does not end with one; a quote within it is written twice",
              file,
              opened));
    }
    return cell.toString();
  }
}
