package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The judgments of several queries, as TREC calls them: qrels. Immutable. */
public final class Qrels {
  private static final Pattern TAB = Pattern.compile("\t");
  private static final String BEIR_HEADER = "query-id\t";

  private final Map<String, Judgments> judgments;

  private Qrels(Map<String, Judgments> judgments) {
    this.judgments = Collections.unmodifiableMap(new LinkedHashMap<>(judgments));
  }

  /** The judgments by query id. */
  public static Qrels of(Map<String, Judgments> judgments) {
    return new Qrels(judgments);
  }

  /** The grades by query id and document id. */
  public static Qrels ofGrades(Map<String, ? extends Map<String, Integer>> grades) {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    grades.forEach((query, documents) -> judgments.put(query, Judgments.of(documents)));
    return new Qrels(judgments);
  }

  /**
   * Reads a file of TREC's form, {@code query iteration document grade} apart by white space, or of
   * BEIR's, whose first line is {@code query-id corpus-id score} apart by tabs. The file is UTF-8,
   * gzip-compressed if its name ends in {@code .gz}; blank lines are passed over.
   *
   * @throws DocumentReadException if there is no such file or no judgment in it; at a broken line
   *     or a pair that stands twice, naming file, line and column
   */
  public static Qrels read(Path file) {
    Reader reader = new Reader();
    Lines.read(file, reader::add);
    if (reader.grades.isEmpty()) {
      throw new DocumentReadException(file + " holds no judgment");
    }
    return ofGrades(reader.grades);
  }

  /**
   * Writes TREC's form, in the order of the queries and their grades.
   *
   * @throws IllegalArgumentException if an id has white space; nothing is written then
   * @throws UncheckedIOException if the file cannot be written
   */
  public void write(Path file) {
    judgments.forEach(
        (query, known) -> {
          Lines.checkWritable("query id", query);
          known.grades().keySet().forEach(id -> Lines.checkWritable("document id", id));
        });
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (Map.Entry<String, Judgments> query : judgments.entrySet()) {
        for (Map.Entry<String, Integer> grade : query.getValue().grades().entrySet()) {
          out.write(query.getKey() + " 0 " + grade.getKey() + " " + grade.getValue() + "\n");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the judgments " + file, e);
    }
  }

  /** The judgments by query id, in the order given; unmodifiable. */
  public Map<String, Judgments> judgments() {
    return judgments;
  }

  /** The query's judgments; {@link Judgments#none()} for a query that has none. */
  public Judgments judgments(String query) {
    return judgments.getOrDefault(query, Judgments.none());
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Qrels other && judgments.equals(other.judgments);
  }

  @Override
  public int hashCode() {
    return judgments.hashCode();
  }

  /** For people: {@code 300 queries, 339 judged}. */
  @Override
  public String toString() {
    int judged = judgments.values().stream().mapToInt(Judgments::judged).sum();
    return judgments.size() + " queries, " + judged + " judged";
  }

  private static final class Reader {
    final Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    private boolean beir;

    void add(Lines.Line line) {
      if (line.number() == 1 && line.text().startsWith(BEIR_HEADER)) {
        beir = true;
      } else if (beir) {
        addBeir(line);
      } else {
        addTrec(line);
      }
    }

    private void addTrec(Lines.Line line) {
      List<Lines.Field> fields = line.fields();
      if (fields.size() != 4) {
        throw line.error(
            fields.size() < 4 ? line.end() : fields.get(4).column(),
            String.format(
                Locale.ROOT,
                "found %d fields, expected query, iteration, document and grade",
                fields.size()));
      }
      put(line, fields.get(0), fields.get(2), fields.get(3));
    }

    private void addBeir(Lines.Line line) {
      String[] fields = TAB.split(line.text(), -1);
      if (fields.length != 3) {
        throw line.error(
            line.end(),
            String.format(
                Locale.ROOT,
                "found %d fields, expected query-id, corpus-id and score apart by tabs",
                fields.length));
      }
      int second = fields[0].length() + 2;
      int third = second + fields[1].length() + 1;
      put(
          line,
          new Lines.Field(fields[0], 1),
          new Lines.Field(fields[1], second),
          new Lines.Field(fields[2].strip(), third));
    }

    private void put(Lines.Line line, Lines.Field query, Lines.Field document, Lines.Field grade) {
      Map<String, Integer> known =
          grades.computeIfAbsent(query.text(), id -> new LinkedHashMap<>());
      if (known.put(document.text(), number(line, grade)) != null) {
        throw line.error(
            document.column(),
            "document \"%s\" is judged twice for query \"%s\""
                .formatted(document.text(), query.text()));
      }
    }

    private static int number(Lines.Line line, Lines.Field grade) {
      try {
        return Integer.parseInt(grade.text());
      } catch (NumberFormatException e) {
        throw line.error(
            grade.column(), "the grade \"" + grade.text() + "\" is not a whole number");
      }
    }
  }
}
