package dev.ragwright.generators.onnx;

import dev.ragwright.testmodels.OnnxGraph;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A chat model whose next token depends on the last token, and on the sum of a whole number for
 * each token that it has read: {@code logits = table[last] + 2 sin(frequencies * sum)}. Sums of
 * whole numbers are exact, so nothing else changes what it says. It writes letters and spaces; each
 * is a token, and its text's tokens are those that it wrote.
 */
final class HistoryModel {
  static final int VOCABULARY = ScriptedModel.FIRST + 5;
  private static final int END = ScriptedModel.FIRST + 3; // <|end|>
  private static final float NEVER = -60;

  private final Random random;
  private float[] table;
  private boolean historyMatters = true;
  private boolean noisy;
  private boolean summary;
  private int maxTokens = 100_000;

  private HistoryModel(long seed) {
    random = new Random(seed);
    table = new float[VOCABULARY * VOCABULARY];
    for (int last = 0; last < VOCABULARY; last++) {
      for (int next = 0; next < VOCABULARY; next++) {
        boolean letter = (next >= 'a' && next <= 'z') || next == ' ' || next == '.';
        set(last, next, letter ? (float) random.nextGaussian() : next == END ? -1 : NEVER);
      }
    }
  }

  /** All that was read decides what follows. */
  static HistoryModel of(long seed) {
    return new HistoryModel(seed);
  }

  /**
   * The last token alone decides which of the letters follows, so what is written repeats itself.
   *
   * @param certainty how far its logits are apart
   */
  static HistoryModel ofLetters(long seed, int letters, double certainty) {
    HistoryModel model = new HistoryModel(seed);
    model.historyMatters = false;
    for (int last = 0; last < VOCABULARY; last++) {
      for (int next = 0; next < VOCABULARY; next++) {
        boolean letter = next >= 'a' && next < 'a' + letters;
        float logit = (float) (certainty * model.random.nextGaussian());
        model.set(last, next, letter ? logit : NEVER);
      }
    }
    return model;
  }

  /** How many tokens are read in one run moves its logits, as in int8 files. */
  HistoryModel noisy() {
    noisy = true;
    return this;
  }

  /** It keeps a summary of all tokens, so it cannot go back. */
  HistoryModel withSummary() {
    summary = true;
    return this;
  }

  HistoryModel maxTokens(int most) {
    maxTokens = most;
    return this;
  }

  private void set(int last, int next, float logit) {
    table[last * VOCABULARY + next] = logit;
  }

  /** The probability of each token behind one, where the history does not matter. */
  double[] next(int last) {
    double[] next = new double[VOCABULARY];
    double sum = 0;
    for (int id = 0; id < VOCABULARY; id++) {
      next[id] = Math.exp(table[last * VOCABULARY + id]);
      sum += next[id];
    }
    for (int id = 0; id < VOCABULARY; id++) {
      next[id] /= sum;
    }
    return next;
  }

  OnnxChatModel load(Path folder) {
    try {
      ScriptedModel.of().maxTokens(maxTokens).write(folder);
      Files.write(folder.resolve("model.onnx"), graph());
      return OnnxChatModel.load(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] graph() {
    float[] values = new float[VOCABULARY];
    float[] frequencies = new float[VOCABULARY];
    float[] wobble = new float[VOCABULARY];
    for (int id = 0; id < VOCABULARY; id++) {
      values[id] = 1 + random.nextInt(30);
      frequencies[id] = historyMatters ? .1f + random.nextFloat() : 0;
      wobble[id] = noisy ? (float) random.nextGaussian() : 0;
    }
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch_size", "sequence_length")
            .input("past_key_values.0.key", OnnxGraph.FLOAT, "batch_size", "1", "past", "1")
            .floats("table", table, VOCABULARY, VOCABULARY)
            .floats("values", values, VOCABULARY)
            .floats("frequencies", frequencies, VOCABULARY)
            .floats("wobble", wobble, VOCABULARY)
            .floats("two", new float[] {2}, 1)
            .longs("cacheAxes", new long[] {1, 3}, 2)
            .longs("one", new long[] {1}, 1)
            .longs("tokenAxis", new long[] {2}, 1)
            .longs("end", new long[] {Long.MAX_VALUE}, 1)
            .node("Gather", List.of("values", "input_ids"), List.of("numbers"))
            .node("Unsqueeze", List.of("numbers", "cacheAxes"), List.of("new"))
            .node(
                "Concat",
                List.of("past_key_values.0.key", "new"),
                List.of("present.0.key"),
                OnnxGraph.attribute("axis", 2))
            .node("CumSum", List.of("present.0.key", "tokenAxis"), List.of("sums"))
            .node("Shape", List.of("input_ids"), List.of("shape"))
            .node("Gather", List.of("shape", "one"), List.of("count"))
            .node("Neg", List.of("count"), List.of("start"))
            .node("Slice", List.of("sums", "start", "end", "tokenAxis"), List.of("latest"))
            .node("Squeeze", List.of("latest", "one"), List.of("sum"))
            .node("Mul", List.of("sum", "frequencies"), List.of("angles"))
            .node("Sin", List.of("angles"), List.of("waves"))
            .node("Mul", List.of("waves", "two"), List.of("byHistory"))
            .node("Gather", List.of("table", "input_ids"), List.of("byLast"))
            .node(
                "Cast",
                List.of("count"),
                List.of("length"),
                OnnxGraph.attribute("to", OnnxGraph.FLOAT))
            .node("Mul", List.of("wobble", "length"), List.of("noise"))
            .node("Add", List.of("byLast", "byHistory"), List.of("quiet"))
            .node("Add", List.of("quiet", "noise"), List.of("logits"));
    if (summary) {
      graph
          .input("past_conv.0", OnnxGraph.FLOAT, "batch_size", "1")
          .node("Add", List.of("past_conv.0", "two"), List.of("present_conv.0"))
          .output("present_conv.0", OnnxGraph.FLOAT, "batch_size", "1");
    }
    return graph
        .output("logits", OnnxGraph.FLOAT, "batch_size", "sequence_length", "" + VOCABULARY)
        .output("present.0.key", OnnxGraph.FLOAT, "batch_size", "1", "total", "1")
        .toBytes();
  }
}
