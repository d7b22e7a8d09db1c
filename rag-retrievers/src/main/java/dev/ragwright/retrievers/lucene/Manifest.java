package dev.ragwright.retrievers.lucene;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an index was made with. It is the user data of each Lucene commit, so it is replaced
 * together with the files that it describes or not at all.
 *
 * @param embedder the embedder's description, or null for an index without vectors
 * @param dimension of its vectors; 0 without
 * @param chunker the description of the chunker of the latest sync that wrote or ended, or null
 *     before the first
 */
record Manifest(
    String analyzer, @Nullable String embedder, int dimension, @Nullable String chunker) {

  /** Grows when an index of an older version must not be read by this code, or the other way. */
  static final int FORMAT = 1;

  private static final String FORMAT_KEY = "ragwright.format";
  private static final String ANALYZER = "ragwright.analyzer";
  private static final String EMBEDDER = "ragwright.embedder";
  private static final String DIMENSION = "ragwright.dimension";
  private static final String CHUNKER = "ragwright.chunker";

  Map<String, String> toUserData() {
    Map<String, String> data = new TreeMap<>();
    data.put(FORMAT_KEY, Integer.toString(FORMAT));
    data.put(ANALYZER, analyzer);
    if (embedder != null) {
      data.put(EMBEDDER, embedder);
      data.put(DIMENSION, Integer.toString(dimension));
    }
    if (chunker != null) {
      data.put(CHUNKER, chunker);
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
    if (!format.equals(Integer.toString(FORMAT))) {
      throw new IndexMismatchException(
          String.format(
              Locale.ROOT,
              "%s has format %s, and this version of Ragwright reads format %d; use the version that wrote it, or index into an empty directory",
              index,
              format,
              FORMAT));
    }
    return new Manifest(
        analyzer,
        data.get(EMBEDDER),
        Integer.parseInt(data.getOrDefault(DIMENSION, "0")),
        data.get(CHUNKER));
  }

  Manifest withChunker(String description) {
    return new Manifest(analyzer, embedder, dimension, description);
  }
}
