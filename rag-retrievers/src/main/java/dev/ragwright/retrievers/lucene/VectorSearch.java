package dev.ragwright.retrievers.lucene;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an index keeps its vectors, and how {@link LuceneIndex#knn} searches them. Whatever the way,
 * full vectors are kept too, and by them what is found is scored and put in order. Not part of the
 * index: it may change from one opening to the next, and what is written or merged from then on is
 * kept in the new way. Immutable.
 */
public final class VectorSearch {
  private static final int LEAST_EFFORT = 100;
  private static final int EFFORT_OF_ONE_BIT = 300;

  private enum Way {
    BY_SIZE,
    EXACT,
    GRAPH
  }

  private final Way way;
  private final int bits;
  private final int effort;

  private VectorSearch(Way way, int bits, int effort) {
    this.way = way;
    this.bits = bits;
    this.effort = effort;
  }

  /**
   * The default: exact in segments of less than about 20,000 vectors, where comparing all takes no
   * longer, and by a graph of full vectors in larger ones.
   */
  public static VectorSearch bySize() {
    return new VectorSearch(Way.BY_SIZE, 32, LEAST_EFFORT);
  }

  /**
   * Compares all, without a graph: what is found is exact, indexing costs little, and a search
   * costs in proportion to the vectors. They are held in the heap too, at a byte a number: of 384
   * numbers, a million take 0.42 GB.
   */
  public static VectorSearch exact() {
    return new VectorSearch(Way.EXACT, 32, 0);
  }

  /** A graph (HNSW) of full vectors in every segment, however small. */
  public static VectorSearch graph() {
    return new VectorSearch(Way.GRAPH, 32, LEAST_EFFORT);
  }

  /**
   * A graph of vectors at fewer bits a number, beside the full ones, which are read only for the
   * candidates: what a search touches most is smaller by as much. At one bit three times as many
   * candidates are compared in full.
   *
   * @param bits 8, 7, 4 or 1
   * @throws IllegalArgumentException if it is another number
   */
  public static VectorSearch graph(int bits) {
    return switch (bits) {
      case 8, 7, 4 -> new VectorSearch(Way.GRAPH, bits, LEAST_EFFORT);
      case 1 -> new VectorSearch(Way.GRAPH, bits, EFFORT_OF_ONE_BIT);
      default ->
          throw new IllegalArgumentException(
              "a graph has 8, 7, 4 or 1 bits a number, or full vectors with graph(), had " + bits);
    };
  }

  /**
   * The same with so many candidates of each graph, if that is more than what is asked for: more
   * find more of the nearest and take longer. Without an effect where there is no graph.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public VectorSearch withEffort(int candidates) {
    if (candidates < 1) {
      throw new IllegalArgumentException("the effort must be >= 1, was " + candidates);
    }
    return new VectorSearch(way, bits, candidates);
  }

  int effort() {
    return effort;
  }

  /** Of what is kept for the graph; 32 for the full vectors. */
  int bits() {
    return bits;
  }

  boolean isExact() {
    return way == Way.EXACT;
  }

  boolean isGraph() {
    return way == Way.GRAPH;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof VectorSearch other
        && way == other.way
        && bits == other.bits
        && effort == other.effort;
  }

  @Override
  public int hashCode() {
    return Objects.hash(way, bits, effort);
  }

  /** As descriptions show it, such as {@code graph, 4 bits, effort 100}. */
  @Override
  public String toString() {
    return switch (way) {
      case EXACT -> "exact";
      case BY_SIZE -> String.format(Locale.ROOT, "by size, effort %d", effort);
      case GRAPH -> String.format(Locale.ROOT, "graph, %d bits, effort %d", bits, effort);
    };
  }
}
