package dev.ragwright.onnx.runtime;

import static dev.ragwright.testmodels.OnnxGraph.FLOAT;
import static dev.ragwright.testmodels.OnnxGraph.INT8;
import static dev.ragwright.testmodels.OnnxGraph.UINT8;
import static dev.ragwright.testmodels.OnnxGraph.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Operators that have a product of 8-bit integers inside of something else, and a graph of several
 * products, against what Java computes: on any processor, whatever its kernels.
 */
class FusedInt8Test {
  private static final int ROWS = 4;
  private static final int TERMS = 96;
  private static final int HIDDEN = 24;
  private static final int SEVEN_BITS = 64;
  private static final int EIGHT_BITS = 127;

  private final SplittableRandom random = new SplittableRandom(7);

  /** Weights of which many are as large as they can be, of both signs. */
  private byte[] weights(int count, int largest) {
    byte[] weights = new byte[count];
    for (int i = 0; i < count; i++) {
      int weight = random.nextInt(largest + 1) + (random.nextInt(3) == 0 ? 0 : largest);
      weights[i] = (byte) (Math.min(weight, largest) * (random.nextBoolean() ? 1 : -1));
    }
    return weights;
  }

  /** Numbers of 0 to 255, both among them, so that quantising them changes nothing. */
  private int[] activations(int count) {
    int[] activations = random.ints(count, 0, 256).toArray();
    Arrays.fill(activations, 0, count / 3, 255);
    activations[count - 1] = 0;
    return activations;
  }

  private static byte[] zeros(int count, int zero) {
    byte[] zeros = new byte[count];
    Arrays.fill(zeros, (byte) zero);
    return zeros;
  }

  private static long product(int[] a, int row, int terms, byte[] w, int column, int zero) {
    int width = w.length / terms;
    long sum = 0;
    for (int i = 0; i < terms; i++) {
      sum += (long) a[row * terms + i] * (w[i * width + column] - zero);
    }
    return sum;
  }

  private static boolean saturates(String domain, String type) {
    EditableNode node = EditableNode.of(domain, type, "", List.of(), List.of());
    Int8Operator operator = Int8Operator.of(node).orElseThrow();
    return Int8Probe.of(operator, UINT8, INT8) == Int8Probe.Outcome.WRONG;
  }

