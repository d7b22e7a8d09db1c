package dev.ragwright.eval.answer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model of two nodes in a Hugging Face folder: each token has a number for each label, and a pair
 * has the greatest of its tokens'. The words are {@code a} to {@code g}; {@code a} is worth 0
 * everywhere, {@code b}, {@code c} and {@code d} are worth 2 at the first, second and third label,
 * {@code e} is worth 3 at the first, {@code f} and {@code g} at the second and third.
 */
final class ClassifierGraph {
  private static final int VOCABULARY = 10;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private ClassifierGraph() {}

  static Path write(Path folder, int maxTokens, int outputs, String... labels) throws IOException {
    Files.write(folder.resolve("model.onnx"), model(outputs));
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + maxTokens + "}");
    StringBuilder config = new StringBuilder("{\"id2label\": {");
    for (int i = 0; i < labels.length; i++) {
      config.append(i == 0 ? "" : ", ").append("\"%d\": \"%s\"".formatted(i, labels[i]));
    }
    Files.writeString(folder.resolve("config.json"), config.append("}}").toString());
    return folder;
  }

  private static byte[] model(int outputs) {
    ByteBuffer table =
        ByteBuffer.allocate(VOCABULARY * outputs * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int token = 0; token < VOCABULARY; token++) {
      for (int label = 0; label < outputs; label++) {
        table.putFloat(token == 3 + label ? 2 : token == 6 + label ? 3 : 0);
      }
    }
    byte[] weights =
        bytes(
            number(1, VOCABULARY),
            number(1, outputs),
            number(2, FLOAT),
            text(8, "table"),
            nested(9, table.array()));
    byte[] gather =
        bytes(text(1, "table"), text(1, "input_ids"), text(2, "each"), text(4, "Gather"));
    byte[] axes = bytes(text(1, "axes"), number(8, 1), number(20, 7));
    byte[] keep = bytes(text(1, "keepdims"), number(3, 0), number(20, 2));
    byte[] most =
        bytes(
            text(1, "each"),
            text(2, "logits"),
            text(4, "ReduceMax"),
            nested(5, axes),
            nested(5, keep));
    byte[] graph =
        bytes(
            nested(1, gather),
            nested(1, most),
            text(2, "classifier"),
            nested(5, weights),
            nested(11, value("input_ids", INT64)),
            nested(12, value("logits", FLOAT)));
    return bytes(number(1, 8), nested(7, graph), nested(8, bytes(text(1, ""), number(2, 13))));
  }

  private static byte[] value(String name, int type) {
    byte[] shape = bytes(nested(1, text(2, "batch")), nested(1, text(2, name + "_size")));
    return bytes(text(1, name), nested(2, nested(1, bytes(number(1, type), nested(2, shape)))));
  }

  private static byte[] text(int field, String value) {
    return nested(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] nested(int field, byte[] value) {
    return bytes(varint(field << 3 | 2), varint(value.length), value);
  }

  private static byte[] number(int field, long value) {
    return bytes(varint(field << 3), varint(value));
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (; value > 127; value >>>= 7) {
      out.write((int) ((value & 127) | 128));
    }
    out.write((int) value);
    return out.toByteArray();
  }

  private static byte[] bytes(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Words, and one special token between and behind the texts of a pair. */
  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [
         {"id": 1, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "<end>", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                  {"SpecialToken": {"id": "<end>", "type_id": 0}},
                  {"Sequence": {"id": "B", "type_id": 1}},
                  {"SpecialToken": {"id": "<end>", "type_id": 1}}],
         "special_tokens": {"<end>": {"id": "<end>", "ids": [1], "tokens": ["<end>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>",
                 "vocab": {"<unk>": 0, "<end>": 1, "a": 2, "b": 3, "c": 4, "d": 5, "e": 6, "f": 7,
                           "g": 8}}}
      """;
}
