package dev.ragwright.retrievers.rerank;

import dev.ragwright.testmodels.OnnxGraph;
import dev.ragwright.testmodels.PairTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Small models in Hugging Face folders. The words are {@code w0} to {@code w63}, {@code nan}, and
 * one for all others; a pair is {@code question <end> passage <end>}.
 */
final class RerankerFolder {
  static final int WORDS = 64;
  private static final int VOCABULARY = WORDS + 3; // unknown, <end>, words, nan

  private RerankerFolder() {}

  /**
   * A model whose logit is the sum of its tokens' numbers: {@code wN} is worth N, all others
   * nothing.
   *
   * @param shape of the logits, such as {@code -1, 1}
   */
  static Path sums(Path folder, int maxTokens, long... shape) throws IOException {
    int classes = shape.length > 1 ? (int) shape[1] : 1;
    float[] table = new float[VOCABULARY * classes];
    for (int word = 0; word < WORDS; word++) {
      table[(2 + word) * classes + classes - 1] = word;
    }
    table[(VOCABULARY - 1) * classes] = Float.NaN;
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .floats("table", table, VOCABULARY, classes)
            .longs("axis", new long[] {1}, 1)
            .longs("shape", shape, shape.length)
            .node("Gather", List.of("table", "input_ids"), List.of("each"))
            .node(
                "ReduceSum",
                List.of("each", "axis"),
                List.of("sum"),
                OnnxGraph.attribute("keepdims", 0))
            .node("Reshape", List.of("sum", "shape"), List.of("logits"))
            .output("logits", OnnxGraph.FLOAT, axes(shape));
    return write(folder, graph, maxTokens);
  }

  /** A model in fp32 with weights at random: embeddings, tanh of a layer, mean, and a head. */
  static Path network(Path folder, long seed) throws IOException {
    int width = 32;
    Random random = new Random(seed);
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .input("token_type_ids", OnnxGraph.INT64, "batch", "token")
            .floats("words", numbers(random, VOCABULARY * width), VOCABULARY, width)
            .floats("types", numbers(random, 2 * width), 2, width)
            .floats("layer", numbers(random, width * width), width, width)
            .floats("head", numbers(random, width), width, 1)
            .longs("axis", new long[] {1}, 1)
            .node("Gather", List.of("words", "input_ids"), List.of("word"))
            .node("Gather", List.of("types", "token_type_ids"), List.of("type"))
            .node("Add", List.of("word", "type"), List.of("embedded"))
            .node("MatMul", List.of("embedded", "layer"), List.of("inner"))
            .node("Tanh", List.of("inner"), List.of("active"))
            .node(
                "ReduceSum",
                List.of("active", "axis"),
                List.of("pooled"),
                OnnxGraph.attribute("keepdims", 0))
            .node("MatMul", List.of("pooled", "head"), List.of("score"))
            .output("score", OnnxGraph.FLOAT, "batch", "1");
    return write(folder, graph, 256);
  }

  /** A model whose runs end only when they are stopped. */
  static Path endless(Path folder, int maxTokens) throws IOException {
    // The first token's id decides: the pair of the load, of words not known, ends at once.
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .longs("first", new long[] {0}, 1)
            .longs("trips", new long[] {1L << 50})
            .longs("axis", new long[] {1}, 1)
            .longs("all", new long[] {0, 1}, 2)
            .node("ReduceMax", List.of("input_ids"), List.of("highest"), keepNone())
            .node("Sub", List.of("highest", "one"), List.of("above"))
            .longs("one", new long[] {1})
            .node("Mul", List.of("above", "trips"), List.of("count"))
            .node(
                "Cast",
                List.of("input_ids"),
                List.of("cast"),
                OnnxGraph.attribute("to", OnnxGraph.FLOAT))
            .copied("count", "cast", "hidden", "batch", "token")
            .node(
                "ReduceSum",
                List.of("hidden", "axis"),
                List.of("logits"),
                OnnxGraph.attribute("keepdims", 1))
            .output("logits", OnnxGraph.FLOAT, "batch", "1");
    return write(folder, graph, maxTokens);
  }

  private static byte[] keepNone() {
    return OnnxGraph.attribute("keepdims", 0);
  }

  static Path write(Path folder, OnnxGraph graph, int maxTokens) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph.toBytes());
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + maxTokens + "}");
    return folder;
  }

  static void labels(Path folder, String id2label) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"id2label\": " + id2label + "}");
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian() / 4;
    }
    return numbers;
  }

  private static String[] axes(long... shape) {
    String[] axes = new String[shape.length];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = shape[i] < 0 ? "batch" : String.valueOf(shape[i]);
    }
    return axes;
  }

  private static String tokenizer() {
    String words =
        IntStream.range(0, WORDS)
            .mapToObj(word -> String.format(Locale.ROOT, "\"w%d\": %d", word, word + 2))
            .collect(Collectors.joining(", "));
    return PairTokenizer.json(String.format(Locale.ROOT, "%s, \"nan\": %d", words, VOCABULARY - 1));
  }
}
