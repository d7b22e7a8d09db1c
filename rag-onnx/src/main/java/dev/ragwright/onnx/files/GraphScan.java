package dev.ragwright.onnx.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads what kind of graph an ONNX file holds, and skips its weights: of a file of any size a few
 * hundred kilobytes are read and held. Field numbers are those of onnx.proto of ONNX 1.17.
 */
public final class GraphScan {
  private static final int DEEPEST = 16;
  private static final Set<String> PASSED_ON =
      Set.of("DequantizeLinear", "Transpose", "Cast", "Identity", "Reshape");

  /** A constant's type (TensorProto.DataType) and how many numbers it has. */
  private record Constant(int type, long size) {}

  private static final class Node {
    final List<String> inputs = new ArrayList<>();
    final List<String> outputs = new ArrayList<>();
    final Map<String, Long> integers = new HashMap<>();
    @Nullable Constant value;
    String type = "";

    String input(int place) {
      return place < inputs.size() ? inputs.get(place) : "";
    }

    long integer(String name) {
      return integers.getOrDefault(name, 0L);
    }
  }

  private final Map<String, Constant> constants = new HashMap<>();
  private final Map<String, String> madeOf = new HashMap<>();
  private final List<Node> products = new ArrayList<>();
  private final List<String> inputs = new ArrayList<>();
  private final Set<String> externalFiles = new TreeSet<>();
  private boolean groupQueryAttention;
  private boolean sawGraph;

  private GraphScan() {}

  /**
   * Scans a model to its end.
   *
   * @throws IOException if it cannot be read, or is no ONNX model
   */
  public static ModelGraph of(InputStream model) throws IOException {
    GraphScan scan = new GraphScan();
    ProtoReader in = new ProtoReader(model);
    while (in.next(Long.MAX_VALUE)) {
      switch (in.field()) {
        case 7 -> scan.graph(in, in.end(), 0);
        case 25 -> scan.function(in, in.end());
        default -> in.skip();
      }
    }
    if (!scan.sawGraph) {
      throw new IOException("no graph");
    }
    return scan.summary();
  }

