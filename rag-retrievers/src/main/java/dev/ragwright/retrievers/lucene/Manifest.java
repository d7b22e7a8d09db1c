package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.ReadProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What an index was made with. It is the user data of each Lucene commit, so it is replaced
 * together with the files that it describes or not at all.
 *
 * @param searched what of a passage the words are those of
 * @param embedder the embedder's description, or null for an index without vectors
 * @param dimension of its vectors; 0 without
 * @param store the description of the database that has the vectors, or null where the index has
 *     them, or none
 * @param tokens the description of the encoder of the vectors of tokens, or null without such
 * @param sparse the description of the sparse encoder, or null without its weights
 * @param scope the metadata key that every search must fix, or null for none
 * @param chunker the description of the chunker of the latest sync that wrote or ended, or null
 *     before the first
 * @param readers the versions of the readers of the documents of the latest sync that ended, by
 *     their names, sorted
 * @param problems what that sync could not read, in its order
 */
record Manifest(
    String analyzer,
    SearchedText searched,
    @Nullable String embedder,
    int dimension,
    @Nullable String store,
    @Nullable String tokens,
    @Nullable String sparse,
    @Nullable String scope,
    @Nullable String chunker,
    SortedMap<String, String> readers,
    List<ReadProblem> problems) {

  /** Grows when an index of an older version must not be read by this code, or the other way. */
  static final int FORMAT = 4;

  /**
   * The oldest that this code reads: without weights of fields, and without several texts; 3 had no
   * vectors of tokens and no sparse weights.
   */
  private static final int OLDEST = 2;

  private static final String FORMAT_KEY = "ragwright.format";
  private static final String ANALYZER = "ragwright.analyzer";
  private static final String EMBEDDER = "ragwright.embedder";
  private static final String DIMENSION = "ragwright.dimension";
  private static final String STORE = "ragwright.store";
  private static final String TOKENS = "ragwright.tokens";
  private static final String SPARSE = "ragwright.sparse";
  private static final String SCOPE = "ragwright.scope";
  private static final String CHUNKER = "ragwright.chunker";
  private static final String READER = "ragwright.reader.";
  private static final String PROBLEM = "ragwright.problem.";

  /** Before the first sync. */
  Manifest(
      String analyzer,
      SearchedText searched,
      @Nullable String embedder,
      int dimension,
      @Nullable String store,
      @Nullable String tokens,
      @Nullable String sparse,
      @Nullable String scope) {
    this(
        analyzer,
        searched,
        embedder,
        dimension,
        store,
        tokens,
        sparse,
        scope,
        null,
        new TreeMap<>(),
        List.of());
  }

  Map<String, String> toUserData() {
    Map<String, String> data = new TreeMap<>();
    data.put(FORMAT_KEY, Integer.toString(FORMAT));
    data.put(ANALYZER, analyzer);
    searched.addTo(data);
    if (embedder != null) {
      data.put(EMBEDDER, embedder);
      data.put(DIMENSION, Integer.toString(dimension));
    }
    if (store != null) {
      data.put(STORE, store);
    }
    if (tokens != null) {
      data.put(TOKENS, tokens);
    }
    if (sparse != null) {
      data.put(SPARSE, sparse);
    }
    if (scope != null) {
      data.put(SCOPE, scope);
    }
    if (chunker != null) {
      data.put(CHUNKER, chunker);
    }
    readers.forEach((name, version) -> data.put(READER + name, version));
    int number = 0;
    for (ReadProblem problem : problems) {
      String id = problem.documentId();
      data.put(
          PROBLEM + String.format(Locale.ROOT, "%05d", number++),
          problem.extent() + " " + id.length() + " " + id + problem.reason());
    }
    return data;
  }

  /**
   * @throws IndexMismatchException if the index is of another format or not of this library
   */
  static Manifest of(Map<String, String> data, String index) {
    String format = data.get(FORMAT_KEY);
    String analyzer = data.get(ANALYZER);
    if (format == null || analyzer == null) {
      throw new IndexMismatchException(
          index + " is a Lucene index that Ragwright did not write; choose an empty directory");
    }
    if (!isRead(format)) {
      throw new IndexMismatchException(
          String.format(
              Locale.ROOT,
              "%s has format %s, and this version of Ragwright reads format %d; use the version"
                  + " that wrote it, or index into an empty directory",
              index,
              format,
              FORMAT));
    }
    return new Manifest(
        analyzer,
        SearchedText.of(data),
        data.get(EMBEDDER),
        Integer.parseInt(data.getOrDefault(DIMENSION, "0")),
        data.get(STORE),
        data.get(TOKENS),
        data.get(SPARSE),
        data.get(SCOPE),
        data.get(CHUNKER),
        readers(data),
        problems(data));
  }

  private static boolean isRead(String format) {
    return IntStream.rangeClosed(OLDEST, FORMAT)
        .mapToObj(Integer::toString)
        .anyMatch(format::equals);
  }

  private static SortedMap<String, String> readers(Map<String, String> data) {
    SortedMap<String, String> readers = new TreeMap<>();
    data.forEach(
        (key, value) -> {
          if (key.startsWith(READER)) {
            readers.put(key.substring(READER.length()), value);
          }
        });
    return readers;
  }

  private static List<ReadProblem> problems(Map<String, String> data) {
    List<ReadProblem> problems = new ArrayList<>();
    new TreeMap<>(data)
        .forEach(
            (key, value) -> {
              if (key.startsWith(PROBLEM)) {
                String[] parts = value.split(" ", 3);
                int id = Integer.parseInt(parts[1]);
                problems.add(
                    new ReadProblem(
                        parts[2].substring(0, id),
                        parts[2].substring(id),
                        ReadProblem.Extent.valueOf(parts[0])));
              }
            });
    return List.copyOf(problems);
  }

  Manifest withChunker(String description) {
    return new Manifest(
        analyzer,
        searched,
        embedder,
        dimension,
        store,
        tokens,
        sparse,
        scope,
        description,
        readers,
        problems);
  }

  Manifest withScope(@Nullable String key) {
    return new Manifest(
        analyzer, searched, embedder, dimension, store, tokens, sparse, key, chunker, readers,
        problems);
  }

  /** After a sync that ended. */
  Manifest withSource(SortedMap<String, String> seen, List<ReadProblem> found) {
    return new Manifest(
        analyzer,
        searched,
        embedder,
        dimension,
        store,
        tokens,
        sparse,
        scope,
        chunker,
        seen,
        List.copyOf(found));
  }
}
