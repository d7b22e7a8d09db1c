package dev.ragwright.retrievers.rerank;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TokenBytes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a ColBERT model wants its texts, as PyLate writes it into {@code
 * config_sentence_transformers.json} ({@code ColBERT.save} and {@code __init__} of
 * pylate/models/colbert.py, which has the defaults too) and ColBERT itself into {@code
 * artifact.metadata} (colbert/infra/config/settings.py).
 *
 * @param file which of the two
 * @param queryMarker the token behind the leading special one of a query; empty for none
 * @param documentMarker likewise of a passage
 * @param queryLength the tokens of a query, with the special ones and the marker
 * @param documentLength the most tokens of a passage, likewise
 * @param expands whether a shorter query is filled up with mask tokens
 * @param attendsToExpansion whether the model attends to these
 * @param skipped the tokens of a passage that do not take part
 * @param dimension how many numbers a token's vector has, where it is said
 * @param maskId the token to fill up with, where it is said by its id
 */
record ColBertSettings(
    String file,
    String queryMarker,
    String documentMarker,
    int queryLength,
    int documentLength,
    boolean expands,
    boolean attendsToExpansion,
    List<String> skipped,
    OptionalInt dimension,
    OptionalInt maskId) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PYLATE = "config_sentence_transformers.json";
  private static final String COLBERT = "artifact.metadata";
  private static final List<String> PUNCTUATION =
      List.of("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".split("")); // Python's string.punctuation

  /** The settings of a folder; PyLate's before ColBERT's, as PyLate reads them. */
  static ColBertSettings of(ModelFolder folder) {
    JsonNode pylate = json(folder, PYLATE);
    JsonNode colbert = json(folder, COLBERT);
    if (pylate.path("model_type").asText().equals("MultiVectorEncoder")) {
      throw new ModelLoadException(
          folder + ", " + PYLATE,
          "the setting \"model_type\": \"MultiVectorEncoder\", as sentence-transformers saves it",
          "the folder of a model that PyLate or ColBERT saved");
    }
    if (pylate.has("query_prefix") || pylate.has("query_length")) {
      SentenceSettings.requireOfTokens(folder);
      return pylate(pylate);
    }
    if (colbert.has("query_token_id") || colbert.has("query_maxlen")) {
      refuseOther(folder, colbert, "interaction", "colbert");
      // Of vectors of length 1 the distance (l2) and the cosine rank alike.
      refuseOther(folder, colbert, "similarity", "cosine|l2");
      return colbert(colbert);
    }
    throw new ModelLoadException(
        folder.toString(),
        "no query_prefix in %s and no %s".formatted(PYLATE, COLBERT),
        "the folder of a model that PyLate or ColBERT saved; LateInteraction.of takes an embedder"
            + " that was not trained for it");
  }

  private static void refuseOther(
      ModelFolder folder, JsonNode settings, String name, String known) {
    JsonNode value = settings.path(name);
    if (value.isTextual() && !value.asText().matches(known)) {
      throw new ModelLoadException(
          folder + ", " + COLBERT,
          "the setting \"%s\": %s".formatted(name, value),
          known.replace("|", " or "));
    }
  }

  private static ColBertSettings pylate(JsonNode settings) {
    boolean expands = settings.path("do_query_expansion").asBoolean(true);
    return new ColBertSettings(
        PYLATE,
        text(settings, "query_prefix", "[Q] "),
        text(settings, "document_prefix", "[D] "),
        settings.path("query_length").asInt(32),
        settings.path("document_length").asInt(180),
        expands,
        expands && settings.path("attend_to_expansion_tokens").asBoolean(false),
        settings.path("skiplist_words").isArray()
            ? texts(settings.path("skiplist_words"))
            : PUNCTUATION,
        number(settings, "embedding_dim"),
        number(settings, "mask_token_id"));
  }

  private static ColBertSettings colbert(JsonNode settings) {
    return new ColBertSettings(
        COLBERT,
        text(settings, "query_token_id", "[unused0]"),
        text(settings, "doc_token_id", "[unused1]"),
        settings.path("query_maxlen").asInt(32),
        settings.path("doc_maxlen").asInt(220),
        true,
        settings.path("attend_to_mask_tokens").asBoolean(false),
        settings.path("mask_punctuation").asBoolean(true) ? PUNCTUATION : List.of(),
        number(settings, "dim"),
        OptionalInt.empty());
  }

  /** With other lengths, where they are not null. */
  ColBertSettings with(@Nullable Integer queryTokens, @Nullable Integer documentTokens) {
    return new ColBertSettings(
        file,
        queryMarker,
        documentMarker,
        queryTokens == null ? queryLength : queryTokens,
        documentTokens == null ? documentLength : documentTokens,
        expands,
        attendsToExpansion,
        skipped,
        dimension,
        maskId);
  }

  /** The tokens that are meant, by their ids in the folder's vocabulary. */
  Vocabulary in(ModelFolder folder) {
    String mask = maskId.isPresent() || !expands ? "" : maskToken(folder);
    Set<String> names = new LinkedHashSet<>(skipped);
    names.addAll(List.of(queryMarker, documentMarker, mask));
    Map<String, Integer> ids = TokenBytes.ids(folder, names);
    Set<Long> skippedIds = new LinkedHashSet<>();
    for (String word : skipped) {
      if (ids.containsKey(word)) {
        skippedIds.add((long) id(ids, word));
      }
    }
    return new Vocabulary(
        marker(folder, ids, queryMarker, "query"),
        marker(folder, ids, documentMarker, "document"),
        maskId.isPresent() || mask.isEmpty() ? maskId : OptionalInt.of(id(ids, mask)),
        Set.copyOf(skippedIds));
  }

  private OptionalInt marker(
      ModelFolder folder, Map<String, Integer> ids, String token, String side) {
    if (token.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!ids.containsKey(token)) {
      throw new ModelLoadException(
          folder.toString(),
          "no token \"%s\" in tokenizer.json".formatted(token),
          "the %s marker that %s names, in the vocabulary that the model was trained with"
              .formatted(side, file));
    }
    return OptionalInt.of(id(ids, token));
  }

  private static int id(Map<String, Integer> ids, String token) {
    return ids.getOrDefault(token, -1);
  }

  /** What the model's tokenizer calls it, or its end token where it has no mask, as PyLate does. */
  private static String maskToken(ModelFolder folder) {
    for (String token : List.of("mask_token", "eos_token")) {
      for (String settings : List.of("tokenizer_config.json", "special_tokens_map.json")) {
        JsonNode named = json(folder, settings).path(token);
        String name = named.isTextual() ? named.asText() : named.path("content").asText("");
        if (!name.isEmpty() && TokenBytes.ids(folder, Set.of(name)).containsKey(name)) {
          return name;
        }
      }
    }
    throw new ModelLoadException(
        folder.toString(),
        "no mask_token or eos_token of tokenizer.json in tokenizer_config.json or"
            + " special_tokens_map.json",
        "the token that queries are filled up with");
  }

  /**
   * Tokens by their ids.
   *
   * @param mask empty where queries are not filled up
   */
  record Vocabulary(
      OptionalInt queryMarker, OptionalInt documentMarker, OptionalInt mask, Set<Long> skipped) {}

  /** A settings file, or a missing node when there is none. */
  static JsonNode json(ModelFolder folder, String file) {
    try {
      Optional<String> text = folder.text(file);
      return text.isEmpty() ? MissingNode.getInstance() : JSON.readTree(text.get());
    } catch (JacksonException e) {
      throw new ModelLoadException(
          folder + ", " + file, String.valueOf(e.getOriginalMessage()), "JSON", e);
    }
  }

  /** Some files have an object there, which a slip of the library wrote. */
  private static String text(JsonNode settings, String name, String usual) {
    JsonNode text = settings.path(name);
    return text.isTextual() ? text.asText() : usual;
  }

  private static OptionalInt number(JsonNode settings, String name) {
    return settings.path(name).isInt()
        ? OptionalInt.of(settings.path(name).asInt())
        : OptionalInt.empty();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }
}
