package dev.ragwright.onnx.runtime;

import dev.ragwright.testmodels.OnnxGraph;
import dev.ragwright.testmodels.PairTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A model of two nodes in a Hugging Face folder: each token has a number for each label, and a pair
 * has the greatest of its tokens'. The words are {@code a} to {@code g}; {@code a} is worth 0
 * everywhere, {@code b}, {@code c} and {@code d} are worth 2 at the first, second and third label,
 * {@code e} is worth 3 at the first, {@code f} and {@code g} at the second and third.
 */
public final class ClassifierGraph {
  private static final int VOCABULARY = 10;
  private static final String WORDS =
      "\"a\": 2, \"b\": 3, \"c\": 4, \"d\": 5, \"e\": 6, \"f\": 7, \"g\": 8";

  private ClassifierGraph() {}

  public static Path write(Path folder, int maxTokens, int outputs, String... labels)
      throws IOException {
    Files.write(folder.resolve("model.onnx"), model(outputs));
    Files.writeString(folder.resolve("tokenizer.json"), PairTokenizer.json(WORDS));
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + maxTokens + "}");
    StringBuilder config = new StringBuilder("{\"id2label\": {");
    for (int i = 0; i < labels.length; i++) {
      config
          .append(i == 0 ? "" : ", ")
          .append(String.format(Locale.ROOT, "\"%d\": \"%s\"", i, labels[i]));
    }
    Files.writeString(folder.resolve("config.json"), config.append("}}").toString());
    return folder;
  }

  private static byte[] model(int outputs) {
    float[] table = new float[VOCABULARY * outputs];
    for (int token = 0; token < VOCABULARY; token++) {
      for (int label = 0; label < outputs; label++) {
        table[token * outputs + label] = token == 3 + label ? 2 : token == 6 + label ? 3 : 0;
      }
    }
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .floats("table", table, VOCABULARY, outputs)
        .node("Gather", List.of("table", "input_ids"), List.of("each"))
        .node(
            "ReduceMax",
            List.of("each"),
            List.of("logits"),
            OnnxGraph.attribute("axes", new long[] {1}),
            OnnxGraph.attribute("keepdims", 0))
        .output("logits", OnnxGraph.FLOAT, "batch", "label")
        .toBytes();
  }
}
