package dev.ragwright.onnx.runtime;

import org.jspecify.annotations.Nullable;

/** The messages of onnx.proto of ONNX 1.17 that a graph is changed in, and what they hold. */
enum OnnxMessage implements ProtoMessage.Shape {
  MODEL,
  GRAPH,
  NODE,
  ATTRIBUTE,
  TENSOR,
  SPARSE_TENSOR,
  VALUE,
  TYPE,
  ENTRY,
  FUNCTION;

  @Override
  public @Nullable OnnxMessage within(int field) {
    return switch (this) {
      case MODEL ->
          switch (field) {
            case 7 -> GRAPH;
            case 25 -> FUNCTION;
            default -> null;
          };
      case GRAPH ->
          switch (field) {
            case 1 -> NODE;
            case 5 -> TENSOR;
            case 11, 12, 13 -> VALUE;
            case 15 -> SPARSE_TENSOR;
            default -> null;
          };
      case NODE -> field == 5 ? ATTRIBUTE : null;
      case ATTRIBUTE ->
          switch (field) {
            case 5, 10 -> TENSOR;
            case 6, 11 -> GRAPH;
            case 22, 23 -> SPARSE_TENSOR;
            default -> null;
          };
      case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : null;
      case FUNCTION -> field == 7 ? NODE : null;
      case TENSOR -> field == 13 ? ENTRY : null;
      case VALUE -> field == 2 ? TYPE : null;
      case TYPE -> field == 1 ? TYPE : null; // of a tensor, whose own first field is a number
      case ENTRY -> null;
    };
  }

  @Override
  public boolean isHeld(int field) {
    return switch (this) {
      case MODEL -> field == 8; // the versions of operators
      case GRAPH, VALUE, ATTRIBUTE -> field == 1;
      case NODE -> field != 6; // all but the description
      case TENSOR -> field == 1 || field == 8;
      case ENTRY -> true;
      case FUNCTION -> field < 7;
      case SPARSE_TENSOR, TYPE -> false;
    };
  }
}
