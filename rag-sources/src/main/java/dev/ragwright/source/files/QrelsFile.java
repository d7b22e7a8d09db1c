package dev.ragwright.source.files;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.text.LetterCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads judgments. The first line says which form a file has, and every line must have it:
 *
 * <ul>
 *   <li>TREC's: query, iteration, document and grade, apart by white space.
 *   <li>BEIR's: the header {@code query-id corpus-id score}, then three columns, apart as the
 *       header's are: by tabs, between which an id may hold spaces, or by white space.
 *   <li>Three columns without a header, apart by tabs where that makes three, else by white space.
 * </ul>
 *
 * A first line that is three columns by tabs and four by white space could be of either form, and
 * is refused. Grades are whole numbers.
 */
public final class QrelsFile {
  private static final List<String> HEADER = List.of("query-id", "corpus-id", "score");

  private enum Form {
    TREC(4, "query, iteration, document and grade"),
    TABS(3, "query-id, corpus-id and score apart by tabs"),
    SPACES(3, "query-id, corpus-id and score apart by white space");

    private final int columns;
    private final String expected;

    Form(int columns, String expected) {
      this.columns = columns;
      this.expected = expected;
    }

    List<TextLine.Field> columns(TextLine line) {
      return this == TABS ? byTabs(line) : line.fields();
    }
  }

  private final Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
  private @Nullable Form form;

  private QrelsFile() {}

  /**
   * The grades by query id and document id, in the order of the file; empty where it has none.
   *
   * @throws DocumentReadException if there is no such file; at a broken line or a pair that stands
   *     twice, naming file, line and column
   */
  public static Map<String, Map<String, Integer>> read(Path file) {
    QrelsFile reader = new QrelsFile();
    TextFile.forEachLine(file, reader::add);
    return reader.grades;
  }

  private void add(TextLine line) {
    Form known = form;
    if (known == null) {
      known = header(line);
      form = known;
      if (known != null) {
        return;
      }
      known = firstOf(line);
      form = known;
    }
    List<TextLine.Field> columns = known.columns(line);
    if (columns.size() != known.columns) {
      throw line.error(
          columns.size() < known.columns ? line.end() : columns.get(known.columns).column(),
          String.format(
              Locale.ROOT, "found %d fields, expected %s", columns.size(), known.expected));
    }
    put(
        line,
        columns.getFirst(),
        columns.get(known.columns - 2),
        grade(line, columns.get(known.columns - 1)));
  }

  private static @Nullable Form header(TextLine line) {
    for (Form form : List.of(Form.TABS, Form.SPACES)) {
      List<String> names =
          form.columns(line).stream().map(name -> LetterCase.lower(name.text())).toList();
      if (names.equals(HEADER)) {
        return form;
      }
      if (names.getFirst().equals(HEADER.getFirst())) {
        throw line.error("found the header %s, allowed is %s".formatted(names, HEADER));
      }
    }
    return null;
  }

  private static Form firstOf(TextLine line) {
    int words = line.fields().size();
    int tabs = byTabs(line).size();
    if (words == Form.TREC.columns && tabs == Form.TABS.columns) {
      throw line.error(
          "has 3 fields apart by tabs and 4 apart by white space, which may be query, document and"
              + " grade or query, iteration, document and grade; the header \"query-id corpus-id"
              + " score\" apart by tabs says that it is 3");
    }
    if (words == Form.TREC.columns) {
      return Form.TREC;
    }
    if (tabs == Form.TABS.columns) {
      return Form.TABS;
    }
    if (words == Form.SPACES.columns) {
      return Form.SPACES;
    }
    throw line.error(
        String.format(
            Locale.ROOT,
            "found %d fields, expected 4 (%s) or 3 (%s, or by white space)",
            words,
            Form.TREC.expected,
            Form.TABS.expected));
  }

  /** Without the white space at the line's end, which is nobody's field. */
  private static List<TextLine.Field> byTabs(TextLine line) {
    String text = line.text().stripTrailing();
    List<TextLine.Field> fields = new ArrayList<>(3);
    int start = 0;
    for (int tab = text.indexOf('\t'); tab >= 0; tab = text.indexOf('\t', start)) {
      fields.add(new TextLine.Field(text.substring(start, tab), start + 1));
      start = tab + 1;
    }
    fields.add(new TextLine.Field(text.substring(start), start + 1));
    return fields;
  }

  private void put(TextLine line, TextLine.Field query, TextLine.Field document, int grade) {
    for (TextLine.Field id : List.of(query, document)) {
      if (id.text().isBlank()) {
        throw line.error(id.column(), "the id is empty");
      }
    }
    Map<String, Integer> known = grades.computeIfAbsent(query.text(), id -> new LinkedHashMap<>());
    if (known.put(document.text(), grade) != null) {
      throw line.error(
          document.column(),
          "document \"%s\" is judged twice for query \"%s\""
              .formatted(document.text(), query.text()));
    }
  }

  private static int grade(TextLine line, TextLine.Field grade) {
    try {
      return Integer.parseInt(grade.text().strip());
    } catch (NumberFormatException e) {
      throw line.error(grade.column(), "the grade \"" + grade.text() + "\" is not a whole number");
    }
  }
}
