package dev.ragwright.onnx.runtime;

import java.util.List;

/**
 * An input or an output as the graph declares it.
 *
 * @param type such as {@code INT64} or {@code FLOAT}
 * @param shape how many along each axis, outermost first, -1 where it depends on the run;
 *     unmodifiable
 */
public record GraphTensor(String name, String type, List<Long> shape) {
  /** Copies the shape. */
  public GraphTensor {
    shape = List.copyOf(shape);
  }

  /** Such as {@code input_ids INT64[-1, -1]}. */
  @Override
  public String toString() {
    return name + " " + type + shape;
  }
}
