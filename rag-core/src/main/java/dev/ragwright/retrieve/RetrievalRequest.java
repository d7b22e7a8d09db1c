package dev.ragwright.retrieve;

import java.util.Objects;

/** One call of a retriever: the query, how many passages, and which may be returned. Immutable. */
public final class RetrievalRequest {
  private final Query query;
  private final int topK;
  private final Filter filter;

  private RetrievalRequest(Query query, int topK, Filter filter) {
    if (topK < 1) {
      throw new IllegalArgumentException("topK must be >= 1, was " + topK);
    }
    this.query = Objects.requireNonNull(query, "query");
    this.topK = topK;
    this.filter = Objects.requireNonNull(filter, "filter");
  }

  /**
   * A request without a filter.
   *
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public static RetrievalRequest of(String query, int topK) {
    return of(Query.of(query), topK);
  }

  /**
   * A request without a filter.
   *
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public static RetrievalRequest of(Query query, int topK) {
    return new RetrievalRequest(query, topK, Filter.all());
  }

  /** This request for another query. */
  public RetrievalRequest withQuery(Query other) {
    return new RetrievalRequest(other, topK, filter);
  }

  /**
   * This request for another number of passages.
   *
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public RetrievalRequest withTopK(int other) {
    return new RetrievalRequest(query, other, filter);
  }

  /** This request among other passages. */
  public RetrievalRequest withFilter(Filter other) {
    return new RetrievalRequest(query, topK, other);
  }

  /** What is searched for. */
  public Query query() {
    return query;
  }

  /** The most passages to return; at least 1. */
  public int topK() {
    return topK;
  }

  /** Which passages may be returned. */
  public Filter filter() {
    return filter;
  }
}
