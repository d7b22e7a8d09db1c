package dev.ragwright.onnx;

import java.util.Arrays;
import java.util.List;

/**
 * What to do with a text of more tokens than a model reads. Which of these a stage takes, and which
 * unless told, its builder's {@code whenTooLong} says.
 */
public enum TooLong {
  /**
   * Reads all of it, in windows that overlap. An embedding is the mean of the windows' vectors,
   * weighted by their tokens, at length 1; a score is the best window's.
   */
  WINDOWS,

  /** Reads its beginning only, and counts what is cut in the usage. */
  CUT,

  /** Throws, with both figures. */
  REFUSE,

  /** Leaves out the evidence with the lowest score, as often as it takes, and counts it. */
  DROP_EVIDENCE;

  /**
   * Returns this, if a stage takes it.
   *
   * @throws IllegalArgumentException if it is none of those
   */
  public TooLong oneOf(TooLong... taken) {
    List<TooLong> all = Arrays.asList(taken);
    if (!all.contains(this)) {
      throw new IllegalArgumentException("whenTooLong must be one of " + all + ", was " + this);
    }
    return this;
  }
}
