package dev.ragwright.eval.learn;

import java.util.Objects;

/**
 * What was learnt, with its proof. Immutable.
 *
 * @param <T> what was learnt
 */
public final class Learnt<T> {
  private final T value;
  private final Card card;

  Learnt(T value, Card card) {
    this.value = Objects.requireNonNull(value, "a learner returned null");
    this.card = card;
  }

  /** What is known of it. */
  public Card card() {
    return card;
  }

  /**
   * Returns what was learnt, if it is proven to help.
   *
   * @throws NotProvenException if the gain's interval includes 0 or is below it; the text has both
   */
  public T adopt() {
    if (card.verdict() != Card.Verdict.HELPS) {
      throw new NotProvenException(card);
    }
    return value;
  }

  /** Returns what was learnt, whatever its gain is. */
  public T adoptUnproven() {
    return value;
  }
}
