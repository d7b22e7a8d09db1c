package dev.ragwright.testmodels;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes ONNX files of a few nodes, for tests of what no real model does: a model that emits given
 * numbers, that never ends, or that has unusual inputs. Nodes, weights, inputs and outputs are kept
 * in the order of the calls; nothing is checked, the runtime does that when it loads the file.
 *
 * <pre>{@code
 * byte[] file = new OnnxGraph()
 *     .input("input_ids", OnnxGraph.INT64, "batch", "token")
 *     .node("Cast", List.of("input_ids"), List.of("hidden"), OnnxGraph.attribute("to", OnnxGraph.FLOAT))
 *     .output("hidden", OnnxGraph.FLOAT, "batch", "token")
 *     .toBytes();
 * }</pre>
 *
 * <p>The bytes are the protocol buffers of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>, IR version 8. Not
 * for use by several threads.
 */
public final class OnnxGraph {
  /** 32-bit floating-point numbers. */
  public static final int FLOAT = 1;

  /** Unsigned bytes. */
  public static final int UINT8 = 2;

  /** Signed bytes. */
  public static final int INT8 = 3;

  /** 32-bit integers. */
  public static final int INT32 = 6;

  /** 64-bit integers. */
  public static final int INT64 = 7;

  /** Truth values. */
  public static final int BOOL = 9;

  /** 16-bit floating-point numbers. */
  public static final int FLOAT16 = 10;

  private static final int OPSET = 17;
  private final List<byte[]> fields = new ArrayList<>(); // of GraphProto
  private boolean contrib;

  /** A graph without anything in it. */
  public OnnxGraph() {
    fields.add(text(2, "graph"));
  }

  /**
   * Declares an input.
   *
   * @param shape the axes, outermost first: a number, or a name where the length is free; none for
   *     a scalar
   */
  public OnnxGraph input(String name, int type, String... shape) {
    return with(nested(11, value(name, type, shape)));
  }

  /** Declares an output; see {@link #input}. */
  public OnnxGraph output(String name, int type, String... shape) {
    return with(nested(12, value(name, type, shape)));
  }

  /** Adds a node of ONNX's own operators, after those that it reads from. */
  public OnnxGraph node(
      String operator, List<String> inputs, List<String> outputs, byte[]... attributes) {
    return with(nested(1, node("", operator, inputs, outputs, attributes)));
  }

  /** Adds a node of the runtime's operators, the domain {@code com.microsoft}. */
  public OnnxGraph runtimeNode(
      String operator, List<String> inputs, List<String> outputs, byte[]... attributes) {
    contrib = true;
    return with(nested(1, node("com.microsoft", operator, inputs, outputs, attributes)));
  }

  /**
   * Adds a cache as the graph of a decoder has one: the input {@code past_key_values.0.key}, the
   * output {@code present.0.key}, and in them one number for each token, its id out of {@code
   * input_ids}.
   */
  public OnnxGraph cacheOfIds() {
    return input("past_key_values.0.key", FLOAT, "batch_size", "1", "past", "1")
        .longs("cacheAxes", new long[] {1, 3}, 2)
        .node("Cast", List.of("input_ids"), List.of("cacheIds"), attribute("to", FLOAT))
        .node("Unsqueeze", List.of("cacheIds", "cacheAxes"), List.of("cacheNew"))
        .node(
            "Concat",
            List.of("past_key_values.0.key", "cacheNew"),
            List.of("present.0.key"),
            attribute("axis", 2))
        .output("present.0.key", FLOAT, "batch_size", "1", "total", "1");
  }

  /**
   * Adds a node that gives what it reads, after copying it as often as a scalar of {@link #INT64}
   * says: with 2^62 a run that ends only when it is stopped. Once in a graph.
   *
   * @param shape of what it reads, as {@link #input} takes it; of floats
   */
  public OnnxGraph copied(String times, String from, String to, String... shape) {
    OnnxGraph body =
        new OnnxGraph()
            .input("iteration", INT64)
            .input("goOn", BOOL)
            .input("last", FLOAT, shape)
            .node("Identity", List.of("goOn"), List.of("goOnToo"))
            .node("Identity", List.of("last"), List.of("next"))
            .output("goOnToo", BOOL)
            .output("next", FLOAT, shape);
    return bool("copies", true)
        .node("Loop", List.of(times, "copies", from), List.of(to), attribute("body", body));
  }

