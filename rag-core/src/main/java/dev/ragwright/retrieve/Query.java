package dev.ragwright.retrieve;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is searched for. Immutable. */
public final class Query {
  private final String text;
  private final Embedder.Side side;

  private Query(String text, Embedder.Side side) {
    this.text = Objects.requireNonNull(text, "text");
    this.side = side;
  }

  /** A query of plain words: no character in it is an operator anywhere. May be empty. */
  public static Query of(String text) {
    return new Query(text, Embedder.Side.QUERY);
  }

  /**
   * A query that is written as what it looks for: a passage to find those like it. An embedder
   * reads it as it reads passages; where nothing is embedded, and in other frameworks' retrievers,
   * it is a query of plain words like any other.
   */
  public static Query like(String passage) {
    return new Query(passage, Embedder.Side.DOCUMENT);
  }

  /** A query of other words, read as this one is. */
  public Query withText(String other) {
    return new Query(other, side);
  }

  /** The words. */
  public String text() {
    return text;
  }

  /** As what an embedder reads it. */
  public Embedder.Side side() {
    return side;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Query other && text.equals(other.text) && side == other.side;
  }

  @Override
  public int hashCode() {
    return 31 * text.hashCode() + (side == Embedder.Side.DOCUMENT ? 1 : 0);
  }

  @Override
  public String toString() {
    return text;
  }
}
