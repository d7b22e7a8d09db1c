package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the settings beside a {@code tokenizer.json} change of it when transformers loads it
 * (version 5.24; {@code tokenization_bert.py}, {@code tokenization_roberta.py} and {@code
 * tokenization_utils_base.py}), and {@code do_lower_case} of sentence-transformers. Of {@code
 * add_bos_token} and {@code add_eos_token} that library takes no notice where there is a {@code
 * tokenizer.json}, and neither does this.
 */
final class TokenizerSettings {
  static final String FILE = "tokenizer_config.json";

  /** Classes that make their normalizer anew, of what the settings say. */
  private static final Set<String> WORD_PIECE =
      Set.of(
          "BertTokenizer",
          "ConvBertTokenizer",
          "DistilBertTokenizer",
          "ElectraTokenizer",
          "LayoutLMTokenizer",
          "LxmertTokenizer",
          "MPNetTokenizer",
          "MobileBertTokenizer",
          "SqueezeBertTokenizer");

  /** Classes that make their splitting into words anew. */
  private static final Set<String> BYTE_LEVEL =
      Set.of(
          "BartTokenizer",
          "GPT2Tokenizer",
          "LEDTokenizer",
          "LongformerTokenizer",
          "RobertaTokenizer");

  /** Classes that give no segments unless the settings ask for them. */
  private static final Set<String> WITHOUT_TYPES =
      Set.of("DistilBertTokenizer", "MPNetTokenizer", "TokenizersBackend");

  /** Models whose tokenizer is of {@link #WORD_PIECE} where the settings name no class. */
  private static final Set<String> WORD_PIECE_MODELS =
      Set.of("bert", "distilbert", "electra", "mobilebert", "mpnet", "squeezebert");

  private final ModelFolder folder;
  private final JsonNode settings;
  private final String type; // the class, or nothing
  private final List<String> changes = new ArrayList<>();

  private TokenizerSettings(ModelFolder folder) {
    this.folder = folder;
    this.settings = merged(folder);
    this.type = settings.path("tokenizer_class").asText("").replaceFirst("Fast$", "");
  }

  static TokenizerSettings of(ModelFolder folder) {
    return new TokenizerSettings(folder);
  }

