package dev.ragwright.onnx.runtime;

import static dev.ragwright.testmodels.OnnxGraph.FLOAT;
import static dev.ragwright.testmodels.OnnxGraph.INT32;
import static dev.ragwright.testmodels.OnnxGraph.INT8;
import static dev.ragwright.testmodels.OnnxGraph.UINT8;
import static dev.ragwright.testmodels.OnnxGraph.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator against integers that Java computes: on any processor, whatever its kernels. */
class ExactInt8Test {
  private static final int ROWS = 5;
  private static final int TERMS = 96;
  private static final int COLUMNS = 96; // 9,216 weights are not held

  @TempDir Path folder;

  /** A product of which Java knows the integers. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Product(
      String operator, String zero, int largest, byte[] activations, byte[] weights, byte[] zeros) {

    static Product of(String operator, String zero, int largest) {
      Random random = new Random(7);
      byte[] activations = new byte[ROWS * TERMS];
      random.nextBytes(activations);
      for (int row = 0; row < ROWS; row++) { // so that the scale of a dynamic one is 1
        activations[row * TERMS] = 0;
        activations[row * TERMS + 1] = (byte) 255;
        Arrays.fill(activations, row * TERMS + 2, row * TERMS + 2 + 20 * row, (byte) 255);
      }
      byte[] weights = new byte[TERMS * COLUMNS];
      for (int i = 0; i < weights.length; i++) {
        boolean extreme = (i % COLUMNS) % 3 == 0;
        int weight = extreme ? largest : random.nextInt(2 * largest + 1) - largest;
        weights[i] = (byte) Math.clamp(i % 5 == 0 ? -weight : weight, -128, 127);
      }
      byte[] zeros = new byte[zero.equals("column") ? COLUMNS : 1];
      if (!zero.isEmpty() && !operator.equals("QAttention")) {
        random.nextBytes(zeros);
      }
      return new Product(operator, zero, largest, activations, weights, zeros);
    }

    long expected(int row, int column) {
      long sum = 0;
      for (int i = 0; i < TERMS; i++) {
        int zero = zero().isEmpty() ? 0 : zeros[zeros.length == 1 ? 0 : column];
        sum += (long) (activations[row * TERMS + i] & 255) * (weights[i * COLUMNS + column] - zero);
      }
      return sum;
    }

    boolean isConvolution() {
      return operator.contains("Conv");
    }

    @Override
    public String toString() {
      return operator + " " + zero + " " + largest;
    }
  }

  static Stream<Product> products() {
    List<Product> products = new ArrayList<>();
    for (int largest : new int[] {64, 128}) {
      for (String operator :
          List.of(
              "MatMulInteger",
              "MatMulIntegerToFloat",
              "DynamicQuantizeMatMul",
              "DequantizeLinear",
              "Transpose")) {
        for (String zero : List.of("", "scalar", "column")) {
          products.add(Product.of(operator, zero, largest));
        }
      }
      products.add(Product.of("ConvInteger", "", largest));
      products.add(Product.of("ConvInteger", "scalar", largest));
      products.add(Product.of("QGemm", "scalar", largest));
      products.add(Product.of("QLinearMatMul", "scalar", largest));
      products.add(Product.of("QLinearMatMul", "column", largest));
      products.add(Product.of("QLinearConv", "scalar", largest));
    }
    return products.stream();
  }

  private static byte[] transposed(byte[] weights) {
    byte[] transposed = new byte[weights.length];
    for (int i = 0; i < TERMS; i++) {
      for (int column = 0; column < COLUMNS; column++) {
        transposed[column * TERMS + i] = weights[i * COLUMNS + column];
      }
    }
    return transposed;
  }

  private static final float SCALE = TERMS * 255 * 128 / 50f;

  private static byte[] graph(Product product) {
    OnnxGraph graph = new OnnxGraph();
    boolean other = product.isConvolution() || product.operator.equals("Transpose");
    byte[] weights = other ? transposed(product.weights) : product.weights;
    if (product.isConvolution()) {
      graph.bytes("w", INT8, weights, COLUMNS, TERMS, 1, 1);
    } else {
      graph.bytes("w", INT8, weights, other ? COLUMNS : TERMS, other ? TERMS : COLUMNS);
    }
    String zero = product.zero.isEmpty() ? "" : "z";
    if (product.zero.equals("column")) {
      graph.bytes("z", INT8, product.zeros, COLUMNS);
    } else if (!zero.isEmpty()) {
      graph.bytes("z", INT8, product.zeros);
    }
    float[] ones = new float[COLUMNS];
    Arrays.fill(ones, 1);
    graph
        .bytes("az", UINT8, new byte[1])
        .bytes("yz", UINT8, new byte[] {(byte) 128})
        .floats("one", new float[] {1})
        .floats("ones", ones, COLUMNS)
        .floats("scale", new float[] {SCALE});
    if (product.isConvolution()) {
      graph.input("a", UINT8, "1", "" + TERMS, "1", "" + ROWS);
    } else {
      boolean dynamic = product.operator.startsWith("Dynamic");
      graph.input("a", dynamic ? FLOAT : UINT8, "" + ROWS, "" + TERMS);
    }
    List<String> y = List.of("y");
    int type = FLOAT;
    switch (product.operator) {
      case "MatMulInteger", "ConvInteger" -> {
        graph.node(product.operator, List.of("a", "w", "az", zero), y);
        type = INT32;
      }
      case "Transpose" -> { // of weights that something else reads too
        graph
            .node("Transpose", List.of("w"), List.of("t"), attribute("perm", new long[] {1, 0}))
            .node("Cast", List.of("t"), List.of("turned"), attribute("to", INT32))
            .output("turned", INT32, "" + TERMS, "" + COLUMNS)
            .node("MatMulInteger", List.of("a", "t", "", zero), y)
            .node("Cast", List.of("w"), List.of("same"), attribute("to", INT32))
            .output("same", INT32, "" + COLUMNS, "" + TERMS);
        type = INT32;
      }
      case "MatMulIntegerToFloat" ->
          graph.runtimeNode(product.operator, List.of("a", "w", "one", "one", "az", zero), y);
      case "DynamicQuantizeMatMul" ->
          graph.runtimeNode(product.operator, List.of("a", "w", "one", zero), y);
      case "QGemm" ->
          graph.runtimeNode(product.operator, List.of("a", "one", "az", "w", "one", zero), y);
      case "QLinearMatMul", "QLinearConv" -> {
        graph.node(product.operator, List.of("a", "one", "az", "w", "one", zero, "scale", "yz"), y);
        type = UINT8;
      }
      case "DequantizeLinear" -> {
        String scale = product.zero.equals("column") ? "ones" : "one";
        graph
            .node("DequantizeLinear", List.of("a", "one", "az"), List.of("af"))
            .node(
                "DequantizeLinear",
                zero.isEmpty() ? List.of("w", scale) : List.of("w", scale, zero),
                List.of("wf"),
                attribute("axis", 1))
            .node("MatMul", List.of("af", "wf"), y);
      }
      default -> throw new IllegalArgumentException(product.operator);
    }
    return (product.isConvolution()
            ? graph.output("y", type, "1", "" + COLUMNS, "1", "" + ROWS)
            : graph.output("y", type, "" + ROWS, "" + COLUMNS))
        .toBytes();
  }

  /** What the graph gives, one number for each row and column, the columns varying fastest. */
  private static float[] run(OrtSession session, Product product) throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    boolean convolution = product.isConvolution();
    byte[] laid = new byte[ROWS * TERMS];
    float[] floats = new float[ROWS * TERMS];
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < TERMS; i++) {
        int place = convolution ? i * ROWS + row : row * TERMS + i;
        laid[place] = product.activations[row * TERMS + i];
        floats[place] = laid[place] & 255;
      }
    }
    long[] shape = convolution ? new long[] {1, TERMS, 1, ROWS} : new long[] {ROWS, TERMS};
    ByteBuffer bytes = ByteBuffer.allocateDirect(laid.length).put(0, laid);
    try (OnnxTensor a =
            product.operator.startsWith("Dynamic")
                ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), shape)
                : OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("a", a))) {
      OnnxTensor y = (OnnxTensor) result.get("y").orElseThrow();
      ByteBuffer given = y.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      float[] numbers = new float[ROWS * COLUMNS];
      for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
          int place = convolution ? column * ROWS + row : row * COLUMNS + column;
          numbers[row * COLUMNS + column] =
              switch (y.getInfo().type) {
                case INT32 -> given.getInt(4 * place);
                case FLOAT -> given.getFloat(4 * place);
                default -> given.get(place) & 255;
              };
        }
      }
      return numbers;
    }
  }

  /** What reads the same weights beside a product has them as they were. */
  private static void checkOtherReaders(OrtSession session, Product product) throws OrtException {
    try (OnnxTensor a =
            OnnxTensor.createTensor(
                OnnxRuntime.environment(),
                ByteBuffer.allocateDirect(ROWS * TERMS),
                new long[] {ROWS, TERMS},
                OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("a", a))) {
      int[][] turned = (int[][]) result.get("turned").orElseThrow().getValue();
      int[][] same = (int[][]) result.get("same").orElseThrow().getValue();
      for (int i = 0; i < TERMS; i++) {
        for (int column = 0; column < COLUMNS; column++) {
          int weight = product.weights[i * COLUMNS + column];
          assertThat(turned[i][column]).isEqualTo(weight);
          assertThat(same[column][i]).isEqualTo(weight);
        }
      }
    }
  }

  private static void check(float[] given, Product product) {
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        float value = given[row * COLUMNS + column];
        long expected = product.expected(row, column);
        if (product.operator.startsWith("QLinear")) {
          float scaled = Math.clamp(expected / SCALE + 128, 0, 255);
          assertThat(value).isCloseTo(scaled, within(.51f));
        } else {
          assertThat(value).as("row %d, column %d", row, column).isEqualTo((float) expected);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("products")
  void aProductIsExactOnThisProcessorAndWithUnsignedWeights(Product product)
      throws IOException, OrtException {
    byte[] graph = graph(product);
    Path file = Files.write(folder.resolve("model.onnx"), graph);
    for (Int8Weights setting : List.of(Int8Weights.AS_NEEDED, Int8Weights.UNSIGNED)) {
      try (OrtSession.SessionOptions one = new OrtSession.SessionOptions();
          OrtSession.SessionOptions other = new OrtSession.SessionOptions()) {
        Int8Opening.Opened ofFile = Int8Opening.open(file, setting, one);
        Int8Opening.Opened ofBytes = Int8Opening.open(graph, "bytes", setting, other);
        try (OrtSession first = ofFile.session();
            OrtSession second = ofBytes.session()) {
          check(run(first, product), product);
          check(run(second, product), product);
          if (product.operator.equals("Transpose")) {
            checkOtherReaders(first, product);
            checkOtherReaders(second, product);
          }
        }
        if (setting == Int8Weights.UNSIGNED) {
          assertThat(ofFile.weights()).isEqualTo(Int8Weights.UNSIGNED);
        }
        if (product.largest == 64 && setting == Int8Weights.AS_NEEDED) {
          assertThat(ofFile.weights()).isEqualTo(Int8Weights.AS_PUBLISHED);
        }
      }
    }
  }

  @Test
  void whatIsComputedIsRefusedByName() throws IOException, OrtException {
    byte[] graph =
        new OnnxGraph()
            .input("a", UINT8, "" + ROWS, "" + TERMS)
            .input("b", INT8, "" + TERMS, "" + COLUMNS)
            .node("MatMulInteger", List.of("a", "b"), List.of("y"))
            .output("y", INT32, "" + ROWS, "" + COLUMNS)
            .toBytes();
    EditableModel model = EditableModel.read(graph);
    model.graph().nodes().getFirst().message().with(3, "/layer.0/scores");
    boolean saturates =
        Int8Probe.of(Int8Operator.of(model.graph().nodes().getFirst()).orElseThrow(), UINT8, INT8)
            == Int8Probe.Outcome.WRONG;
    if (saturates) {
      assertThatThrownBy(() -> ExactInt8.of(model, Int8Weights.AS_NEEDED))
          .isInstanceOf(ExactInt8.Refused.class)
          .hasMessage(
              "the operator MatMulInteger \"/layer.0/scores\", whose 8-bit products saturate on"
                  + " this processor, with weights that are computed");
      assertThat(ExactInt8.of(model, Int8Weights.AS_PUBLISHED).isInexact()).isTrue();
    } else {
      assertThat(ExactInt8.of(model, Int8Weights.AS_NEEDED).changes()).isFalse();
    }
  }
}
