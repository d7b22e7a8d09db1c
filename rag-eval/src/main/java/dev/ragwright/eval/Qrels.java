package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.source.files.QrelsFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The judgments of several queries, as TREC calls them: qrels. Immutable. */
public final class Qrels {
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
   * Reads a file. Its first line says which form it has:
   *
   * <ul>
   *   <li>TREC's, {@code query iteration document grade} apart by white space;
   *   <li>BEIR's, whose first line is {@code query-id corpus-id score}: three columns, apart by
   *       tabs or by white space as those of the header are. By tabs, an id may hold spaces;
   *   <li>the same without a header, apart by tabs where the first line has two, else by white
   *       space. A line that is three columns by tabs and four by white space is refused.
   * </ul>
   *
   * <p>The file is UTF-8, gzip-compressed or not; blank lines are passed over.
   *
   * @throws DocumentReadException if there is no such file or no judgment in it; at a broken line
   *     or a pair that stands twice, naming file, line and column
   */
  public static Qrels read(Path file) {
    Map<String, Map<String, Integer>> grades = QrelsFile.read(file);
    if (grades.isEmpty()) {
      throw new DocumentReadException(file + " holds no judgment");
    }
    return ofGrades(grades);
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
          TrecIds.checkWritable("query id", query);
          known.grades().keySet().forEach(id -> TrecIds.checkWritable("document id", id));
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
}
