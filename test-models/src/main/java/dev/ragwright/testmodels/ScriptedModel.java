package dev.ragwright.testmodels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes the folder of a chat model that replies to anything with given tokens: each has one
 * successor, the first follows the beginning of the model's turn. The graph is real, as are
 * tokenizer and template. Its tokens are the 256 bytes, the pieces from {@link #FIRST} on, then
 * {@code <|system|>}, {@code <|user|>}, {@code <|assistant|>}, {@code <|end|>} and {@code
 * <|stop|>}.
 *
 * <p>Not for use by several threads.
 */
public final class ScriptedModel {
  /** The token of the first piece. */
  public static final int FIRST = 256;

  static final List<String> SPECIAL =
      List.of("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|stop|>");
  private static final String TEMPLATE =
      "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>"
          + "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

  private final List<byte[]> pieces = new ArrayList<>();
  private String end = "<|end|>";
  private boolean endless;
  private @Nullable RandomGenerator nonsense;
  private int maxTokens = 1_000_000;

  private ScriptedModel() {}

  /** A model that replies with these, each a token, and ends its turn. */
  public static ScriptedModel of(String... pieces) {
    ScriptedModel model = new ScriptedModel();
    for (String piece : pieces) {
      model.pieces.add(piece.getBytes(StandardCharsets.UTF_8));
    }
    return model;
  }

  /** As {@link #of}, of pieces that need not be text. */
  public static ScriptedModel ofBytes(byte[]... pieces) {
    ScriptedModel model = new ScriptedModel();
    model.pieces.addAll(List.of(pieces));
    return model;
  }

  /** What it ends its turn with: {@code <|end|>}, as its template does, or {@code <|stop|>}. */
  public ScriptedModel end(String token) {
    end = token;
    return this;
  }

  /** Instead of ending its turn, it computes for ever. */
  public ScriptedModel endless() {
    endless = true;
    return this;
  }

  /** What follows what is drawn, strongly: a model that writes nonsense. */
  public ScriptedModel nonsense(RandomGenerator from) {
    nonsense = from;
    return this;
  }

  /** How many tokens it can read; a million unless set. */
  public ScriptedModel maxTokens(int most) {
    maxTokens = most;
    return this;
  }

  private int special(String name) {
    return FIRST + pieces.size() + SPECIAL.indexOf(name);
  }

  private int vocabulary() {
    return FIRST + pieces.size() + SPECIAL.size();
  }

  /**
   * Writes its files.
   *
   * @param folder which is there
   * @return the folder
   * @throws IllegalArgumentException if a piece is one byte, or there twice
   */
  public Path write(Path folder) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph());
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer("null"));
    Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
    Files.writeString(
        folder.resolve("config.json"), "{\"max_position_embeddings\": " + maxTokens + "}");
    Files.writeString(
        folder.resolve("generation_config.json"),
        "{\"eos_token_id\": [" + special("<|stop|>") + "]}");
    return folder;
  }

  private byte[] graph() {
    int size = vocabulary();
    float[] table = new float[size * size];
    for (int i = 0; i < pieces.size(); i++) {
      boolean last = i + 1 == pieces.size();
      table[(FIRST + i) * size + (last ? special(end) : FIRST + i + 1)] = 10;
    }
    table[special("<|assistant|>") * size + (pieces.isEmpty() ? special(end) : FIRST)] = 10;
    for (int i = 0; nonsense != null && i < table.length; i++) {
      table[i] += (float) (4 * nonsense.nextGaussian());
    }
    long[] trips = new long[size];
    if (endless) {
      trips[FIRST + pieces.size() - 1] = 1L << 62;
    }
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch_size", "sequence_length")
        .floats("table", table, size, size)
        .longs("tripsOf", trips, size)
        .node("Gather", List.of("table", "input_ids"), List.of("found"))
        .node("Gather", List.of("tripsOf", "input_ids"), List.of("tripsEach"))
        .node(
            "ReduceMax", List.of("tripsEach"), List.of("trips"), OnnxGraph.attribute("keepdims", 0))
        .copied("trips", "found", "logits", "batch", "token", "vocabulary")
        .cacheOfIds()
        .output("logits", OnnxGraph.FLOAT, "batch_size", "sequence_length", "" + size)
        .toBytes();
  }

  /**
   * The tokenizer's file.
   *
   * @param around as JSON, what puts special tokens around a text
   */
  String tokenizer(String around) {
    List<String> added = new ArrayList<>();
    for (String name : SPECIAL) {
      added.add(
          String.format(
              Locale.ROOT,
              """
          {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true}""",
              special(name),
              name));
    }
    return """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
         "normalizer": null, "post_processor": %s,
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                           "use_regex": true},
         "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
                     "use_regex": true},
         "model": {"type": "BPE", "unk_token": null, "byte_fallback": false,
                   "vocab": {%s}, "merges": []}}
        """
        .formatted(String.join(",\n", added), around, vocabularyJson());
  }

  private String vocabularyJson() {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (int value = 0; value < 256; value++) {
      vocabulary.put(String.valueOf(letter(value)), value);
    }
    for (int i = 0; i < pieces.size(); i++) {
      StringBuilder spelled = new StringBuilder();
      for (byte value : pieces.get(i)) {
        spelled.append(letter(value & 255));
      }
      if (vocabulary.putIfAbsent(spelled.toString(), FIRST + i) != null) {
        throw new IllegalArgumentException("a piece of its own, of two bytes at least: " + spelled);
      }
    }
    List<String> entries = new ArrayList<>();
    vocabulary.forEach(
        (token, id) ->
            entries.add(
                String.format(
                    Locale.ROOT,
                    "\"%s\": %d",
                    token.replace("\\", "\\\\").replace("\"", "\\\""),
                    id)));
    return String.join(", ", entries);
  }

  /** The letter that stands for a byte in byte-level vocabularies, as GPT-2 maps them. */
  private static char letter(int value) {
    int place = 0;
    for (int other = 0; other < 256; other++) {
      boolean printable = (other >= '!' && other <= '~') || (other >= 0xA1 && other != 0xAD);
      if (other == value) {
        return (char) (printable ? value : 256 + place);
      }
      place += printable ? 0 : 1;
    }
    throw new IllegalArgumentException("not a byte: " + value);
  }
}
