package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this processor, with this runtime, computes a product of 8-bit integers exactly: tried
 * with the largest and the least operands and a mixture of them, one row at a time and several, and
 * compared with the integers that Java computes. Each kind is tried once in a process, in some
 * milliseconds.
 */
final class Int8Probe {
  private static final Logger logger = LoggerFactory.getLogger(Int8Probe.class);

  static final int SEVEN_BITS = 64; // 255 * 64 twice fits into 16 bits

  private static final int EIGHT_BITS = 128;
  private static final int ROWS = 4; // one of each pattern
  private static final int TERMS = 64;
  private static final int COLUMNS = 64;

  private static final Map<Kind, Outcome> TRIED = new ConcurrentHashMap<>();

  private Int8Probe() {}

  /** What was seen. */
  enum Outcome {
    EXACT,
    WRONG,
    /** The runtime does not have this operator for these types. */
    MISSING
  }

  private record Kind(String domain, String type, int activations, int weights, int limit) {}

  /**
   * Tries an operator with all weights that there are.
   *
   * @param activations the type, {@link EditableTensor#UINT8} or {@link EditableTensor#INT8}
   * @param weights likewise
   */
  static Outcome of(Int8Operator operator, int activations, int weights) {
    return of(operator, activations, weights, EIGHT_BITS);
  }

  /** Likewise, with signed weights of which none is larger than the limit. */
  static Outcome of(Int8Operator operator, int activations, int weights, int limit) {
    Kind kind = new Kind(operator.domain(), operator.type(), activations, weights, limit);
    return TRIED.computeIfAbsent(kind, Int8Probe::tried);
  }

  private static Outcome tried(Kind kind) {
    try {
      Outcome outcome = run(kind);
      logger.debug("{}: {}", kind, outcome);
      return outcome;
    } catch (OrtException | IOException e) {
      logger.debug("{} cannot be tried", kind, e);
      return Outcome.MISSING;
    }
  }

