package dev.ragwright.onnx;

import dev.ragwright.testkit.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models of a few nodes, for what no real model does. */
final class TinyGraph {
  private TinyGraph() {}

  /** {@code hidden = float(input)}, for an input of the given name. */
  static byte[] cast(String input) {
    return new OnnxGraph()
        .input(input, OnnxGraph.INT64, "batch", "token")
        .node("Cast", List.of(input), List.of("hidden"), toFloat())
        .output("hidden", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  /** The same, but copied 2^62 times: a run that ends only when it is stopped. */
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
        .node("Cast", List.of("input_ids"), List.of("first"), toFloat())
        .node(
            "Loop",
            List.of("trips", "start", "first"),
            List.of("hidden"),
            OnnxGraph.attribute("body", body))
        .output("hidden", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  private static byte[] toFloat() {
    return OnnxGraph.attribute("to", OnnxGraph.FLOAT);
  }

  /** {@code hidden = float(input_ids) + w}, where the number w is in a file beside the model. */
  static byte[] external(String location) {
    byte[] place = message(text(1, "location"), text(2, location));
    byte[] weight =
        message(number(1, 1), number(2, FLOAT), text(8, "w"), nested(13, place), number(14, 1));
    return model(
        message(
            nested(1, node("Cast", of("input_ids"), of("read"), integer("to", FLOAT))),
            nested(1, node("Add", of("read", "w"), of("hidden"))),
            text(2, "external"),
            nested(5, weight),
            nested(11, value("input_ids", INT64, true)),
            nested(12, value("hidden", FLOAT, true))));
  }

  /**
   * Products with weights of the given kinds, each of 64 times 32 numbers, which are not there: to
   * be looked at and not to be loaded. Inside of a branch, as merged decoders have them.
   */
  static byte[] products(String... kinds) {
    ByteArrayOutputStream branch = new ByteArrayOutputStream();
    for (String kind : kinds) {
      branch.writeBytes(product(kind));
    }
    return model(
        message(
            nested(1, node("If", of("yes"), of("y"), graph("then_branch", branch.toByteArray()))),
            nested(11, value("input_ids", INT64, true)),
            nested(11, value("layers.0.attn.q_proj.lora_A.weight", FLOAT, true))));
  }

  private static byte[] product(String kind) {
    return switch (kind) {
      case "fp32" -> message(nested(1, node("MatMul", of("x", "s"), of("y"))), weight("s", FLOAT));
      case "fp16" ->
          message(
              weight("h", 10),
              nested(1, node("Transpose", of("h"), of("t"))),
              nested(1, node("MatMul", of("x", "t"), of("y"))));
      case "int8" ->
          message(nested(1, node("MatMulInteger", of("x", "i"), of("y"))), weight("i", 3));
      case "q8" -> message(nested(1, blocks("b8", 8, "z8")), weight("b8", 2), weight("z8", 2));
      case "q4" -> message(nested(1, blocks("b4", 4, "")), weight("b4", 2));
      case "q4f16" ->
          message(nested(1, blocks("c4", 4, "")), weight("c4", 2), weight("c4_scales", 10));
      case "q4 with float zero points" ->
          message(nested(1, blocks("f4", 4, "zf")), weight("f4", 2), weight("zf", FLOAT));
      case "attention" -> nested(1, node("GroupQueryAttention", of("q", "k"), of("y")));
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static byte[] blocks(String weight, int bits, String zeroPoints) {
    return node(
        "MatMulNBits",
        of("x", weight, weight + "_scales", zeroPoints),
        of("y"),
        integer("K", 64),
        integer("N", 32),
        integer("bits", bits),
        integer("accuracy_level", 4));
  }

  private static byte[] weight(String name, int type) {
    return nested(5, message(number(1, 64), number(1, 32), number(2, type), text(8, name)));
  }

  /** A folder with the model, and a tokenizer of words that knows "a" (2) and "b" (3). */
  static ModelFolder folder(Path folder, byte[] model) throws IOException {
    Files.write(folder.resolve("model.onnx"), model);
    Files.writeString(folder.resolve("tokenizer.json"), WORDS);
    return ModelFolder.of(folder);
  }

  /** A word-level tokenizer whose vocabulary has its special tokens as words. */
  static final String WORDS =
      """
      {"version": "1.0",
       "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
       "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_id": 0, "pad_type_id": 0,
                   "pad_token": "<pad>"},
       "added_tokens": [
         {"id": 0, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": true, "special": true},
         {"id": 1, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 9, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 10, "content": "<tool>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": false}],
       "normalizer": {"type": "Lowercase"},
       "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "<end>", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
         "special_tokens": {"<end>": {"id": "<end>", "ids": [9], "tokens": ["<end>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>",
                 "vocab": {"<pad>": 0, "<unk>": 1, "a": 2, "b": 3, "c": 4, "d": 5, "e": 6, "f": 7,
                           "g": 8, "<end>": 9}}}
      """;
}
