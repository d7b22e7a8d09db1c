package dev.ragwright.testmodels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * Tells whether a processor rounds sums of floating-point numbers as that did which golden values
 * of a model with 8-bit weights are from: with ONNX Runtime 1.29.0 and AVX-512.
 *
 * <p>Such a model rounds its activations to 8 bits before each product. Where softmax is summed in
 * 8 lanes (AVX2) in place of 16, its last bits differ, and a number that lies between two integers
 * becomes the other one here and there; that turns others in the layers behind. Most texts have the
 * same logits to the last digit all the same, and in others they move by some tenths. So golden
 * values hold to the last digits where sums are rounded as theirs, and elsewhere within what such
 * roundings move. The 8-bit products are exact on both, and whether their weights are signed
 * changes no bit.
 */
public final class FloatKernels {
  private static final int ROWS = 8;
  private static final int TERMS = 96;
  private static final int COLUMNS = 64;
  private static final long REFERENCE = 0x35405517L;

  private FloatKernels() {}

  /**
   * A model that says it: whatever its input {@code input_ids} is, its output {@code numbers} is
   * for {@link #areTheReferences}.
   */
  public static byte[] graph() {
    SplittableRandom random = new SplittableRandom(7);
    String width = String.valueOf(COLUMNS);
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .floats("a", random(random, ROWS * TERMS), 1, ROWS, TERMS)
        .floats("b", random(random, TERMS * COLUMNS), TERMS, COLUMNS)
        .floats("gamma", random(random, COLUMNS), COLUMNS)
        .floats("beta", random(random, COLUMNS), COLUMNS)
        .longs("nothing", new long[1])
        .node("Mul", List.of("input_ids", "nothing"), List.of("zeros"))
        .node("ReduceMax", List.of("zeros"), List.of("none"), OnnxGraph.attribute("keepdims", 0))
        .node("Cast", List.of("none"), List.of("zero"), OnnxGraph.attribute("to", OnnxGraph.FLOAT))
        .node("Add", List.of("a", "zero"), List.of("left"))
        .node("MatMul", List.of("left", "b"), List.of("product"))
        .node("Softmax", List.of("product"), List.of("weights"), OnnxGraph.attribute("axis", 2))
        .node("Erf", List.of("product"), List.of("erf"))
        .node(
            "LayerNormalization",
            List.of("product", "gamma", "beta"),
            List.of("norm"),
            OnnxGraph.attribute("axis", 2))
        .node(
            "Concat",
            List.of("product", "weights", "erf", "norm"),
            List.of("numbers"),
            OnnxGraph.attribute("axis", 1))
        .output("numbers", OnnxGraph.FLOAT, "1", String.valueOf(4 * ROWS), width)
        .toBytes();
  }

  private static float[] random(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble() - .5f;
    }
    return values;
  }

  /** Whether the numbers that {@link #graph()} gave are the reference's, to the last bit. */
  public static boolean areTheReferences(float[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return checksum.getValue() == REFERENCE;
  }
}
