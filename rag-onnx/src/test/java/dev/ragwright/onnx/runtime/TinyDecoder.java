package dev.ragwright.onnx.runtime;

import dev.ragwright.testmodels.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Decoders of a few nodes. */
public final class TinyDecoder {
  public static final int VOCABULARY = 50;
  static final int ENDLESS = 11;
  private static final int HEADS = 2;
  private static final int KV_HEADS = 1;
  private static final int SIZE = 16;
  private static final int WIDTH = HEADS * SIZE;
  private static final int PLACES = 2048;

  private TinyDecoder() {}

  /**
   * Two layers of attention with rotary places, of random weights: the next token depends on all
   * that were read and on their order. The runtime's own attention writes its cache in place.
   */
  public static byte[] attention(long seed, boolean keepsSome) {
    Random random = new Random(seed);
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch_size", "sequence_length")
            .input("attention_mask", OnnxGraph.INT64, "batch_size", "total_sequence_length");
    graph
        .floats("embedding", weights(random, VOCABULARY * WIDTH), VOCABULARY, WIDTH)
        .floats("cos", turns(true), PLACES, SIZE / 2)
        .floats("sin", turns(false), PLACES, SIZE / 2)
        .longs("one", new long[] {1})
        .longs("axis", new long[] {1}, 1)
        .node("Gather", List.of("embedding", "input_ids"), List.of("hidden0"))
        .node(
            "ReduceSum",
            List.of("attention_mask", "axis"),
            List.of("sum"),
            OnnxGraph.attribute("keepdims", 0))
        .node("Sub", List.of("sum", "one"), List.of("last"))
        .node("Cast", List.of("last"), List.of("seqlens"), toInt())
        .node("Shape", List.of("attention_mask"), List.of("maskShape"))
        .node("Gather", List.of("maskShape", "one"), List.of("width"))
        .node("Cast", List.of("width"), List.of("total"), toInt());
    for (int layer = 0; layer < 2; layer++) {
      attentionLayer(graph, random, layer);
    }
    String kept = "hidden2";
    if (keepsSome) {
      graph
          .input("num_logits_to_keep", OnnxGraph.INT64)
          .longs("end", new long[] {Long.MAX_VALUE}, 1)
          .longs("scalar", new long[] {1}, 1)
          .node("Neg", List.of("num_logits_to_keep"), List.of("negative"))
          .node("Reshape", List.of("negative", "scalar"), List.of("start"))
          .node("Slice", List.of("hidden2", "start", "end", "axis"), List.of("kept"));
      kept = "kept";
    }
    return graph
        .floats("head", weights(random, WIDTH * VOCABULARY), WIDTH, VOCABULARY)
        .node("MatMul", List.of(kept, "head"), List.of("logits"))
        .output("logits", OnnxGraph.FLOAT, "batch_size", "kept", "" + VOCABULARY)
        .toBytes();
  }

  private static void attentionLayer(OnnxGraph graph, Random random, int layer) {
    String hidden = "hidden" + layer;
    String past = "past_key_values." + layer + ".";
    String present = "present." + layer + ".";
    for (String side : List.of("key", "value")) {
      graph.input(past + side, OnnxGraph.FLOAT, cacheShape("past_sequence_length"));
      graph.output(present + side, OnnxGraph.FLOAT, cacheShape("total_sequence_length"));
    }
    List<String> read = new ArrayList<>();
    for (String name : List.of("q", "k", "v")) {
      int width = name.equals("q") ? WIDTH : KV_HEADS * SIZE;
      String weight = name + "Weight" + layer;
      graph
          .floats(weight, weights(random, WIDTH * width), WIDTH, width)
          .node("MatMul", List.of(hidden, weight), List.of(name + layer));
      read.add(name + layer);
    }
    read.addAll(List.of(past + "key", past + "value", "seqlens", "total", "cos", "sin"));
    graph
        .runtimeNode(
            "GroupQueryAttention",
            read,
            List.of("attended" + layer, present + "key", present + "value"),
            OnnxGraph.attribute("num_heads", HEADS),
            OnnxGraph.attribute("kv_num_heads", KV_HEADS),
            OnnxGraph.attribute("do_rotary", 1))
        .node("Add", List.of(hidden, "attended" + layer), List.of("hidden" + (layer + 1)));
  }

  private static String[] cacheShape(String tokens) {
    return new String[] {"batch_size", "" + KV_HEADS, tokens, "" + SIZE};
  }

