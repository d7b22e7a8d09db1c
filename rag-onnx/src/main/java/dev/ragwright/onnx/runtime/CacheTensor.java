package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One of the tensors in which a decoder keeps what it has read: an input that takes it and the
 * output that gives it on. Along one axis it has a place for each token; where it has none, it is a
 * summary of all tokens (as of a convolution), which cannot be taken back to fewer.
 *
 * @param past the input's name
 * @param present the output's name
 * @param shape with 1 for the batch and 0 for the axis of tokens
 * @param axis of tokens, or -1
 */
record CacheTensor(String past, String present, OnnxJavaType type, List<Long> shape, int axis) {

  boolean hasTokens() {
    return axis >= 0;
  }

  /** The shape with room for some tokens. */
  long[] shape(int tokens) {
    long[] sized = shape.stream().mapToLong(Long::longValue).toArray();
    if (hasTokens()) {
      sized[axis] = tokens;
    }
    return sized;
  }

  /** How many rows of tokens stand behind each other, such as one for each head. */
  private int rows() {
    return Math.toIntExact(product(0, axis));
  }

  /** The bytes of one token in one row. */
  private int width() {
    return Math.toIntExact(product(axis + 1, shape.size()) * type.size);
  }

  private long product(int from, int to) {
    return shape.subList(from, to).stream().reduce(1L, Math::multiplyExact);
  }

  /** The bytes of one token over all rows; 0 without an axis of tokens. */
  long bytesPerToken() {
    return hasTokens() ? Math.multiplyExact((long) rows(), width()) : 0;
  }

  /** The bytes with room for some tokens. */
  long bytes(int tokens) {
    return hasTokens()
        ? Math.multiplyExact(bytesPerToken(), tokens)
        : Math.multiplyExact(product(0, shape.size()), type.size);
  }

  /**
   * Copies the first tokens of every row.
   *
   * @param fromCapacity the tokens that a row of {@code from} has room for
   * @param toCapacity likewise of {@code to}
   */
  void copy(ByteBuffer from, int fromCapacity, ByteBuffer to, int toCapacity, int tokens) {
    int width = width();
    for (int row = 0; row < rows(); row++) {
      to.put(
          row * toCapacity * width,
          from,
          row * fromCapacity * width,
          Math.multiplyExact(tokens, width));
    }
  }
}
