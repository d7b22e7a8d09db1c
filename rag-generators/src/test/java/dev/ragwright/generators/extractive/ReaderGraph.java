package dev.ragwright.generators.extractive;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Readers of a few nodes in a Hugging Face folder. A word's logits are its own: {@code b} begins an
 * answer (5 and -3), {@code e} ends one (-3 and 5), {@code x} is one (4 and 4), {@code w} is none
 * (-6 and -6), any other is little (1 and 1), and the separator would be the best of all. "No
 * answer" has 0, and -3 in a window that has an {@code x}, also in the question.
 */
final class ReaderGraph {
  private static final int WORDS = 7;
  private static final float[] STARTS = {1, 0, 9, 5, -3, 4, -6};
  private static final float[] ENDS = {1, 0, 9, -3, 5, 4, -6};

  private ReaderGraph() {}

  static ModelFolder write(Path folder, int maxTokens) throws IOException {
    return write(folder, maxTokens, model(STARTS));
  }

  /** Every token's start logit is this. */
  static ModelFolder writeConstant(Path folder, float start) throws IOException {
    float[] starts = {start, start, start, start, start, start, start};
    return write(folder, 64, model(starts));
  }

  static ModelFolder write(Path folder, int maxTokens, byte[] model) throws IOException {
    Files.write(folder.resolve("model.onnx"), model);
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + maxTokens + "}");
    return ModelFolder.of(folder);
  }

  private static byte[] model(float[] starts) {
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .floats("starts", starts, WORDS)
        .floats("ends", ENDS, WORDS)
        .floats("isFirst", new float[] {0, 1, 0, 0, 0, 0, 0}, WORDS)
        .floats("isAnswer", new float[] {0, 0, 0, 0, 0, 3, 0}, WORDS)
        .node("Gather", List.of("starts", "input_ids"), List.of("start"))
        .node("Gather", List.of("ends", "input_ids"), List.of("end_logits"))
        .node("Gather", List.of("isFirst", "input_ids"), List.of("first"))
        .node("Gather", List.of("isAnswer", "input_ids"), List.of("answers"))
        .node(
            "ReduceMax",
            List.of("answers"),
            List.of("found"),
            OnnxGraph.attribute("axes", new long[] {1}),
            OnnxGraph.attribute("keepdims", 1))
        .node("Mul", List.of("first", "found"), List.of("less"))
        .node("Sub", List.of("start", "less"), List.of("start_logits"))
        .output("start_logits", OnnxGraph.FLOAT, "batch", "token")
        .output("end_logits", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  /** A reader whose run ends only when it is stopped. */
  static byte[] endless() {
    OnnxGraph body =
        new OnnxGraph()
            .input("iteration", OnnxGraph.INT64)
            .input("goOn", OnnxGraph.BOOL)
            .input("last", OnnxGraph.FLOAT, "batch", "token")
            .node("Identity", List.of("goOn"), List.of("goOnToo"))
            .node("Identity", List.of("last"), List.of("next"))
            .output("goOnToo", OnnxGraph.BOOL)
            .output("next", OnnxGraph.FLOAT, "batch", "token");
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .longs("trips", new long[] {1L << 62})
        .bool("start", true)
        .node(
            "Cast",
            List.of("input_ids"),
            List.of("first"),
            OnnxGraph.attribute("to", OnnxGraph.FLOAT))
        .node(
            "Loop",
            List.of("trips", "start", "first"),
            List.of("start_logits"),
            OnnxGraph.attribute("body", body))
        .node("Identity", List.of("start_logits"), List.of("end_logits"))
        .output("start_logits", OnnxGraph.FLOAT, "batch", "token")
        .output("end_logits", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  /** A model with another head. */
  static byte[] classifier() {
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .node(
            "Cast",
            List.of("input_ids"),
            List.of("logits"),
            OnnxGraph.attribute("to", OnnxGraph.FLOAT))
        .output("logits", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [
         {"id": 1, "content": "<first>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 2, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<first>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "<end>", "type_id": 0}}],
         "pair": [{"SpecialToken": {"id": "<first>", "type_id": 0}},
                  {"Sequence": {"id": "A", "type_id": 0}},
                  {"SpecialToken": {"id": "<end>", "type_id": 0}},
                  {"Sequence": {"id": "B", "type_id": 1}},
                  {"SpecialToken": {"id": "<end>", "type_id": 1}}],
         "special_tokens": {"<first>": {"id": "<first>", "ids": [1], "tokens": ["<first>"]},
                            "<end>": {"id": "<end>", "ids": [2], "tokens": ["<end>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>",
                 "vocab": {"<unk>": 0, "<first>": 1, "<end>": 2, "b": 3, "e": 4, "x": 5, "w": 6}}}
      """;
}