  /** Adds weights, the last axis varying fastest; a scalar has no shape. */
  public OnnxGraph floats(String name, float[] values, long... shape) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return with(nested(5, tensor(name, FLOAT, raw.array(), shape)));
  }

  /** Adds whole numbers; see {@link #floats}. */
  public OnnxGraph longs(String name, long[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return with(nested(5, tensor(name, INT64, raw.array(), shape)));
  }

  /** Adds numbers of one byte each, of {@link #UINT8} or {@link #INT8}; see {@link #floats}. */
  public OnnxGraph bytes(String name, int type, byte[] values, long... shape) {
    return with(nested(5, tensor(name, type, values, shape)));
  }

  /** Adds weights that are in another file, given relative to the model's. */
  public OnnxGraph weightsBeside(String name, int type, String location, long... shape) {
    byte[] place = bytes(text(1, "location"), text(2, location));
    byte[] external = bytes(nested(13, place), number(14, 1));
    return with(nested(5, bytes(tensor(name, type, shape), external)));
  }

  /** Adds weights whose numbers are left out: a file to be looked at and not to be loaded. */
  public OnnxGraph weightsLeftOut(String name, int type, long... shape) {
    return with(nested(5, tensor(name, type, shape)));
  }

  /** Adds one truth value. */
  public OnnxGraph bool(String name, boolean value) {
    return with(nested(5, tensor(name, BOOL, new byte[] {(byte) (value ? 1 : 0)})));
  }

  /** A whole number for a node. */
  public static byte[] attribute(String name, long value) {
    return bytes(text(1, name), number(3, value), number(20, 2));
  }

  /** A number for a node. */
  public static byte[] attribute(String name, float value) {
    ByteBuffer raw = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.putFloat(value);
    return bytes(text(1, name), varint(2 << 3 | 5), raw.array(), number(20, 1));
  }

  /** Whole numbers for a node. */
  public static byte[] attribute(String name, long[] values) {
    byte[][] each =
        Arrays.stream(values).mapToObj(value -> number(8, value)).toArray(byte[][]::new);
    return bytes(text(1, name), bytes(each), number(20, 7));
  }

  /** A graph for a node that holds one, such as the body of a {@code Loop}. */
  public static byte[] attribute(String name, OnnxGraph graph) {
    return bytes(text(1, name), nested(6, graph.graph()), number(20, 5));
  }

  /** The file. */
  public byte[] toBytes() {
    byte[] own = nested(8, bytes(text(1, ""), number(2, OPSET)));
    byte[] runtime =
        contrib ? nested(8, bytes(text(1, "com.microsoft"), number(2, 1))) : new byte[0];
    return bytes(number(1, 8), nested(7, graph()), own, runtime);
  }

  private byte[] graph() {
    return bytes(fields.toArray(byte[][]::new));
  }

  private OnnxGraph with(byte[] field) {
    fields.add(field);
    return this;
  }

  private static byte[] node(
      String domain,
      String operator,
      List<String> inputs,
      List<String> outputs,
      byte[]... attributes) {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    inputs.forEach(input -> node.writeBytes(text(1, input)));
    outputs.forEach(output -> node.writeBytes(text(2, output)));
    node.writeBytes(text(4, operator));
    for (byte[] attribute : attributes) {
      node.writeBytes(nested(5, attribute));
    }
    node.writeBytes(text(7, domain));
    return node.toByteArray();
  }

  private static byte[] tensor(String name, int type, byte[] raw, long... shape) {
    return bytes(tensor(name, type, shape), nested(9, raw));
  }

  private static byte[] tensor(String name, int type, long... shape) {
    ByteArrayOutputStream tensor = new ByteArrayOutputStream();
    for (long length : shape) {
      tensor.writeBytes(number(1, length));
    }
    return bytes(tensor.toByteArray(), number(2, type), text(8, name));
  }

  private static byte[] value(String name, int type, String... shape) {
    ByteArrayOutputStream axes = new ByteArrayOutputStream();
    for (String axis : shape) {
      boolean fixed = !axis.isEmpty() && axis.chars().allMatch(Character::isDigit);
      axes.writeBytes(nested(1, fixed ? number(1, Long.parseLong(axis)) : text(2, axis)));
    }
    byte[] tensor = bytes(number(1, type), nested(2, axes.toByteArray()));
    return bytes(text(1, name), nested(2, nested(1, tensor)));
  }

  private static byte[] text(int field, String value) {
    return nested(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] nested(int field, byte[] value) {
    return bytes(varint(field << 3 | 2), varint(value.length), value);
  }

  private static byte[] number(int field, long value) {
    return bytes(varint(field << 3), varint(value));
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (; (value & ~127L) != 0; value >>>= 7) {
      out.write((int) ((value & 127) | 128));
    }
    out.write((int) value);
    return out.toByteArray();
  }

  private static byte[] bytes(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