  private static OnnxTensor bytes(int[] values, long... shape) throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(values.length);
    for (int i = 0; i < values.length; i++) {
      bytes.put(i, (byte) values[i]);
    }
    return OnnxTensor.createTensor(OnnxRuntime.environment(), bytes, shape, OnnxJavaType.UINT8);
  }

  private static OnnxTensor floats(int[] values, long... shape) throws OrtException {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    return OnnxTensor.createTensor(OnnxRuntime.environment(), FloatBuffer.wrap(floats), shape);
  }

  /** Opens a graph with a setting. */
  private static Int8Opening.Opened open(byte[] graph, Int8Weights setting)
      throws OrtException, IOException {
    try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
      return Int8Opening.open(graph, "a graph", setting, settings);
    }
  }

  private static float[] numbers(OrtSession.Result result, String output) {
    return OnnxModel.numbers((OnnxTensor) result.get(output).orElseThrow()).values();
  }

  /** Of a single token, to which attention gives its value: the last third of the product. */
  @ParameterizedTest
  @CsvSource({"64, none", "64, one", "127, none", "127, one", "127, column"})
  void attentionIsExact(int largest, String zero) throws IOException, OrtException {
    int width = 3 * HIDDEN;
    int[] a = activations(ROWS * TERMS);
    byte[] w = weights(TERMS * width, largest);
    int middle = zero.equals("none") ? 0 : 5;
    OnnxGraph graph =
        new OnnxGraph()
            .input("a", UINT8, "batch", "1", "" + TERMS)
            .bytes("w", INT8, w, TERMS, width)
            .bytes("az", UINT8, new byte[1])
            .floats("bias", new float[width], width)
            .floats("one", new float[] {1});
    if (zero.equals("one")) {
      graph.bytes("wz", INT8, zeros(1, middle));
    } else if (zero.equals("column")) {
      graph.bytes("wz", INT8, zeros(width, middle), width);
    }
    String weightsZero = zero.equals("none") ? "" : "wz";
    byte[] file =
        graph
            .runtimeNode(
                "QAttention",
                List.of("a", "w", "bias", "one", "one", "", "az", weightsZero),
                List.of("y"),
                attribute("num_heads", 2))
            .output("y", FLOAT, "batch", "1", "" + HIDDEN)
            .toBytes();
    for (Int8Weights setting : List.of(Int8Weights.AS_NEEDED, Int8Weights.UNSIGNED)) {
      Int8Opening.Opened opened = open(file, setting);
      boolean changed =
          setting == Int8Weights.UNSIGNED
              || (largest > SEVEN_BITS && saturates("com.microsoft", "QAttention"));
      assertThat(opened.weights())
          .isEqualTo(changed ? Int8Weights.UNSIGNED : Int8Weights.AS_PUBLISHED);
      try (OrtSession session = opened.session();
          OnnxTensor input = bytes(a, ROWS, 1, TERMS);
          OrtSession.Result result = session.run(Map.of("a", input))) {
        float[] given = numbers(result, "y");
        for (int row = 0; row < ROWS; row++) {
          for (int column = 0; column < HIDDEN; column++) {
            assertThat(given[row * HIDDEN + column])
                .isEqualTo((float) product(a, row, TERMS, w, 2 * HIDDEN + column, middle));
          }
        }
      }
    }
  }

  private static final float LSTM_SCALE = 1e-5f;

  /** How far the runtime's sigmoid and tanh take a number; saturation takes it farther by 20. */
  private static final double APPROXIMATED = .002;

  /** One step from a given state, whose numbers quantising does not change either. */
  @ParameterizedTest
  @CsvSource({"64, 1", "127, 1", "127, 96"})
  void anLstmIsExact(int largest, int zeros) throws IOException, OrtException {
    int width = 4 * HIDDEN;
    int[] x = activations(ROWS * TERMS);
    int[] h = activations(ROWS * HIDDEN);
    byte[] w = weights(TERMS * width, largest);
    byte[] r = weights(HIDDEN * width, largest);
    long[] shape = zeros == 1 ? new long[] {1} : new long[] {1, zeros};
    float[] scales = new float[zeros];
    Arrays.fill(scales, LSTM_SCALE);
    byte[] file =
        new OnnxGraph()
            .input("x", FLOAT, "1", "" + ROWS, "" + TERMS)
            .input("h", FLOAT, "1", "" + ROWS, "" + HIDDEN)
            .bytes("w", INT8, w, 1, TERMS, width)
            .bytes("r", INT8, r, 1, HIDDEN, width)
            .bytes("wz", INT8, new byte[zeros], shape)
            .bytes("rz", INT8, new byte[zeros], shape)
            .floats("scale", scales, shape)
            .runtimeNode(
                "DynamicQuantizeLSTM",
                List.of("x", "w", "r", "", "", "h", "", "", "scale", "wz", "scale", "rz"),
                List.of("", "y"),
                attribute("hidden_size", HIDDEN))
            .output("y", FLOAT, "1", "" + ROWS, "" + HIDDEN)
            .toBytes();
    for (Int8Weights setting : List.of(Int8Weights.AS_NEEDED, Int8Weights.UNSIGNED)) {
      Int8Opening.Opened opened = open(file, setting);
      boolean changed =
          setting == Int8Weights.UNSIGNED
              || (largest > SEVEN_BITS && saturates("com.microsoft", "DynamicQuantizeLSTM"));
      assertThat(opened.weights())
          .isEqualTo(changed ? Int8Weights.UNSIGNED : Int8Weights.AS_PUBLISHED);
      assertThat(farthest(opened, x, h, w, r)).isLessThan(APPROXIMATED);
    }
    Int8Opening.Opened published = open(file, Int8Weights.AS_PUBLISHED);
    assertThat(farthest(published, x, h, w, r) > 20 * APPROXIMATED)
        .isEqualTo(published.saturating());
  }

  private static double farthest(Int8Opening.Opened opened, int[] x, int[] h, byte[] w, byte[] r)
      throws OrtException {
    try (OrtSession session = opened.session();
        OnnxTensor input = floats(x, 1, ROWS, TERMS);
        OnnxTensor state = floats(h, 1, ROWS, HIDDEN);
        OrtSession.Result result = session.run(Map.of("x", input, "h", state))) {
      float[] given = numbers(result, "y");
      double farthest = 0;
      for (int row = 0; row < ROWS; row++) {
        for (int unit = 0; unit < HIDDEN; unit++) {
          double[] gates = new double[4]; // input, output, forget, cell
          for (int gate = 0; gate < 4; gate++) {
            int column = gate * HIDDEN + unit;
            long sum = product(x, row, TERMS, w, column, 0) + product(h, row, HIDDEN, r, column, 0);
            gates[gate] = sum * (double) LSTM_SCALE;
          }
          double cell = sigmoid(gates[0]) * Math.tanh(gates[3]); // the state before is 0
          double expected = sigmoid(gates[1]) * Math.tanh(cell);
          farthest = Math.max(farthest, Math.abs(given[row * HIDDEN + unit] - expected));
        }
      }
      return farthest;
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @ParameterizedTest
  @CsvSource({"64", "127"})
  void theRuntimesOwnConvolutionIsExact(int largest) throws IOException, OrtException {
    int[] a = activations(TERMS);
    byte[] w = weights(HIDDEN * TERMS, largest); // [out, in]
    float scale = 4e4f;
    byte[] file =
        new OnnxGraph()
            .input("a", UINT8, "1", "" + TERMS, "1", "1")
            .bytes("w", INT8, w, HIDDEN, TERMS, 1, 1)
            .bytes("az", UINT8, new byte[1])
            .bytes("wz", INT8, new byte[1])
            .bytes("yz", UINT8, zeros(1, 128))
            .floats("one", new float[] {1})
            .floats("scale", new float[] {scale})
            .runtimeNode(
                "QLinearConv",
                List.of("a", "one", "az", "w", "one", "wz", "scale", "yz"),
                List.of("y"),
                attribute("channels_last", 0))
            .output("y", UINT8, "1", "" + HIDDEN, "1", "1")
            .toBytes();
    for (Int8Weights setting : List.of(Int8Weights.AS_NEEDED, Int8Weights.UNSIGNED)) {
      try (OrtSession session = open(file, setting).session();
          OnnxTensor input = bytes(a, 1, TERMS, 1, 1);
          OrtSession.Result result = session.run(Map.of("a", input))) {
        ByteBuffer given = ((OnnxTensor) result.get("y").orElseThrow()).getByteBuffer();
        for (int out = 0; out < HIDDEN; out++) {
          long sum = 0;
          for (int i = 0; i < TERMS; i++) {
            sum += (long) a[i] * w[out * TERMS + i];
          }
          double expected = Math.clamp(sum / (double) scale + 128, 0, 255);
          assertThat(given.get(out) & 255).isCloseTo((int) Math.rint(expected), within(1));
        }
      }
    }
  }

  /** A model with weights of 7 bits in one layer and of 8 in another: only these are changed. */
  @Test
  void eachLayerIsLookedAtByItself() throws IOException, OrtException {
    int[] a = activations(ROWS * TERMS);
    byte[] narrow = weights(TERMS * HIDDEN, SEVEN_BITS);
    byte[] broad = weights(TERMS * HIDDEN, EIGHT_BITS);
    byte[] file =
        new OnnxGraph()
            .input("a", UINT8, "" + ROWS, "" + TERMS)
            .bytes("narrow", INT8, narrow, TERMS, HIDDEN)
            .bytes("broad", INT8, broad, TERMS, HIDDEN)
            .node("MatMulInteger", List.of("a", "narrow"), List.of("first"))
            .node("MatMulInteger", List.of("a", "broad"), List.of("second"))
            .node("Cast", List.of("first"), List.of("y1"), attribute("to", FLOAT))
            .node("Cast", List.of("second"), List.of("y2"), attribute("to", FLOAT))
            .output("y1", FLOAT, "" + ROWS, "" + HIDDEN)
            .output("y2", FLOAT, "" + ROWS, "" + HIDDEN)
            .toBytes();
    assertThat(ExactInt8.of(EditableModel.read(file), Int8Weights.UNSIGNED))
        .hasToString("2 weights, the first of MatMulInteger \"\"");
    assertThat(ExactInt8.of(EditableModel.read(file), Int8Weights.AS_NEEDED))
        .hasToString(
            saturates("", "MatMulInteger")
                ? "1 weights, the first of MatMulInteger \"\""
                : "no weights");
    for (Int8Weights setting : List.of(Int8Weights.AS_NEEDED, Int8Weights.UNSIGNED)) {
      try (OrtSession session = open(file, setting).session();
          OnnxTensor input = bytes(a, ROWS, TERMS);
          OrtSession.Result result = session.run(Map.of("a", input))) {
        for (int i = 0; i < ROWS * HIDDEN; i++) {
          int row = i / HIDDEN;
          int column = i % HIDDEN;
          assertThat(numbers(result, "y1")[i])
              .isEqualTo((float) product(a, row, TERMS, narrow, column, 0));
          assertThat(numbers(result, "y2")[i])
              .isEqualTo((float) product(a, row, TERMS, broad, column, 0));
        }
      }
    }
  }

  /** What cannot be changed is named, with what to do. */
  @Test
  void anLstmWhoseWeightsAreReadIsRefused() throws IOException {
    byte[] file =
        new OnnxGraph()
            .input("x", FLOAT, "1", "1", "" + TERMS)
            .input("w", INT8, "1", "" + TERMS, "" + 4 * HIDDEN)
            .bytes("r", INT8, new byte[HIDDEN * 4 * HIDDEN], 1, HIDDEN, 4 * HIDDEN)
            .bytes("z", INT8, new byte[1], 1)
            .floats("scale", new float[] {1}, 1)
            .runtimeNode(
                "DynamicQuantizeLSTM",
                List.of("x", "w", "r", "", "", "", "", "", "scale", "z", "scale", "z"),
                List.of("", "y"),
                attribute("hidden_size", HIDDEN))
            .output("y", FLOAT, "1", "1", "" + HIDDEN)
            .toBytes();
    EditableModel model = EditableModel.read(file); // only looked at
    if (saturates("com.microsoft", "DynamicQuantizeLSTM")) {
      assertThatThrownBy(() -> ExactInt8.of(model, Int8Weights.AS_NEEDED))
          .isInstanceOfSatisfying(
              ExactInt8.Refused.class,
              refused ->
                  assertThat(refused.expected())
                      .contains("another variant of the model", "OnnxOptions.int8Weights"))
          .hasMessage(
              "the operator DynamicQuantizeLSTM \"\", whose 8-bit products saturate on this"
                  + " processor, with weights that are computed");
    } else {
      assertThat(ExactInt8.of(model, Int8Weights.AS_NEEDED).changes()).isFalse();
    }
  }
}
