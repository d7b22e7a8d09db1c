package dev.ragwright.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** ONNX files of a few nodes, written by hand: for what no real model does. */
final class TinyGraph {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int BOOL = 9;

  private TinyGraph() {}

  /** {@code hidden = float(input)}, for an input of the given name. */
  static byte[] cast(String input) {
    return model(
        message(
            nested(1, node("Cast", of(input), of("hidden"), integer("to", FLOAT))),
            text(2, "cast"),
            nested(11, value(input, INT64, true)),
            nested(12, value("hidden", FLOAT, true))));
  }

  /** The same, but copied 2^62 times: a run that ends only when it is stopped. */
  static byte[] endless() {
    byte[] body =
        message(
            nested(1, node("Identity", of("goOn"), of("goOnToo"))),
            nested(1, node("Identity", of("last"), of("next"))),
            text(2, "body"),
            nested(11, value("iteration", INT64, false)),
            nested(11, value("goOn", BOOL, false)),
            nested(11, value("last", FLOAT, true)),
            nested(12, value("goOnToo", BOOL, false)),
            nested(12, value("next", FLOAT, true)));
    byte[] trips = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 62).array();
    return model(
        message(
            nested(1, node("Cast", of("input_ids"), of("first"), integer("to", FLOAT))),
            nested(
                1, node("Loop", of("trips", "start", "first"), of("hidden"), graph("body", body))),
            text(2, "endless"),
            nested(5, scalar("trips", INT64, trips)),
            nested(5, scalar("start", BOOL, new byte[] {1})),
            nested(11, value("input_ids", INT64, true)),
            nested(12, value("hidden", FLOAT, true))));
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

  private static byte[] model(byte[] graph) {
    return message(number(1, 8), nested(7, graph), nested(8, message(text(1, ""), number(2, 13))));
  }

  private static byte[] node(String type, String[] inputs, String[] outputs, byte[]... attributes) {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    for (String input : inputs) {
      node.writeBytes(text(1, input));
    }
    for (String output : outputs) {
      node.writeBytes(text(2, output));
    }
    node.writeBytes(text(4, type));
    for (byte[] attribute : attributes) {
      node.writeBytes(nested(5, attribute));
    }
    return node.toByteArray();
  }

  private static byte[] integer(String name, long value) {
    return message(text(1, name), number(3, value), number(20, 2));
  }

  private static byte[] graph(String name, byte[] graph) {
    return message(text(1, name), nested(6, graph), number(20, 5));
  }

  private static byte[] scalar(String name, int type, byte[] raw) {
    return message(number(2, type), text(8, name), nested(9, raw));
  }

  /** A scalar, or {@code [batch, token]}. */
  private static byte[] value(String name, int type, boolean sequence) {
    byte[] shape =
        sequence ? message(nested(1, text(2, "batch")), nested(1, text(2, "token"))) : new byte[0];
    byte[] tensor = message(number(1, type), nested(2, shape));
    return message(text(1, name), nested(2, nested(1, tensor)));
  }

  private static String[] of(String... names) {
    return names;
  }

  private static byte[] text(int field, String value) {
    return nested(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] nested(int field, byte[] value) {
    return message(varint(field << 3 | 2), varint(value.length), value);
  }

  private static byte[] number(int field, long value) {
    return message(varint(field << 3), varint(value));
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (; value > 127; value >>>= 7) {
      bytes.write((int) ((value & 127) | 128));
    }
    bytes.write((int) value);
    return bytes.toByteArray();
  }

  private static byte[] message(byte[]... fields) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      for (byte[] field : fields) {
        bytes.write(field);
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