  private void graph(ProtoReader in, long end, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("graphs inside graphs, more than " + DEEPEST + " deep");
    }
    sawGraph = true;
    while (in.next(end)) {
      switch (in.field()) {
        case 1 -> add(node(in, in.end(), depth));
        case 5 -> constant(in, in.end());
        case 11 -> {
          String name = name(in, in.end());
          if (depth == 0) {
            inputs.add(name);
          }
        }
        default -> in.skip();
      }
    }
  }

  private void function(ProtoReader in, long end) throws IOException {
    while (in.next(end)) {
      if (in.field() == 7) {
        add(node(in, in.end(), 1));
      } else {
        in.skip();
      }
    }
  }

  private Node node(ProtoReader in, long end, int depth) throws IOException {
    Node node = new Node();
    while (in.next(end)) {
      switch (in.field()) {
        case 1 -> node.inputs.add(in.text());
        case 2 -> node.outputs.add(in.text());
        case 4 -> node.type = in.text();
        case 5 -> attribute(in, in.end(), node, depth);
        default -> in.skip();
      }
    }
    return node;
  }

  private void attribute(ProtoReader in, long end, Node node, int depth) throws IOException {
    String name = "";
    long integer = 0;
    while (in.next(end)) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 3 -> integer = in.number();
        case 5 -> node.value = constant(in, in.end());
        case 6, 11 -> graph(in, in.end(), depth + 1);
        default -> in.skip();
      }
    }
    node.integers.put(name, integer);
  }

  private Constant constant(ProtoReader in, long end) throws IOException {
    String name = "";
    int type = 0;
    long size = 1;
    while (in.next(end)) {
      switch (in.field()) {
        case 1 -> {
          if (in.isNumber()) {
            size = product(size, in.number());
          } else { // packed
            long packed = in.end();
            while (in.position() < packed) {
              size = product(size, in.varint());
            }
          }
        }
        case 2 -> type = (int) in.number();
        case 8 -> name = in.text();
        case 13 -> externalFile(in, in.end());
        default -> in.skip();
      }
    }
    Constant constant = new Constant(type, size);
    if (!name.isEmpty()) { // as an attribute's value has none
      constants.put(name, constant);
    }
    return constant;
  }

  private static long product(long size, long axis) throws IOException {
    try {
      return Math.multiplyExact(size, axis);
    } catch (ArithmeticException e) {
      throw new IOException("a tensor with an axis of " + axis, e);
    }
  }

  private void externalFile(ProtoReader in, long end) throws IOException {
    String key = "";
    String value = "";
    while (in.next(end)) {
      switch (in.field()) {
        case 1 -> key = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    if (key.equals("location")) {
      externalFiles.add(value);
    }
  }

  private static String name(ProtoReader in, long end) throws IOException {
    String name = "";
    while (in.next(end)) {
      if (in.field() == 1) {
        name = in.text();
      } else {
        in.skip();
      }
    }
    return name;
  }

  private void add(Node node) {
    groupQueryAttention |= node.type.equals("GroupQueryAttention");
    if (node.type.equals("Constant") && node.value != null && !node.outputs.isEmpty()) {
      constants.put(node.outputs.getFirst(), node.value);
    } else if (PASSED_ON.contains(node.type) && !node.outputs.isEmpty()) {
      madeOf.put(node.outputs.getFirst(), node.input(0));
    } else if (weightPlace(node.type) >= 0) {
      products.add(node);
    }
  }

  /** Which input of an operator is a matrix of weights; -1 for operators that have none. */
  private static int weightPlace(String type) {
    return switch (type) {
      case "MatMul", "FusedMatMul", "TransposeMatMul", "Gemm", "FusedGemm", "Attention" -> 1;
      case "MatMulNBits", "MatMulBnb4" -> 1;
      case "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QAttention" -> 1;
      case "QLinearMatMul", "QGemm" -> 3;
      default -> -1;
    };
  }

  private ModelGraph summary() {
    Map<WeightFormat, Long> weights = new EnumMap<>(WeightFormat.class);
    Set<String> counted = new HashSet<>();
    Set<Long> levels = new HashSet<>();
    boolean half = false;
    boolean floatZeroPoints = false;
    for (Node node : products) {
      String weight = source(node.input(weightPlace(node.type)));
      Constant constant = constants.get(weight);
      if (constant == null || !counted.add(weight)) {
        continue;
      }
      if (node.type.equals("MatMulNBits")) {
        levels.add(node.integer("accuracy_level"));
        half |= isHalf(constants.get(node.input(2)));
        Constant zeroPoints = constants.get(node.input(3));
        floatZeroPoints |= zeroPoints != null && format(zeroPoints).name().startsWith("FP");
      }
      long size =
          node.type.equals("MatMulNBits") || node.type.equals("MatMulBnb4")
              ? node.integer("K") * node.integer("N")
              : constant.size();
      weights.merge(format(node, constant), size, Long::sum);
    }
    return new ModelGraph(
        weights,
        half,
        floatZeroPoints,
        levels.size() == 1
            ? OptionalInt.of(levels.iterator().next().intValue())
            : OptionalInt.empty(),
        groupQueryAttention,
        inputs,
        List.copyOf(externalFiles));
  }

  /** The constant that a value is made of, through the operators that only change its form. */
  private String source(String name) {
    String source = name;
    for (int step = 0; step < DEEPEST && !constants.containsKey(source); step++) {
      source = madeOf.getOrDefault(source, "");
    }
    return source;
  }

  private static boolean isHalf(@Nullable Constant constant) {
    return constant != null && constant.type() == 10;
  }

  private static WeightFormat format(Node node, Constant constant) {
    return switch (node.type) {
      case "MatMulBnb4" -> WeightFormat.BNB4;
      case "MatMulNBits" ->
          switch ((int) node.integers.getOrDefault("bits", 4L).longValue()) {
            case 8 -> WeightFormat.Q8;
            case 4 -> WeightFormat.Q4;
            case 2 -> WeightFormat.Q2;
            case 1 -> WeightFormat.Q1;
            default -> WeightFormat.OTHER;
          };
      default -> format(constant);
    };
  }

  private static WeightFormat format(Constant constant) {
    return switch (constant.type()) {
      case 1 -> WeightFormat.FP32;
      case 10 -> WeightFormat.FP16;
      case 16 -> WeightFormat.BF16;
      case 2, 3 -> WeightFormat.INT8; // uint8 and int8
      case 21, 22 -> WeightFormat.Q4; // uint4 and int4, which come with scales for blocks
      default -> WeightFormat.OTHER;
    };
  }
}
