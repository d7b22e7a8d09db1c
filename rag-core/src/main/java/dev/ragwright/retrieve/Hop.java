package dev.ragwright.retrieve;

import java.util.List;
import java.util.Objects;

/**
 * One of several searches for a question, and what it found that none before it had.
 *
 * @param query what was searched for; the question itself in the first
 * @param unseen best first, with the scores of this search; none of them is in a hop before it;
 *     unmodifiable
 */
public record Hop(Query query, List<Hit> unseen) {
  /** Copies the list. */
  public Hop {
    Objects.requireNonNull(query, "query");
    unseen = List.copyOf(unseen);
  }
}
