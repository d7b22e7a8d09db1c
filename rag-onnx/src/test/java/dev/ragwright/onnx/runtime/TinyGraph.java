package dev.ragwright.onnx.runtime;

import static dev.ragwright.testmodels.OnnxGraph.attribute;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models of a few nodes: for what no real one does. */
public final class TinyGraph {
  private TinyGraph() {}

  /** {@code hidden = float(input)}, for an input of the given name. */
  public static byte[] cast(String input) {
    return new OnnxGraph()
        .input(input, OnnxGraph.INT64, "batch", "token")
        .node("Cast", List.of(input), List.of("hidden"), attribute("to", OnnxGraph.FLOAT))
        .output("hidden", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  /** The same, but copied 2^62 times: a run that ends only when it is stopped. */
  static byte[] endless() {
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .longs("trips", new long[] {1L << 62})
        .node("Cast", List.of("input_ids"), List.of("first"), attribute("to", OnnxGraph.FLOAT))
        .copied("trips", "first", "hidden", "batch", "token")
        .output("hidden", OnnxGraph.FLOAT, "batch", "token")
        .toBytes();
  }

  /** A folder with the model, and a tokenizer of words that knows "a" (2) and "b" (3). */
  public static ModelFolder folder(Path folder, byte[] model) throws IOException {
    Files.write(folder.resolve("model.onnx"), model);
    Files.writeString(folder.resolve("tokenizer.json"), WORDS);
    return ModelFolder.of(folder);
  }

  /** A word-level tokenizer whose vocabulary has its special tokens as words. */
  public static final String WORDS =
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
