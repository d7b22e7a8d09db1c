package dev.ragwright.retrievers.embedding;

/**
 * The vectors of one text's tokens, in their order, each of length 1.
 *
 * @param values token by token (token, dimension); the caller's own
 * @param dimension how many numbers a vector has
 * @param read how many tokens the model read, with special ones and a prefix
 * @param cut how many of the text's tokens it did not read
 */
@SuppressWarnings("ArrayRecordComponent") // one owner, and nobody compares it
public record TokenVectors(float[] values, int dimension, int read, int cut) {
  /** How many tokens have a vector. */
  public int size() {
    return values.length / dimension;
  }
}
