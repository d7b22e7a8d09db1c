package dev.ragwright.retrievers.embedding;

/** What an embedder does with a text of more tokens than its model reads. */
public enum LongTexts {
  /**
   * Reads all of it, in windows that overlap by an eighth. The text's vector is the mean of the
   * windows' vectors, weighted by their tokens, at length 1.
   */
  WINDOWS,

  /** Reads its beginning only, and counts what is cut in the usage. */
  CUT
}
