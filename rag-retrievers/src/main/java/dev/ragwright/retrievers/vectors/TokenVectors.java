package dev.ragwright.retrievers.vectors;

import dev.ragwright.call.RagException;

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
  /**
   * From vectors of any length, which are brought to length 1 in place; one of zeros stays so.
   *
   * @param model whose they are, for an error's text
   * @throws RagException if one is not of finite numbers
   */
  public static TokenVectors ofLengthOne(
      String model, float[] values, int dimension, int read, int cut) {
    for (int start = 0; start < values.length; start += dimension) {
      normalize(model, values, start, dimension);
    }
    return new TokenVectors(values, dimension, read, cut);
  }

  public static void normalize(String model, float[] values, int start, int dimension) {
    double squares = 0;
    for (int i = start; i < start + dimension; i++) {
      squares += (double) values[i] * values[i];
    }
    if (!Double.isFinite(squares)) {
      throw new RagException(
          "the model %s gave a vector that is not of finite numbers".formatted(model));
    }
    if (squares > 0) {
      double scale = 1 / Math.sqrt(squares);
      for (int i = start; i < start + dimension; i++) {
        values[i] = (float) (values[i] * scale);
      }
    }
  }

  /** How many tokens have a vector. */
  public int size() {
    return values.length / dimension;
  }
}
