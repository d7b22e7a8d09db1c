package dev.ragwright.generate;

/**
 * A decision not to answer: an outcome of its own, not a failure and not an empty answer.
 *
 * @param detail what was found and what would have been enough, for people
 */
public record Abstention(Reason reason, String detail) {

  /** Why there is no answer. */
  public enum Reason {
    /** Nothing was found. */
    NO_EVIDENCE,
    /** What was found does not answer the question well enough. */
    WEAK_EVIDENCE,
    /** What was found does not fit into what the generator may read. */
    BUDGET,
    /** The generator read the evidence and declined. */
    DECLINED
  }
}
