package dev.ragwright.onnx.runtime;

import java.util.Arrays;
import java.util.List;

/**
 * Numbers of a run's output, the last axis varying fastest.
 *
 * @param values the numbers; the caller's own, nobody else keeps them
 * @param shape how many along each axis, outermost first; unmodifiable
 */
@SuppressWarnings("ArrayRecordComponent") // one owner, and a copy for each run would be waste
public record FloatTensor(float[] values, List<Long> shape) {
  /** Copies the shape, not the values. */
  public FloatTensor {
    shape = List.copyOf(shape);
  }

  /** The shape and the first numbers, for people. */
  @Override
  public String toString() {
    return shape + " " + Arrays.toString(Arrays.copyOf(values, Math.min(4, values.length)));
  }
}
