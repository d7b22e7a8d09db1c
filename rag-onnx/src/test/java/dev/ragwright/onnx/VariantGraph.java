package dev.ragwright.onnx;

import static dev.ragwright.testmodels.OnnxGraph.attribute;

import dev.ragwright.testmodels.OnnxGraph;
import java.util.List;

/** Models whose weights are beside them, or only described. */
public final class VariantGraph {
  private VariantGraph() {}

  /** {@code hidden = float(input_ids) + w}, where the number w is in a file beside the model. */
  public static byte[] withWeightsBeside(String location) {
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .weightsBeside("w", OnnxGraph.FLOAT, location, 1)
        .node("Cast", List.of("input_ids"), List.of("read"), attribute("to", OnnxGraph.FLOAT))
        .node("Add", List.of("read", "w"), List.of("hidden"))
        .output("hidden", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  /**
   * Products with weights of the given kinds, each of 64 times 32 numbers, which are not there: to
   * be looked at and not to be loaded. Inside of a branch, as merged decoders have them.
   */
  public static byte[] products(String... kinds) {
    OnnxGraph branch = new OnnxGraph();
    for (String kind : kinds) {
      addProduct(branch, kind);
    }
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .input("layers.0.attn.q_proj.lora_A.weight", OnnxGraph.FLOAT, "batch", "token")
        .node("If", List.of("yes"), List.of("y"), attribute("then_branch", branch))
        .toBytes();
  }

  private static void addProduct(OnnxGraph graph, String kind) {
    switch (kind) {
      case "fp32" -> {
        graph.node("MatMul", List.of("x", "s"), List.of("y"));
        addWeight(graph, "s", OnnxGraph.FLOAT);
      }
      case "fp16" -> {
        addWeight(graph, "h", OnnxGraph.FLOAT16);
        graph.node("Transpose", List.of("h"), List.of("t"));
        graph.node("MatMul", List.of("x", "t"), List.of("y"));
      }
      case "int8" -> {
        graph.node("MatMulInteger", List.of("x", "i"), List.of("y"));
        addWeight(graph, "i", OnnxGraph.INT8);
      }
      case "q8" -> {
        addBlocks(graph, "b8", 8, "z8");
        addWeight(graph, "z8", OnnxGraph.UINT8);
      }
      case "q4" -> addBlocks(graph, "b4", 4, "");
      case "q4f16" -> {
        addBlocks(graph, "c4", 4, "");
        addWeight(graph, "c4_scales", OnnxGraph.FLOAT16);
      }
      case "q4 with float zero points" -> {
        addBlocks(graph, "f4", 4, "zf");
        addWeight(graph, "zf", OnnxGraph.FLOAT);
      }
      case "attention" -> graph.runtimeNode("GroupQueryAttention", List.of("q", "k"), List.of("y"));
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private static void addBlocks(OnnxGraph graph, String weight, int bits, String zeroPoints) {
    graph.runtimeNode(
        "MatMulNBits",
        List.of("x", weight, weight + "_scales", zeroPoints),
        List.of("y"),
        attribute("K", 64),
        attribute("N", 32),
        attribute("bits", bits),
        attribute("accuracy_level", 4));
    addWeight(graph, weight, OnnxGraph.UINT8);
  }

  private static void addWeight(OnnxGraph graph, String name, int type) {
    graph.weightsLeftOut(name, type, 64, 32);
  }
}
