package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Notes on the cells of a sheet, which a person sees beside them, and threads of comments, which
 * the caller chooses. Who wrote them is left out.
 */
final class Notes {
  private final NavigableMap<Integer, NavigableMap<Integer, String>> rows = new TreeMap<>();

  static Notes read(Parts parts, Relations relations, Unseen comments) throws IOException {
    Notes notes = new Notes();
    boolean threads = false;
    for (Relations.Relation relation : relations.all()) {
      if (relation.type().equals("threadedComment") && parts.has(relation.target())) {
        threads = true;
        if (comments == Unseen.MARK) {
          notes.threads(parts, relation.target());
        }
      }
    }
    for (Relations.Relation relation : relations.all()) {
      if (relation.type().equals("comments") && parts.has(relation.target())) {
        notes.notes(parts, relation.target(), threads);
      }
    }
    return notes;
  }

  private void threads(Parts parts, String part) throws IOException {
    try (Xml xml = parts.xml(part)) {
      String cell = "A1";
      while (xml.nextStart()) {
        if (xml.is("threadedComment")) {
          cell = xml.attribute("ref", "A1");
        } else if (xml.is("text")) {
          add(cell, xml.text());
        }
      }
    }
  }

  private void notes(Parts parts, String part, boolean threads) throws IOException {
    List<String> authors = new ArrayList<>();
    try (Xml xml = parts.xml(part)) {
      String cell = "A1";
      while (xml.nextStart()) {
        if (xml.is("author")) {
          authors.add(xml.text().strip());
        } else if (xml.is("comment")) {
          cell = xml.attribute("ref", "A1");
        } else if (xml.is("text")) {
          String text = withoutAuthor(RichText.read(xml).strip(), authors);
          if (!threads || !text.startsWith("[Threaded comment]")) {
            add(cell, text);
          }
        }
      }
    }
  }

  /** Programs put the writer's name on the first line. */
  private static String withoutAuthor(String text, List<String> authors) {
    for (String author : authors) {
      if (!author.isEmpty() && text.startsWith(author + ":")) {
        return text.substring(author.length() + 1).strip();
      }
    }
    return text;
  }

  private void add(String cell, String text) {
    String words = text.strip();
    if (!words.isEmpty()) {
      rows.computeIfAbsent(CellName.row(cell), key -> new TreeMap<>())
          .merge(
              CellName.column(cell),
              "[comment: " + words + "]",
              (first, second) -> first + " " + second);
    }
  }

  /** The notes of a row by their columns; they are then no more here. */
  Map<Integer, String> take(int row) {
    NavigableMap<Integer, String> found = rows.remove(row);
    return found == null ? Map.of() : found;
  }

  /** The first row above another that still has notes, or null. */
  @Nullable Integer firstAbove(int row) {
    Integer first = rows.isEmpty() ? null : rows.firstKey();
    return first != null && first < row ? first : null;
  }
}
