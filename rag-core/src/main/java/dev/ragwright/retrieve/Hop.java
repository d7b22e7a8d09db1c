package dev.ragwright.retrieve;

import java.util.List;
import java.util.Objects;

/**
 * One of several searches for a question, and what it found that none before it had.
 *
 * @param query what was searched for; the question itself in the first
 * @param unseen best first, with the scores of this search; none of them is in a hop before it;
 *     unmodifiable
 * @param round 0 for the question's own search; those with the same number were made at the same
 *     time, and nothing can stop between them
 */
public record Hop(Query query, List<Hit> unseen, int round) {
  /** Copies the list. */
  public Hop {
    Objects.requireNonNull(query, "query");
    if (round < 0) {
      throw new IllegalArgumentException("round must be >= 0, was " + round);
    }
    unseen = List.copyOf(unseen);
  }
}
