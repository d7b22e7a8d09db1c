package dev.ragwright.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** ONNX files whose weights are beside them, or only described. */
final class VariantGraph {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private VariantGraph() {}

  /** {@code hidden = float(input_ids) + w}, where the number w is in a file beside the model. */
  static byte[] withWeightsBeside(String location) {
    byte[] place = message(text(1, "location"), text(2, location));
    byte[] weight =
        message(number(1, 1), number(2, FLOAT), text(8, "w"), nested(13, place), number(14, 1));
    return model(
        message(
            nested(1, node("Cast", of("input_ids"), of("read"), integer("to", FLOAT))),
            nested(1, node("Add", of("read", "w"), of("hidden"))),
            text(2, "external"),
            nested(5, weight),
            nested(11, value("input_ids", INT64, true)),
            nested(12, value("hidden", FLOAT, true))));
  }

  /**
   * Products with weights of the given kinds, each of 64 times 32 numbers, which are not there: to
   * be looked at and not to be loaded. Inside of a branch, as merged decoders have them.
   */
  static byte[] products(String... kinds) {
    ByteArrayOutputStream branch = new ByteArrayOutputStream();
    for (String kind : kinds) {
      branch.writeBytes(product(kind));
    }
    return model(
        message(
            nested(1, node("If", of("yes"), of("y"), graph("then_branch", branch.toByteArray()))),
            nested(11, value("input_ids", INT64, true)),
            nested(11, value("layers.0.attn.q_proj.lora_A.weight", FLOAT, true))));
  }

  private static byte[] product(String kind) {
    return switch (kind) {
      case "fp32" -> message(nested(1, node("MatMul", of("x", "s"), of("y"))), weight("s", FLOAT));
      case "fp16" ->
          message(
              weight("h", 10),
              nested(1, node("Transpose", of("h"), of("t"))),
              nested(1, node("MatMul", of("x", "t"), of("y"))));
      case "int8" ->
          message(nested(1, node("MatMulInteger", of("x", "i"), of("y"))), weight("i", 3));
      case "q8" -> message(nested(1, blocks("b8", 8, "z8")), weight("b8", 2), weight("z8", 2));
      case "q4" -> message(nested(1, blocks("b4", 4, "")), weight("b4", 2));
      case "q4f16" ->
          message(nested(1, blocks("c4", 4, "")), weight("c4", 2), weight("c4_scales", 10));
      case "q4 with float zero points" ->
          message(nested(1, blocks("f4", 4, "zf")), weight("f4", 2), weight("zf", FLOAT));
      case "attention" -> nested(1, node("GroupQueryAttention", of("q", "k"), of("y")));
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static byte[] blocks(String weight, int bits, String zeroPoints) {
    return node(
        "MatMulNBits",
        of("x", weight, weight + "_scales", zeroPoints),
        of("y"),
        integer("K", 64),
        integer("N", 32),
        integer("bits", bits),
        integer("accuracy_level", 4));
  }

  private static byte[] weight(String name, int type) {
    return nested(5, message(number(1, 64), number(1, 32), number(2, type), text(8, name)));
  }

  private static byte[] model(byte[] graph) {
    return message(number(1, 8), nested(7, graph), nested(8, message(text(1, ""), number(2, 13))));
  }

  private static byte[] node(String type, String[] inputs, String[] outputs, byte[]... attributes) {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    for (String input : inputs) {
      node.writeBytes(text(1, input));
    }
    for (String output : outputs) {
      node.writeBytes(text(2, output));
    }
    node.writeBytes(text(4, type));
    for (byte[] attribute : attributes) {
      node.writeBytes(nested(5, attribute));
    }
    return node.toByteArray();
  }

  private static byte[] integer(String name, long value) {
    return message(text(1, name), number(3, value), number(20, 2));
  }

  private static byte[] graph(String name, byte[] graph) {
    return message(text(1, name), nested(6, graph), number(20, 5));
  }

  /** A scalar, or {@code [batch, token]}. */
  private static byte[] value(String name, int type, boolean sequence) {
    byte[] shape =
        sequence ? message(nested(1, text(2, "batch")), nested(1, text(2, "token"))) : new byte[0];
    byte[] tensor = message(number(1, type), nested(2, shape));
    return message(text(1, name), nested(2, nested(1, tensor)));
  }

  private static String[] of(String... names) {
    return names;
  }

  private static byte[] text(int field, String value) {
    return nested(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] nested(int field, byte[] value) {
    return message(varint(field << 3 | 2), varint(value.length), value);
  }

  private static byte[] number(int field, long value) {
    return message(varint(field << 3), varint(value));
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (; value > 127; value >>>= 7) {
      bytes.write((int) ((value & 127) | 128));
    }
    bytes.write((int) value);
    return bytes.toByteArray();
  }

  private static byte[] message(byte[]... fields) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      for (byte[] field : fields) {
        bytes.write(field);
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