  private static Outcome run(Kind kind) throws OrtException, IOException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
      settings.setIntraOpNumThreads(1);
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      try (OrtSession session = environment.createSession(graph(kind), settings)) {
        for (int row = 0; row < ROWS; row++) {
          if (!isExact(session, kind, row, 1)) {
            return Outcome.WRONG;
          }
        }
        return isExact(session, kind, 0, ROWS) ? Outcome.EXACT : Outcome.WRONG;
      }
    }
  }

  private static boolean isExact(OrtSession session, Kind kind, int first, int rows)
      throws OrtException {
    try (OnnxTensor activations = activations(kind, first, rows);
        OrtSession.Result result = session.run(Map.of("a", activations))) {
      OnnxTensor given = (OnnxTensor) result.get(0);
      ByteBuffer numbers = given.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      boolean convolved = kind.type.endsWith("Conv") || kind.type.equals("ConvInteger");
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < COLUMNS; column++) {
          int place = convolved ? column * rows + row : row * COLUMNS + column;
          long expected = product(kind, first + row, column);
          boolean same =
              switch (given.getInfo().type) {
                case INT32 -> numbers.getInt(place * Integer.BYTES) == expected;
                case FLOAT -> numbers.getFloat(place * Float.BYTES) == expected; // below 2^24
                default -> isRounded(kind, numbers.get(place), expected);
              };
          if (!same) {
            return false;
          }
        }
      }
      return true;
    }
  }

  /** Whether the integer is a product, scaled, or next to it. */
  private static boolean isRounded(Kind kind, byte given, long product) {
    int value = kind.activations == EditableTensor.INT8 ? given : (given & 255) - 128;
    return Math.abs(value - Math.clamp(product / (double) SCALE, -128, 127)) <= 1;
  }

  private static final float SCALE = TERMS * 255 * 128 / 100f;

  private static long product(Kind kind, int row, int column) {
    long sum = 0;
    for (int i = 0; i < TERMS; i++) {
      int weight = operand(kind.weights, kind.limit, column, i);
      int zero = kind.weights == EditableTensor.INT8 ? 0 : 128;
      sum += (long) operand(kind.activations, EIGHT_BITS, row, i) * (weight - zero);
    }
    return sum;
  }

  /** The operand in a place of a row or column: the pattern goes by the row's number. */
  private static int operand(int type, int limit, int row, int place) {
    int least = type == EditableTensor.UINT8 ? 0 : -limit;
    int largest = type == EditableTensor.UINT8 ? 255 : Math.min(limit, 127);
    return switch (row % ROWS) {
      case 0 -> largest;
      case 1 -> place % 2 == 0 ? largest : least;
      case 2 -> place == 0 ? largest : least + (37 * place + 11 * row) % (largest - least + 1);
      default -> place < 2 ? largest : least;
    };
  }

  private static OnnxTensor activations(Kind kind, int first, int rows) throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    long[] shape =
        switch (kind.type) {
          case "ConvInteger", "QLinearConv" -> new long[] {1, TERMS, 1, rows};
          case "QAttention" -> new long[] {rows, 1, TERMS};
          default -> new long[] {rows, TERMS};
        };
    boolean convolved = shape.length == 4;
    ByteBuffer bytes = ByteBuffer.allocateDirect(rows * TERMS);
    float[] floats = new float[rows * TERMS];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < TERMS; i++) {
        int place = convolved ? i * rows + row : row * TERMS + i;
        int operand = operand(kind.activations, EIGHT_BITS, first + row, i);
        bytes.put(place, (byte) operand);
        floats[place] = operand;
      }
    }
    return isFloat(kind)
        ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), shape)
        : OnnxTensor.createTensor(
            environment,
            bytes,
            shape,
            kind.activations == EditableTensor.INT8 ? OnnxJavaType.INT8 : OnnxJavaType.UINT8);
  }

  /** The largest number of each row is 255, so that the operator scales by 1. */
  private static boolean isFloat(Kind kind) {
    return kind.type.startsWith("Dynamic");
  }

  private static byte[] graph(Kind kind) throws IOException {
    boolean convolved = kind.type.endsWith("Conv") || kind.type.equals("ConvInteger");
    boolean attention = kind.type.equals("QAttention");
    int width = attention ? 3 * COLUMNS : COLUMNS;
    byte[] weights = new byte[TERMS * width];
    for (int i = 0; i < TERMS; i++) {
      for (int column = 0; column < width; column++) {
        weights[convolved ? column * TERMS + i : i * width + column] =
            (byte) operand(kind.weights, kind.limit, column % COLUMNS, i);
      }
    }
    List<Long> shape =
        convolved
            ? List.of((long) COLUMNS, (long) TERMS, 1L, 1L)
            : List.of((long) TERMS, (long) width);
    byte zero = (byte) (kind.weights == EditableTensor.INT8 ? 0 : 128);
    byte resultZero = (byte) (kind.activations == EditableTensor.INT8 ? 0 : 128);
    ProtoMessage graph = new ProtoMessage().with(2, "probe");
    EditableGraph editable = new EditableGraph(graph);
    editable.add(EditableTensor.of("w", kind.weights, shape, weights));
    editable.add(EditableTensor.of("wz", kind.weights, List.of(), new byte[] {zero}));
    editable.add(EditableTensor.of("az", kind.activations, List.of(), new byte[1]));
    editable.add(EditableTensor.of("yz", kind.activations, List.of(), new byte[] {resultZero}));
    editable.add(floats("one", 1, List.of()));
    editable.add(floats("scale", SCALE, List.of()));
    editable.setNodes(nodes(kind));
    if (attention) {
      byte[] bias = new byte[width * Float.BYTES];
      editable.add(EditableTensor.of("bias", EditableTensor.FLOAT, List.of((long) width), bias));
    }
    int axes = convolved ? 4 : attention ? 3 : 2;
    graph.with(11, value("a", isFloat(kind) ? EditableTensor.FLOAT : kind.activations, axes));
    graph.with(12, value("y", resultType(kind), axes));
    ProtoMessage model =
        new ProtoMessage()
            .with(1, 8)
            .with(7, graph)
            .with(8, new ProtoMessage().with(1, "").with(2, 17))
            .with(8, new ProtoMessage().with(1, "com.microsoft").with(2, 1));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model.write(
        bytes,
        (from, length, to) -> {
          throw new IOException("nothing was read");
        });
    return bytes.toByteArray();
  }

  private static int resultType(Kind kind) {
    return switch (kind.type) {
      case "MatMulInteger", "ConvInteger" -> EditableTensor.INT32;
      case "QLinearMatMul", "QLinearConv" -> kind.activations;
      default -> EditableTensor.FLOAT;
    };
  }

  private static List<EditableNode> nodes(Kind kind) {
    List<String> inputs =
        switch (kind.type) {
          case "MatMulInteger", "ConvInteger" -> List.of("a", "w", "az", "wz");
          case "QLinearMatMul", "QLinearConv" ->
              List.of("a", "one", "az", "w", "one", "wz", "scale", "yz");
          case "QGemm" -> List.of("a", "one", "az", "w", "one", "wz");
          case "MatMulIntegerToFloat" -> List.of("a", "w", "one", "one", "az", "wz");
          case "QAttention" -> List.of("a", "w", "bias", "one", "one", "", "az", "wz");
          case "DequantizeLinear" -> List.of("af", "wf");
          default -> List.of("a", "w", "one", "wz");
        };
    return switch (kind.type) {
      case "DequantizeLinear" ->
          List.of(
              node("", kind.type, List.of("a", "one", "az"), "af"),
              node("", kind.type, List.of("w", "one", "wz"), "wf"),
              node("", "MatMul", inputs, "y"));
      case "DynamicQuantizeLSTM" -> // whose products are those of this one
          List.of(node(kind.domain, "DynamicQuantizeMatMul", inputs, "y"));
      case "QAttention" -> List.of(node(kind.domain, kind.type, inputs, "y").with("num_heads", 1));
      default -> List.of(node(kind.domain, kind.type, inputs, "y"));
    };
  }

  private static EditableNode node(String domain, String type, List<String> inputs, String output) {
    return EditableNode.of(domain, type, "to " + output, inputs, List.of(output));
  }

  private static EditableTensor floats(String name, float value, List<Long> shape) {
    byte[] raw =
        ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    return EditableTensor.of(name, EditableTensor.FLOAT, shape, raw);
  }

  private static ProtoMessage value(String name, int type, int axes) {
    ProtoMessage shape = new ProtoMessage();
    for (int axis = 0; axis < axes; axis++) {
      shape.with(1, new ProtoMessage().with(2, "d" + axis + name));
    }
    ProtoMessage tensor = new ProtoMessage().with(1, type).with(2, shape);
    return new ProtoMessage().with(1, name).with(2, new ProtoMessage().with(1, tensor));
  }
}
