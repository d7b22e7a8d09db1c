package dev.ragwright.onnx.runtime;

import java.util.List;
import java.util.Optional;

/**
 * An operator of the runtime that multiplies 8-bit integers, and the places of its inputs; -1 for
 * one that it does not have.
 *
 * @param activationsZero the zero point of the activations, whose type is theirs; without one they
 *     are quantised by the operator itself, as unsigned numbers
 */
record Int8Operator(
    String domain, String type, int activations, int activationsZero, List<Weights> weights) {
  private static final String RUNTIME = "com.microsoft";

  /** Places of weights and of their zero point. */
  record Weights(int place, int zero) {}

  /** A product in which both sides are dequantised first, which the runtime does not do. */
  static final Int8Operator DEQUANTIZED =
      new Int8Operator("", "DequantizeLinear", -1, -1, List.of(new Weights(0, 2)));

  private static final List<Int8Operator> ALL =
      List.of(
          of("", "MatMulInteger", 0, 2, 1, 3),
          of("", "ConvInteger", 0, 2, 1, 3),
          of("", "QLinearMatMul", 0, 2, 3, 5),
          of("", "QLinearConv", 0, 2, 3, 5),
          of(RUNTIME, "QLinearConv", 0, 2, 3, 5),
          of(RUNTIME, "QGemm", 0, 2, 3, 5),
          of(RUNTIME, "MatMulIntegerToFloat", 0, 4, 1, 5),
          of(RUNTIME, "DynamicQuantizeMatMul", 0, -1, 1, 3),
          of(RUNTIME, "QAttention", 0, 6, 1, 7),
          new Int8Operator(
              RUNTIME,
              "DynamicQuantizeLSTM",
              0,
              -1,
              List.of(new Weights(1, 9), new Weights(2, 11))));

  private static Int8Operator of(
      String domain, String type, int activations, int zero, int weights, int weightsZero) {
    return new Int8Operator(
        domain, type, activations, zero, List.of(new Weights(weights, weightsZero)));
  }

  /** The operator of a node, if it is one of these; not {@link #DEQUANTIZED}. */
  static Optional<Int8Operator> of(EditableNode node) {
    return ALL.stream()
        .filter(one -> one.type.equals(node.type()) && one.domain.equals(node.domain()))
        .findFirst();
  }
}
