package dev.ragwright.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A {@code tokenizer.json}, changed so that no text can contain a special token. The library finds
 * the special tokens' names in a text before anything else, so that a passage that says {@code
 * [SEP]} would end the sequence, and has no switch for that. Here every special token is renamed to
 * a name that begins with U+FFFF, which {@link Tokenizer} lets through in no text: ids and
 * templates stay as they are, and what the text spells is cut up like any other word. Added tokens
 * whose names are of the form {@code <|user|>} are taken for special ones whatever the file says:
 * some chat models mark their turns with such.
 *
 * <p>Truncation and padding are taken out as well: both would happen unseen.
 */
record TokenizerJson(String json, Set<String> special) {
  /** A noncharacter: Unicode keeps it out of texts for uses like this one. */
  static final char MARK = '\uFFFF';

  private static final JsonMapper JSON = new JsonMapper();

  /** The changed file, and the special tokens' names as they were; the settings' changes first. */
  static TokenizerJson guarded(byte[] file, TokenizerSettings settings) throws IOException {
    JsonNode root = JSON.readTree(file);
    if (!(root instanceof ObjectNode tokenizer)
        || !(root.path("model") instanceof ObjectNode model)) {
      throw new IllegalArgumentException("no object with a \"model\"");
    }
    settings.applyTo(tokenizer);
    tokenizer.putNull("truncation");
    tokenizer.putNull("padding");
    Map<String, String> renamed = new HashMap<>();
    for (JsonNode token : tokenizer.path("added_tokens")) {
      String name = token.path("content").asText();
      if (token instanceof ObjectNode special
          && (token.path("special").asBoolean() || isTurnMark(name))) {
        renamed.put(name, MARK + name);
        special.put("content", MARK + name);
        special.put("normalized", false);
      }
    }
    rename(model, renamed);
    return new TokenizerJson(JSON.writeValueAsString(tokenizer), Set.copyOf(renamed.keySet()));
  }

  /** Whether a name is one of a control token, whatever else is said. Some write U+FF5C. */
  static boolean isTurnMark(String name) {
    return name.length() > 4 && name.matches("<[|\uFF5C].*[|\uFF5C]>");
  }

  /** The vocabulary lists the special tokens too, and some kinds of model look up whole words. */
  private static void rename(ObjectNode model, Map<String, String> renamed) {
    String unknown = renamed.get(model.path("unk_token").asText());
    if (unknown != null) {
      model.put("unk_token", unknown);
    }
    if (model.path("vocab") instanceof ObjectNode vocabulary) { // piece -> id
      renamed.forEach(
          (from, to) -> {
            JsonNode id = vocabulary.remove(from);
            if (id != null) {
              vocabulary.set(to, id);
            }
          });
    } else {
      for (JsonNode entry : model.path("vocab")) { // [piece, score], by id
        if (entry instanceof ArrayNode piece && renamed.containsKey(piece.path(0).asText())) {
          piece.set(0, renamed.get(piece.path(0).asText()));
        }
      }
    }
  }
}
