package dev.ragwright.testmodels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes the folder of a model with an encoder that replies with what it was asked, token by token:
 * the encoder passes the text on, and at each step the decoder finds the next token of it by how
 * much it has written. The graphs are real, in the layouts of Optimum, and so is the tokenizer:
 * {@link ScriptedModel}'s without pieces, which puts {@code <|end|>} behind a text. The decoder
 * begins with {@code <|assistant|>}. There is no chat template.
 */
public final class EchoModel {
  /** How many tokens it knows. */
  public static final int VOCABULARY = ScriptedModel.FIRST + ScriptedModel.SPECIAL.size();

  /** What the decoder begins with: {@code <|assistant|>}. */
  public static final int START = ScriptedModel.FIRST + 2;

  /** What stands behind a text, and ends a reply: {@code <|end|>}. */
  public static final int END = ScriptedModel.FIRST + 3;

  /** How many tokens it can read. */
  public static final int MAX_TOKENS = 20_000;

  /** What its encoder never comes to the end of, and no text has: {@code <|stop|>}. */
  public static final int ENDLESS = ScriptedModel.FIRST + 4;

  /** In which files the decoder is. */
  public enum Layout {
    /** {@code decoder_model_merged.onnx}: a branch for the first step, and one for the others. */
    MERGED,
    /** {@code decoder_model.onnx} for the first step, {@code decoder_with_past_model.onnx}. */
    WITH_PAST
  }

  private static final String KEY = "past_key_values.0.decoder.key";
  private static final String VALUE = "past_key_values.0.decoder.value";
  private static final String SOURCE_KEY = "past_key_values.0.encoder.key";
  private static final String SOURCE_VALUE = "past_key_values.0.encoder.value";
  private static final String HIDDEN = "encoder_hidden_states";
  private static final String MASK = "encoder_attention_mask";

  private EchoModel() {}

