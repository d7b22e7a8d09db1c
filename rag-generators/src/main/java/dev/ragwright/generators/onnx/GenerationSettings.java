package dev.ragwright.generators.onnx;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code generation_config.json} says beside the tokens that begin and end a reply, or without
 * such a file {@code config.json}, as transformers reads them. Tokens that a model must never write
 * are part of the model and left out; how tokens are chosen is for {@link DecodingOptions} to say,
 * so that is only told. Immutable.
 *
 * @param never the tokens of {@code suppress_tokens}, and of {@code bad_words_ids} where a word is
 *     one token; for reading only
 * @param notFirst those of {@code begin_suppress_tokens}, likewise
 * @param left the settings that are not applied, with their values; empty for none
 */
record GenerationSettings(BitSet never, BitSet notFirst, String left) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FILE = "generation_config.json";

  /** What is applied here or elsewhere, and what has no effect on the tokens. */
  private static final Set<String> NOT_LEFT =
      Set.of(
          "eos_token_id",
          "bos_token_id",
          "pad_token_id",
          "decoder_start_token_id",
          "forced_bos_token_id",
          "suppress_tokens",
          "begin_suppress_tokens",
          "transformers_version",
          "use_cache",
          "cache_implementation",
          "cache_config",
          "return_dict_in_generate",
          "output_attentions",
          "output_hidden_states",
          "output_scores",
          "output_logits");

  /**
   * Settings that models write into {@code config.json} too, and the values that change nothing.
   */
  private static final Map<String, String> IDLE =
      Map.ofEntries(
          Map.entry("do_sample", "false"),
          Map.entry("temperature", "1.0"),
          Map.entry("top_k", "0"),
          Map.entry("top_p", "1.0"),
          Map.entry("typical_p", "1.0"),
          Map.entry("repetition_penalty", "1.0"),
          Map.entry("length_penalty", "1.0"),
          Map.entry("diversity_penalty", "0.0"),
          Map.entry("num_beams", "1"),
          Map.entry("num_beam_groups", "1"),
          Map.entry("num_return_sequences", "1"),
          Map.entry("no_repeat_ngram_size", "0"),
          Map.entry("encoder_no_repeat_ngram_size", "0"),
          Map.entry("min_length", "0"),
          Map.entry("max_length", "20"),
          Map.entry("early_stopping", "false"),
          Map.entry("remove_invalid_values", "false"),
          Map.entry("bad_words_ids", "[]"),
          Map.entry("forced_eos_token_id", ""),
          Map.entry("exponential_decay_length_penalty", ""));

  /**
   * Reads them.
   *
   * @throws ModelLoadException if a file is damaged
   */
  static GenerationSettings of(ModelFolder folder) {
    Optional<JsonNode> own = json(folder, FILE);
    JsonNode settings = own.or(() -> json(folder, "config.json")).orElse(JSON.nullNode());
    BitSet never = ids(settings.path("suppress_tokens"));
    Set<Integer> ends =
        ids(settings.path("eos_token_id")).stream().boxed().collect(Collectors.toSet());
    boolean hasLongWords = false;
    for (JsonNode word : settings.path("bad_words_ids")) {
      hasLongWords |= word.size() > 1;
      if (word.size() == 1 && !ends.contains(word.path(0).asInt())) {
        never.set(word.path(0).asInt());
      }
    }
    TreeMap<String, String> left = new TreeMap<>();
    for (Map.Entry<String, JsonNode> setting : settings.properties()) {
      String name = setting.getKey();
      boolean isOfGenerating = own.isPresent() ? !name.startsWith("_") : IDLE.containsKey(name);
      String value = setting.getValue().toString();
      if (isOfGenerating
          && !NOT_LEFT.contains(name)
          && !setting.getValue().isNull()
          && !isIdle(name, value)
          && (!name.equals("bad_words_ids") || hasLongWords)) {
        left.put(name, value);
      }
    }
    String said =
        left.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(", "));
    return new GenerationSettings(never, ids(settings.path("begin_suppress_tokens")), said);
  }

  private static boolean isIdle(String name, String value) {
    String idle = IDLE.get(name);
    return idle != null && (value.equals(idle) || (value + ".0").equals(idle));
  }

  private static BitSet ids(JsonNode node) {
    BitSet ids = new BitSet();
    for (JsonNode id : node.isArray() ? node : List.of(node)) {
      if (id.canConvertToInt() && id.asInt() >= 0) {
        ids.set(id.asInt());
      }
    }
    return ids;
  }

  private static Optional<JsonNode> json(ModelFolder folder, String file) {
    Optional<String> text = folder.text(file);
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(JSON.readTree(text.get()));
    } catch (JacksonException e) {
      throw new ModelLoadException(folder + ", " + file, e.getOriginalMessage(), "JSON", e);
    }
  }

  /** Leaves out what must not be written, as the first token of a reply or as another one. */
  void applyTo(float[] logits, boolean isFirst) {
    leaveOut(never, logits);
    if (isFirst) {
      leaveOut(notFirst, logits);
    }
  }

  private static void leaveOut(BitSet ids, float[] logits) {
    for (int id = ids.nextSetBit(0); id >= 0 && id < logits.length; id = ids.nextSetBit(id + 1)) {
      logits[id] = Float.NEGATIVE_INFINITY;
    }
  }
}
