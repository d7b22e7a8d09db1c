package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.source.files.TextFile;
import dev.ragwright.source.files.TextLine;
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
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a system found for several queries, as TREC calls it: a run. Immutable.
 *
 * <p>A run knows queries for which nothing was found; a TREC file does not, so those are gone from
 * what {@link #write} wrote. {@code trec_eval -c} counts them as 0.
 */
public final class Run {
  private final String tag;
  private final Map<String, Ranking> rankings;

  private Run(String tag, Map<String, Ranking> rankings) {
    this.tag = tag;
    this.rankings = rankings;
  }

  /**
   * A run of the rankings by query id.
   *
   * @param tag names it, such as {@code bm25}
   */
  public static Run of(String tag, Map<String, Ranking> rankings) {
    Map<String, Ranking> sorted = new TreeMap<>(Utf8Order::compare);
    sorted.putAll(rankings);
    return new Run(tag, Collections.unmodifiableMap(new LinkedHashMap<>(sorted)));
  }

  /**
   * Reads a file of TREC's form, {@code query Q0 document rank score tag} apart by white space. The
   * file is UTF-8, gzip-compressed or not. As for trec_eval, the rank does not count but the score
   * does; what stands behind the tag, blank lines and lines that begin with {@code #} are passed
   * over; the last line's tag is the run's.
   *
   * @throws DocumentReadException if there is no such file or nothing in it; at a broken line, a
   *     score that is not a finite number or a document that stands twice for a query, naming file,
   *     line and column
   */
  public static Run read(Path file) {
    Reader reader = new Reader();
    TextFile.forEachLine(file, reader::add);
    if (reader.scores.isEmpty()) {
      throw new DocumentReadException(file + " holds no result");
    }
    Map<String, Ranking> rankings = new LinkedHashMap<>();
    reader.scores.forEach((query, scores) -> rankings.put(query, Ranking.of(scores)));
    return of(reader.tag, rankings);
  }

  /**
   * Writes TREC's form, queries in the order of {@link #rankings()}.
   *
   * @throws IllegalArgumentException if an id or the tag has white space; nothing is written then
   * @throws UncheckedIOException if the file cannot be written
   */
  public void write(Path file) {
    TrecIds.checkWritable("tag", tag);
    rankings.forEach(
        (query, ranking) -> {
          TrecIds.checkWritable("query id", query);
          ranking.documents().forEach(id -> TrecIds.checkWritable("document id", id));
        });
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (Map.Entry<String, Ranking> query : rankings.entrySet()) {
        Ranking ranking = query.getValue();
        for (int rank = 1; rank <= ranking.size(); rank++) {
          out.write(query.getKey() + " Q0 " + ranking.document(rank) + " " + rank);
          out.write(" " + ranking.score(rank) + " " + tag + "\n");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the run " + file, e);
    }
  }

  /** The name of the run. */
  public String tag() {
    return tag;
  }

  /** The rankings by query id, ordered by id as unsigned bytes of UTF-8; unmodifiable. */
  public Map<String, Ranking> rankings() {
    return rankings;
  }

  /** This run with every ranking's scores as {@linkplain Ranking#withFloatScores() floats}. */
  public Run withFloatScores() {
    return map((query, ranking) -> ranking.withFloatScores());
  }

  /** This run without the documents that have their query's id. */
  Run withoutIdenticalIds() {
    return map((query, ranking) -> ranking.without(query, Integer.MAX_VALUE));
  }

  private Run map(BiFunction<String, Ranking, Ranking> change) {
    Map<String, Ranking> changed = new LinkedHashMap<>(rankings);
    changed.replaceAll(change);
    return new Run(tag, Collections.unmodifiableMap(changed));
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Run other && tag.equals(other.tag) && rankings.equals(other.rankings);
  }

  @Override
  public int hashCode() {
    return 31 * tag.hashCode() + rankings.hashCode();
  }

  /** For people: {@code bm25: 300 queries, 30000 documents}. */
  @Override
  public String toString() {
    int documents = rankings.values().stream().mapToInt(Ranking::size).sum();
    return tag + ": " + rankings.size() + " queries, " + documents + " documents";
  }

  private static final class Reader {
    final Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
    String tag = "";

    void add(TextLine line) {
      List<TextLine.Field> fields = line.fields();
      if (fields.getFirst().text().startsWith("#")) {
        return;
      }
      if (fields.size() < 6) {
        throw line.error(
            line.end(),
            String.format(
                Locale.ROOT,
                "found %d fields, expected query, Q0, document, rank, score and tag",
                fields.size()));
      }
      String query = fields.get(0).text();
      TextLine.Field document = fields.get(2);
      Map<String, Double> known = scores.computeIfAbsent(query, id -> new LinkedHashMap<>());
      if (known.put(document.text(), number(line, fields.get(4))) != null) {
        throw line.error(
            document.column(),
            "document \"%s\" stands twice for query \"%s\"".formatted(document.text(), query));
      }
      tag = fields.get(5).text();
    }

    /** A decimal number; Java's own grammar has suffixes, hexadecimal digits and NaN besides. */
    private static double number(TextLine line, TextLine.Field score) {
      if (score.text().chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0)) {
        try {
          double number = Double.parseDouble(score.text());
          if (Double.isFinite(number)) {
            return number;
          }
        } catch (NumberFormatException e) {
          // falls through to the same error
        }
      }
      throw line.error(
          score.column(), "the score \"" + score.text() + "\" is not a finite decimal number");
    }
  }
}
