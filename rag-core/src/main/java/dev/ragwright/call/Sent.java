package dev.ragwright.call;

/**
 * The most that one call of a stage sends to its service. What it is given is a generator's
 * {@linkplain dev.ragwright.generate.Generator#prompt prompt}, an embedder's texts, or what a
 * reranker reads. Immutable.
 *
 * @param times how often what it is given is sent; 1 where the stage does not ask again by itself
 * @param replies how many replies are sent back with it, each of them once
 * @param bytes what is sent beside, in UTF-8, with 16 for each further message; in all of its
 *     requests together
 */
public record Sent(long times, long replies, long bytes) {
  private static final Sent ONCE = new Sent(1, 0, 0);

  /** Refuses what is never sent, and negative numbers. */
  public Sent {
    if (times < 1 || replies < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "times must be >= 1, replies and bytes >= 0, were %s, %s and %s"
              .formatted(times, replies, bytes));
    }
  }

  /** What it is given, once, and nothing beside. */
  public static Sent once() {
    return ONCE;
  }

  /** What both send together. */
  public Sent plus(Sent other) {
    return new Sent(
        Math.addExact(times, other.times),
        Math.addExact(replies, other.replies),
        Math.addExact(bytes, other.bytes));
  }

  /**
   * What this many calls send together.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Sent repeated(long calls) {
    return new Sent(
        Math.multiplyExact(times, calls),
        Math.multiplyExact(replies, calls),
        Math.multiplyExact(bytes, calls));
  }
}