  /** What sentence-transformers' settings say of the tokenizer; an empty object for nothing. */
  static ObjectNode ofSentence(ModelFolder folder) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    JsonNode transformer = SentenceModules.transformer(folder);
    for (String name : List.of("tokenizer_args", "processor_kwargs")) {
      if (transformer.path(name) instanceof ObjectNode some) {
        all.setAll(some);
      }
    }
    return all;
  }

  /**
   * What was done to a {@code tokenizer.json}.
   *
   * @param cutsFront whether of a text that is too long the beginning is left out
   * @param changes for people; empty for none
   */
  record Applied(boolean cutsFront, List<String> changes) {}

  /** All that a changed file depends on: this and what the files hold that are asked here. */
  List<String> dependsOn(String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    for (String file : List.of(FILE, "config.json", SentenceModules.settingsFile(folder))) {
      all.add(folder.text(file).orElse(""));
    }
    return all;
  }

  /** The settings of the file, with those of sentence-transformers over them. */
  static ObjectNode merged(ModelFolder folder) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    if (folder.files().settings(FILE) instanceof ObjectNode file) {
      all.setAll(file);
    }
    all.setAll(ofSentence(folder));
    return all;
  }

  /**
   * Changes the tree of a {@code tokenizer.json} as transformers changes what it has read.
   *
   * @throws ModelLoadException if the settings name a token that the file does not have
   */
  Applied applyTo(ObjectNode tokenizer) {
    requireAddedTokens(tokenizer);
    boolean cutsFront =
        settings
            .path("truncation_side")
            .asText(tokenizer.path("truncation").path("direction").asText(""))
            .toLowerCase(Locale.ROOT)
            .equals("left");
    boolean isWordPiece =
        WORD_PIECE.contains(type)
            || (type.isEmpty()
                && WORD_PIECE_MODELS.contains(
                    folder.files().settings("config.json").path("model_type").asText()));
    if (isWordPiece
        && tokenizer.path("normalizer") instanceof ObjectNode normalizer
        && normalizer.path("type").asText().equals("BertNormalizer")) {
      apply(normalizer, "lowercase", "do_lower_case", JsonNodeFactory.instance.booleanNode(true));
      apply(normalizer, "strip_accents", "strip_accents", JsonNodeFactory.instance.nullNode());
      apply(
          normalizer,
          "handle_chinese_chars",
          "tokenize_chinese_chars",
          JsonNodeFactory.instance.booleanNode(true));
    }
    if (WORD_PIECE.contains(type) && tokenizer.path("post_processor").isNull()) {
      addSpecialTokens(tokenizer);
    }
    if (BYTE_LEVEL.contains(type)
        && tokenizer.path("pre_tokenizer") instanceof ObjectNode words
        && words.path("type").asText().equals("ByteLevel")) {
      apply(
          words,
          "add_prefix_space",
          "add_prefix_space",
          JsonNodeFactory.instance.booleanNode(false));
    }
    if (SentenceModules.transformer(folder).path("do_lower_case").asBoolean()) {
      lowerCase(tokenizer);
    }
    return new Applied(cutsFront, List.copyOf(changes));
  }

  /** Takes a setting over; its default only for a class that is named, and so has been made. */
  private void apply(ObjectNode part, String field, String setting, JsonNode usual) {
    if (!settings.has(setting) && type.isEmpty()) {
      return;
    }
    JsonNode value = settings.has(setting) ? settings.path(setting) : usual;
    JsonNode before = part.path(field);
    boolean isSame = value.equals(before) || (value.isNull() && before.isMissingNode());
    if (!isSame) {
      part.set(field, value);
      changes.add("%s=%s".formatted(setting, value.asText()));
    }
  }

  private void lowerCase(ObjectNode tokenizer) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    all.addObject().put("type", "Lowercase");
    JsonNode before = tokenizer.path("normalizer");
    if (before.path("type").asText().equals("Sequence")) {
      before.path("normalizers").forEach(all::add);
    } else if (before.isObject()) {
      all.add(before);
    }
    tokenizer.putObject("normalizer").put("type", "Sequence").set("normalizers", all);
    changes.add("do_lower_case=true of sentence-transformers");
  }

  /** As classes of BERT's kind do whatever the file says: the first token and the separator. */
  private void addSpecialTokens(ObjectNode tokenizer) {
    String first = token("cls_token", "[CLS]");
    String end = token("sep_token", "[SEP]");
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    if (!vocabulary.has(first) || !vocabulary.has(end)) {
      return;
    }
    ObjectNode template = tokenizer.putObject("post_processor").put("type", "TemplateProcessing");
    for (String form : List.of("single", "pair")) {
      ArrayNode parts = template.putArray(form);
      special(parts, first, 0);
      sequence(parts, "A", 0);
      special(parts, end, 0);
      if (form.equals("pair")) {
        if (type.equals("MPNetTokenizer")) {
          special(parts, end, 0);
        }
        int segment = type.equals("MPNetTokenizer") ? 0 : 1;
        sequence(parts, "B", segment);
        special(parts, end, segment);
      }
    }
    ObjectNode names = template.putObject("special_tokens");
    for (String name : new TreeSet<>(Set.of(first, end))) {
      ObjectNode token = names.putObject(name).put("id", name);
      token.putArray("ids").add(vocabulary.path(name).asInt());
      token.putArray("tokens").add(name);
    }
    changes.add("%s and %s of %s".formatted(first, end, type));
  }

  private String token(String name, String usual) {
    JsonNode token = settings.path(name);
    return token.isTextual() ? token.asText() : token.path("content").asText(usual);
  }

  private static void special(ArrayNode parts, String name, int segment) {
    parts.addObject().putObject("SpecialToken").put("id", name).put("type_id", segment);
  }

  private static void sequence(ArrayNode parts, String name, int segment) {
    parts.addObject().putObject("Sequence").put("id", name).put("type_id", segment);
  }

  /** Tokens that only the settings add would be cut up here, where transformers finds them. */
  private void requireAddedTokens(ObjectNode tokenizer) {
    Set<String> added = new TreeSet<>();
    tokenizer.path("added_tokens").forEach(token -> added.add(token.path("content").asText()));
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    for (Map.Entry<String, JsonNode> entry : settings.path("added_tokens_decoder").properties()) {
      JsonNode token = entry.getValue();
      String name = token.path("content").asText();
      boolean isSpecialWord = token.path("special").asBoolean() && vocabulary.has(name);
      if (!added.contains(name) && !isSpecialWord) {
        throw new ModelLoadException(
            folder.files().where(FILE),
            "added_tokens_decoder with \"%s\" (%s), which %s does not have"
                .formatted(name, entry.getKey(), FolderFiles.TOKENIZER),
            "all added tokens in both: AutoTokenizer.from_pretrained(...).save_pretrained(...) of"
                + " transformers writes them so");
      }
    }
  }

  /** Whether padding would stand in front of a text. */
  boolean padsFront() {
    return settings.path("padding_side").asText("").equals("left");
  }

  /** Whether tokens have segments, where the graph asks for them. */
  boolean hasTypes() {
    JsonNode names = settings.path("model_input_names");
    if (!names.isArray()) {
      return !WITHOUT_TYPES.contains(type) && !BYTE_LEVEL.contains(type);
    }
    for (JsonNode name : names) {
      if (name.asText().equals(OnnxEncoder.TYPES)) {
        return true;
      }
    }
    return false;
  }
}
