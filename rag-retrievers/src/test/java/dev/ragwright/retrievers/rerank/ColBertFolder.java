package dev.ragwright.retrievers.rerank;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A small model of the ColBERT kind in a folder. Of each token four numbers, {@code tanh(word + 0.1
 * * sum of the words attended to)}, of which the projection makes three. The words are {@code w0}
 * to {@code w9}, a point and a comma. colbert_golden.py has the same once more.
 */
public final class ColBertFolder {
  private static final int VOCABULARY = 19;
  static final int HIDDEN = 4;
  static final int DIMENSION = 3;
  static final String PYLATE =
      """
      {"model_type": "ColBERT", "prompts": {}, "query_prefix": "[Q] ", "document_prefix": "[D] ",
       "query_length": 8, "document_length": 12, "attend_to_expansion_tokens": false,
       "skiplist_words": [".", ",", "!"], "do_query_expansion": true}
      """;

  private final Path folder;

  private ColBertFolder(Path folder) {
    this.folder = folder;
  }

  /** The tokenizer with its settings, and a graph that ends before the projection. */
  public static ColBertFolder encoder(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new ColBertFolder(folder)
        .with("tokenizer.json", TOKENIZER)
        .with("tokenizer_config.json", "{\"mask_token\": \"[MASK]\", \"model_max_length\": 64}")
        .with("model.onnx", graph(false));
  }

  /** A whole folder as PyLate saves it. */
  public static ColBertFolder pylate(Path folder) throws IOException {
    return encoder(folder)
        .with("config_sentence_transformers.json", PYLATE)
        .with(
            "modules.json",
            """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Dense", "type": "pylate.models.Dense.Dense"}]
            """)
        .with("1_Dense/config.json", dense(HIDDEN, DIMENSION))
        .with("1_Dense/model.safetensors", weights("F32"));
  }

  public static String dense(int in, int out) {
    return String.format(
        Locale.ROOT,
        """
    {"in_features": %d, "out_features": %d, "bias": false,
     "activation_function": "torch.nn.modules.linear.Identity"}
    """,
        in,
        out);
  }

  public ColBertFolder with(String file, String text) throws IOException {
    return with(file, text.getBytes(UTF_8));
  }

  public ColBertFolder with(String file, byte[] content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.resolveSibling("."));
    Files.write(path, content);
    return this;
  }

  public ColBertFolder without(String file) throws IOException {
    Files.delete(folder.resolve(file));
    return this;
  }

  public Path path() {
    return folder;
  }

  /** {@code linear.weight} behind another tensor; its numbers are whole eighths. */
  static byte[] weights(String type) {
    int width = type.equals("F32") ? Float.BYTES : Short.BYTES;
    String header =
        String.format(
            Locale.ROOT,
            """
        {"__metadata__": {"format": "pt"},
         "before": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]},
         "linear.weight": {"dtype": "%s", "shape": [%d, %d], "data_offsets": [3, %d]}}
        """,
            type,
            DIMENSION,
            HIDDEN,
            3 + DIMENSION * HIDDEN * width);
    byte[] json = header.getBytes(UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + 3 + DIMENSION * HIDDEN * width)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .put(new byte[3]);
    for (int out = 0; out < DIMENSION; out++) {
      for (int in = 0; in < HIDDEN; in++) {
        float value = weight(out, in);
        switch (type) {
          case "F32" -> file.putFloat(value);
          case "F16" -> file.putShort(Float.floatToFloat16(value));
          default -> file.putShort((short) (Float.floatToIntBits(value) >>> 16));
        }
      }
    }
    return file.array();
  }

  private static float weight(int out, int in) {
    return ((7 * out + 3 * in) % 11 - 5) / 8f;
  }

  /** The graph, with the projection as its last node or without. */
  static byte[] graph(boolean projects) {
    float[] table = new float[VOCABULARY * HIDDEN];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) Math.sin(i + 1);
    }
    float[] transposed = new float[HIDDEN * DIMENSION];
    for (int i = 0; i < transposed.length; i++) {
      transposed[i] = weight(i % DIMENSION, i / DIMENSION);
    }
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .input("attention_mask", OnnxGraph.INT64, "batch", "token")
            .floats("table", table, VOCABULARY, HIDDEN)
            .floats("tenth", new float[] {0.1f})
            .longs("last", new long[] {2}, 1)
            .longs("tokens", new long[] {1}, 1)
            .node("Gather", List.of("table", "input_ids"), List.of("word"))
            .node(
                "Cast",
                List.of("attention_mask"),
                List.of("mask"),
                OnnxGraph.attribute("to", OnnxGraph.FLOAT))
            .node("Unsqueeze", List.of("mask", "last"), List.of("attended"))
            .node("Mul", List.of("word", "attended"), List.of("seen"))
            .node("ReduceSum", List.of("seen", "tokens"), List.of("sum"))
            .node("Mul", List.of("sum", "tenth"), List.of("context"))
            .node("Add", List.of("word", "context"), List.of("mixed"))
            .node("Tanh", List.of("mixed"), List.of("last_hidden_state"));
    if (!projects) {
      return graph
          .output("last_hidden_state", OnnxGraph.FLOAT, "batch", "token", "" + HIDDEN)
          .toBytes();
    }
    return graph
        .floats("weight", transposed, HIDDEN, DIMENSION)
        .node("MatMul", List.of("last_hidden_state", "weight"), List.of("contextual"))
        .output("contextual", OnnxGraph.FLOAT, "batch", "token", "" + DIMENSION)
        .toBytes();
  }

  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [%s, %s, %s, %s, %s],
       "normalizer": null,
       "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
         "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                            "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
                 "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, ".": 7,
                           ",": 8, "w0": 9, "w1": 10, "w2": 11, "w3": 12, "w4": 13, "w5": 14,
                           "w6": 15, "w7": 16, "w8": 17, "w9": 18}}}
      """
          .formatted(
              added(2, "[CLS]", true),
              added(3, "[SEP]", true),
              added(4, "[MASK]", true),
              added(5, "[Q] ", false),
              added(6, "[D] ", false));

  private static String added(int id, String name, boolean special) {
    return String.format(
        Locale.ROOT,
        """
        {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
         "normalized": false, "special": %s}""",
        id,
        name,
        special);
  }
}