  /**
   * Writes its files, those of the graphs in {@code onnx/}.
   *
   * @param folder which is there
   * @return the folder
   */
  public static Path write(Path folder, Layout layout) throws IOException {
    ScriptedModel tokens = ScriptedModel.of();
    Path graphs = Files.createDirectories(folder.resolve("onnx"));
    Files.write(graphs.resolve("encoder_model.onnx"), encoder(2));
    if (layout == Layout.MERGED) {
      Files.write(graphs.resolve("decoder_model_merged.onnx"), merged(true));
    } else {
      Files.write(graphs.resolve("decoder_model.onnx"), first());
      Files.write(graphs.resolve("decoder_with_past_model.onnx"), withPast());
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        tokens.tokenizer(
            String.format(
                Locale.ROOT,
                """
            {"type": "TemplateProcessing",
             "single": [{"Sequence": {"id": "A", "type_id": 0}},
                        {"SpecialToken": {"id": "<|end|>", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
             "special_tokens": {"<|end|>": {"id": "<|end|>", "ids": [%d], "tokens": ["<|end|>"]}}}""",
                END)));
    Files.writeString(
        folder.resolve("config.json"),
        String.format(
            Locale.ROOT,
            """
        {"architectures": ["T5ForConditionalGeneration"], "is_encoder_decoder": true,
         "decoder_start_token_id": %d, "eos_token_id": %d}""",
            START,
            END));
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + MAX_TOKENS + "}");
    return folder;
  }

  /**
   * The encoder.
   *
   * @param width how many numbers it gives for each token, the first of which is its id
   */
  public static byte[] encoder(int width) {
    float[] values = new float[VOCABULARY * width];
    for (int id = 0; id < VOCABULARY; id++) {
      values[id * width] = id;
    }
    long[] trips = new long[VOCABULARY];
    trips[ENDLESS] = 1L << 62;
    String length = "encoder_sequence_length";
    OnnxGraph body =
        new OnnxGraph()
            .input("iteration", OnnxGraph.INT64)
            .input("goOn", OnnxGraph.BOOL)
            .input("seen", OnnxGraph.FLOAT, "batch", "token", "width")
            .node("Identity", List.of("goOn"), List.of("goOnToo"))
            .node("Identity", List.of("seen"), List.of("next"))
            .output("goOnToo", OnnxGraph.BOOL)
            .output("next", OnnxGraph.FLOAT, "batch", "token", "width");
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch_size", length)
        .input("attention_mask", OnnxGraph.INT64, "batch_size", length)
        .floats("values", values, VOCABULARY, width)
        .longs("tripsOf", trips, VOCABULARY)
        .bool("start", true)
        .longs("hiddenAxis", new long[] {2}, 1)
        .node("Gather", List.of("values", "input_ids"), List.of("read"))
        .node("Unsqueeze", List.of("attention_mask", "hiddenAxis"), List.of("mask"))
        .node("Cast", List.of("mask"), List.of("ones"), OnnxGraph.attribute("to", OnnxGraph.FLOAT))
        .node("Mul", List.of("read", "ones"), List.of("found"))
        .node("Gather", List.of("tripsOf", "input_ids"), List.of("tripsEach"))
        .node(
            "ReduceMax", List.of("tripsEach"), List.of("trips"), OnnxGraph.attribute("keepdims", 0))
        .node(
            "Loop",
            List.of("trips", "start", "found"),
            List.of("last_hidden_state"),
            OnnxGraph.attribute("body", body))
        .output("last_hidden_state", OnnxGraph.FLOAT, "batch_size", length, "" + width)
        .toBytes();
  }

  /**
   * The decoder of {@link Layout#MERGED}.
   *
   * @param branching whether an input tells the branches apart, and not the length of the past
   */
  public static byte[] merged(boolean branching) {
    OnnxGraph then = new OnnxGraph();
    step(then, "then.", true);
    then.floats("then.unused", new float[1], 1, 1, 1, 1)
        .node("Identity", List.of("then.unused"), List.of("then.present.0.encoder.key"))
        .node("Identity", List.of("then.unused"), List.of("then.present.0.encoder.value"));
    OnnxGraph otherwise = new OnnxGraph();
    step(otherwise, "else.", false);
    outputs(then, "then.");
    outputs(otherwise, "else.");
    OnnxGraph graph = pasts(source(new OnnxGraph()));
    if (branching) {
      graph.input("use_cache_branch", OnnxGraph.BOOL, "1");
    } else {
      graph
          .longs("lengthAxis", new long[] {2}, 1)
          .longs("none", new long[1], 1)
          .node("Shape", List.of(KEY), List.of("pastShape"))
          .node("Gather", List.of("pastShape", "lengthAxis"), List.of("pastLength"))
          .node("Greater", List.of("pastLength", "none"), List.of("use_cache_branch"));
    }
    graph.node(
        "If",
        List.of("use_cache_branch"),
        List.of(
            "logits",
            "present.0.decoder.key",
            "present.0.decoder.value",
            "present.0.encoder.key",
            "present.0.encoder.value"),
        OnnxGraph.attribute("then_branch", then),
        OnnxGraph.attribute("else_branch", otherwise));
    return outputs(graph, "").toBytes();
  }

  private static byte[] first() {
    OnnxGraph graph = source(new OnnxGraph());
    step(graph, "", false);
    return outputs(graph, "").toBytes();
  }

  private static byte[] withPast() {
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch_size", "1")
            .input(MASK, OnnxGraph.INT64, "batch_size", "encoder_sequence_length");
    step(pasts(graph), "", true);
    return ofWritten(graph, "").toBytes();
  }

  private static OnnxGraph source(OnnxGraph graph) {
    return graph
        .input("input_ids", OnnxGraph.INT64, "batch_size", "decoder_sequence_length")
        .input(MASK, OnnxGraph.INT64, "batch_size", "encoder_sequence_length")
        .input(HIDDEN, OnnxGraph.FLOAT, "batch_size", "encoder_sequence_length", "2");
  }

  private static OnnxGraph pasts(OnnxGraph graph) {
    String written = "past_decoder_sequence_length";
    return graph
        .input(KEY, OnnxGraph.FLOAT, "batch_size", "1", written, "1")
        .input(VALUE, OnnxGraph.FLOAT, "batch_size", "1", written, "1")
        .input(SOURCE_KEY, OnnxGraph.FLOAT, "batch_size", "1", "encoder_sequence_length", "2")
        .input(SOURCE_VALUE, OnnxGraph.FLOAT, "batch_size", "1", "encoder_sequence_length", "2");
  }

  private static OnnxGraph outputs(OnnxGraph graph, String prefix) {
    return ofWritten(graph, prefix)
        .output(prefix + "present.0.encoder.key", OnnxGraph.FLOAT, "b", "1", "e", "2")
        .output(prefix + "present.0.encoder.value", OnnxGraph.FLOAT, "b", "1", "e", "2");
  }

  private static OnnxGraph ofWritten(OnnxGraph graph, String prefix) {
    return graph
        .output(prefix + "logits", OnnxGraph.FLOAT, "b", "d", "" + VOCABULARY)
        .output(prefix + "present.0.decoder.key", OnnxGraph.FLOAT, "b", "1", "t", "1")
        .output(prefix + "present.0.decoder.value", OnnxGraph.FLOAT, "b", "1", "t", "1");
  }

  /**
   * The logits of one step: ten for the token of the source at the place that is reached. The keys
   * of what is written are the tokens, and their values what takes them to nothing.
   */
  private static void step(OnnxGraph graph, String prefix, boolean past) {
    Names n = new Names(graph, prefix);
    graph
        .longs(n.of("zero"), new long[] {0})
        .longs(n.of("one"), new long[] {1})
        .longs(n.of("two"), new long[] {2})
        .longs(n.of("headAxis"), new long[] {1}, 1)
        .longs(n.of("cacheAxes"), new long[] {1, 3}, 2)
        .longs(n.of("depth"), new long[] {VOCABULARY})
        .floats(n.of("offAndOn"), new float[] {0, 10}, 2);
    n.node("Cast", "numbers", List.of("input_ids"), OnnxGraph.attribute("to", OnnxGraph.FLOAT));
    n.node("Unsqueeze", "new", List.of(n.of("numbers"), n.of("cacheAxes")));
    n.node("Neg", "less", List.of(n.of("new")));
    String key = SOURCE_KEY;
    if (past) {
      byte[] axis = OnnxGraph.attribute("axis", 2);
      n.node("Concat", "present.0.decoder.key", List.of(KEY, n.of("new")), axis);
      n.node("Concat", "present.0.decoder.value", List.of(VALUE, n.of("less")), axis);
    } else {
      key = n.of("present.0.encoder.key");
      n.node("Identity", "present.0.decoder.key", List.of(n.of("new")));
      n.node("Identity", "present.0.decoder.value", List.of(n.of("less")));
      n.node("Unsqueeze", "present.0.encoder.key", List.of(HIDDEN, n.of("headAxis")));
      n.node("Neg", "present.0.encoder.value", List.of(key));
    }
    // The places of the tokens that are read now; behind the source its last one.
    n.node("Shape", "writtenShape", List.of(n.of("present.0.decoder.key")));
    n.node("Gather", "written", List.of(n.of("writtenShape"), n.of("two")));
    n.node("Shape", "readShape", List.of("input_ids"));
    n.node("Gather", "count", List.of(n.of("readShape"), n.of("one")));
    n.node("Sub", "start", List.of(n.of("written"), n.of("count")));
    n.node("Range", "places", List.of(n.of("start"), n.of("written"), n.of("one")));
    n.node("Shape", "sourceShape", List.of(key));
    n.node("Gather", "sourceLength", List.of(n.of("sourceShape"), n.of("two")));
    n.node("Sub", "last", List.of(n.of("sourceLength"), n.of("one")));
    n.node("Min", "within", List.of(n.of("places"), n.of("last")));
    n.node("Gather", "source", List.of(key, n.of("zero")), OnnxGraph.attribute("axis", 3));
    n.node(
        "Gather",
        "reached",
        List.of(n.of("source"), n.of("within")),
        OnnxGraph.attribute("axis", 2));
    n.node("Squeeze", "found", List.of(n.of("reached"), n.of("headAxis")));
    n.node("Cast", "ids", List.of(n.of("found")), OnnxGraph.attribute("to", OnnxGraph.INT64));
    n.node("OneHot", "chosen", List.of(n.of("ids"), n.of("depth"), n.of("offAndOn")));
    n.node("ReduceSum", "keys", List.of(n.of("present.0.decoder.key")));
    n.node("ReduceSum", "values", List.of(n.of("present.0.decoder.value")));
    n.node("Add", "sum", List.of(n.of("keys"), n.of("values")));
    n.node("Squeeze", "nothing", List.of(n.of("sum")));
    n.node("Add", "logits", List.of(n.of("chosen"), n.of("nothing")));
  }

  /** Nodes of a graph, or of one inside another, whose names must be others. */
  private record Names(OnnxGraph graph, String prefix) {
    String of(String name) {
      return prefix + name;
    }

    void node(String operator, String output, List<String> inputs, byte[]... attributes) {
      graph.node(operator, inputs, List.of(of(output)), attributes);
    }
  }
}