  /**
   * The same kind of reading without attention: {@code logits = table[token] + places[place] +
   * mean(cache)}, whose cache is one number for each token, appended by {@code Concat} and empty
   * where the branch says so. All of its whole numbers have 32 bits.
   */
  static byte[] concat(long seed, boolean summary) {
    Random random = new Random(seed);
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT32, "batch_size", "sequence_length")
            .input("position_ids", OnnxGraph.INT32, "batch_size", "sequence_length")
            .input("use_cache_branch", OnnxGraph.BOOL, "1")
            .input("past_key_values.0.key", OnnxGraph.FLOAT, "batch_size", "1", "past", "1")
            .floats("table", weights(random, VOCABULARY * VOCABULARY), VOCABULARY, VOCABULARY)
            .floats("places", weights(random, PLACES * VOCABULARY), PLACES, VOCABULARY)
            .floats("values", weights(random, VOCABULARY), VOCABULARY)
            .longs("cacheAxes", new long[] {1, 3}, 2)
            .node("Gather", List.of("values", "input_ids"), List.of("numbers"))
            .node("Unsqueeze", List.of("numbers", "cacheAxes"), List.of("new"))
            .node("Cast", List.of("use_cache_branch"), List.of("branch"), toFloat())
            .node("Mul", List.of("past_key_values.0.key", "branch"), List.of("mattering"))
            .node(
                "Concat",
                List.of("mattering", "new"),
                List.of("present.0.key"),
                OnnxGraph.attribute("axis", 2))
            .node(
                "ReduceMean",
                List.of("present.0.key"),
                List.of("mean"),
                OnnxGraph.attribute("keepdims", 0))
            .node("Gather", List.of("table", "input_ids"), List.of("byToken"))
            .node("Gather", List.of("places", "position_ids"), List.of("byPlace"))
            .node("Add", List.of("byToken", "byPlace"), List.of("sum"))
            .node("Add", List.of("sum", "mean"), List.of("logits"));
    if (summary) {
      graph
          .input("past_conv.0", OnnxGraph.FLOAT, "batch_size", "3")
          .node("Add", List.of("past_conv.0", "mean"), List.of("present_conv.0"))
          .output("present_conv.0", OnnxGraph.FLOAT, "batch_size", "3");
    }
    return graph
        .output("logits", OnnxGraph.FLOAT, "batch_size", "sequence_length", "" + VOCABULARY)
        .output("present.0.key", OnnxGraph.FLOAT, "batch_size", "1", "total", "1")
        .toBytes();
  }

  /**
   * A decoder that never ends when it reads the token {@link #ENDLESS}, and else answers any token
   * with the next higher one.
   */
  static byte[] endless() {
    float[] table = new float[VOCABULARY * VOCABULARY];
    for (int token = 0; token + 1 < VOCABULARY; token++) {
      table[token * VOCABULARY + token + 1] = 1;
    }
    long[] trips = new long[VOCABULARY];
    trips[ENDLESS] = 1L << 62;
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch_size", "sequence_length")
        .floats("table", table, VOCABULARY, VOCABULARY)
        .longs("tripsOf", trips, VOCABULARY)
        .node("Gather", List.of("table", "input_ids"), List.of("found"))
        .node("Gather", List.of("tripsOf", "input_ids"), List.of("tripsEach"))
        .node(
            "ReduceMax", List.of("tripsEach"), List.of("trips"), OnnxGraph.attribute("keepdims", 0))
        .copied("trips", "found", "logits", "batch", "token", "vocabulary")
        .cacheOfIds()
        .output("logits", OnnxGraph.FLOAT, "batch_size", "sequence_length", "" + VOCABULARY)
        .toBytes();
  }

  private static byte[] toInt() {
    return OnnxGraph.attribute("to", OnnxGraph.INT32);
  }

  private static byte[] toFloat() {
    return OnnxGraph.attribute("to", OnnxGraph.FLOAT);
  }

  private static float[] weights(Random random, int count) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) random.nextGaussian() * .4f;
    }
    return weights;
  }

  private static float[] turns(boolean cosine) {
    float[] turns = new float[PLACES * SIZE / 2];
    for (int place = 0; place < PLACES; place++) {
      for (int i = 0; i < SIZE / 2; i++) {
        double angle = place / Math.pow(10_000, 2.0 * i / SIZE);
        turns[place * SIZE / 2 + i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
      }
    }
    return turns;
  }
}
