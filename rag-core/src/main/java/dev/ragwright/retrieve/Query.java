package dev.ragwright.retrieve;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is searched for. Immutable. */
public final class Query {
  private final String text;

  private Query(String text) {
    this.text = Objects.requireNonNull(text, "text");
  }

  /** A query of plain words: no character in it is an operator anywhere. May be empty. */
  public static Query of(String text) {
    return new Query(text);
  }

  /** The words. */
  public String text() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Query other && text.equals(other.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
