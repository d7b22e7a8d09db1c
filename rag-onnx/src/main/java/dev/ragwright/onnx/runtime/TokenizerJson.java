package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.files.FolderFiles;
import dev.ragwright.onnx.files.JsonTree;
import dev.ragwright.text.Sha;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A {@code tokenizer.json}, changed so that no text can contain a special token. The library finds
 * the special tokens' names in a text before anything else, so that a passage that says {@code
 * [SEP]} would end the sequence, and has no switch for that. Here every special token is renamed to
 * a name that begins with U+FFFF, which {@link Tokenizer} lets through in no text: ids and
 * templates stay as they are, and what the text spells is cut up like any other word. Added tokens
 * whose names are of the form {@code <|user|>} are taken for special ones whatever the file says:
 * some chat models mark their turns with such.
 *
 * @param sha256 of the file as it was
 * @param special the special tokens' names as they were
 * @param applied what the settings beside it changed
 */
record TokenizerJson(
    String json, String sha256, Set<String> special, TokenizerSettings.Applied applied) {
  /** A noncharacter: Unicode keeps it out of texts for uses like this one. */
  static final char MARK = '\uFFFF';

  /** Of what is done here and by the settings: raise it with each change. */
  private static final String VERSION = "1";

  private static final int DEEPEST = 100; // of the library's 128

  private static final String CHANGED = "tokenizer.json";
  private static final String FACTS = "facts";

  /**
   * The changed file of a folder; out of the cache, if it is there.
   *
   * @throws IOException if it is no JSON
   */
  static TokenizerJson guarded(
      ModelFolder folder, TokenizerSettings settings, @Nullable StartCache cache)
      throws IOException {
    if (cache == null) {
      return guarded(read(folder), settings);
    }
    Optional<String> origin = folder.files().origin(FolderFiles.TOKENIZER);
    byte[] file = origin.isPresent() ? null : read(folder);
    String identity = file == null ? origin.orElseThrow() : Sha.hex(file);
    String name = StartCache.name("tokenizer", settings.dependsOn(VERSION, identity));
    Optional<Path> kept = cache.find(name);
    if (kept.isPresent()) {
      try {
        return kept(kept.get());
      } catch (IOException e) { // as where somebody empties the cache meanwhile
        LoggerFactory.getLogger(TokenizerJson.class).warn("{} is made again", kept.get(), e);
      }
    }
    TokenizerJson made = guarded(file == null ? read(folder) : file, settings);
    cache.make(name, made::keep);
    return made;
  }

  private static byte[] read(ModelFolder folder) throws IOException {
    try (InputStream in = folder.files().open(FolderFiles.TOKENIZER)) {
      return in.readAllBytes();
    }
  }

  private void keep(Path entry) throws IOException {
    Files.writeString(entry.resolve(CHANGED), json);
    try (DataOutputStream facts =
        new DataOutputStream(Files.newOutputStream(entry.resolve(FACTS)))) {
      facts.writeUTF(sha256);
      facts.writeBoolean(applied.cutsFront());
      for (Collection<String> texts : List.of(applied.changes(), special)) {
        facts.writeInt(texts.size());
        for (String text : texts) {
          facts.writeUTF(text);
        }
      }
    }
  }

  private static TokenizerJson kept(Path entry) throws IOException {
    String json = Files.readString(entry.resolve(CHANGED), StandardCharsets.US_ASCII);
    try (DataInputStream facts =
        new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(entry.resolve(FACTS))))) {
      String sha256 = facts.readUTF();
      boolean cutsFront = facts.readBoolean();
      List<String> changes = texts(facts);
      return new TokenizerJson(
          json,
          sha256,
          Set.copyOf(texts(facts)),
          new TokenizerSettings.Applied(cutsFront, changes));
    }
  }

  private static List<String> texts(DataInputStream facts) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int left = facts.readInt(); left > 0; left--) {
      texts.add(facts.readUTF());
    }
    return List.copyOf(texts);
  }

  /** Some of what is JSON to Java ends the process where the native library reads it. */
  private static void requireReadable(JsonNode node, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("more than " + DEEPEST + " brackets within each other");
    }
    if (node.isTextual()) {
      requireWhole(node.textValue());
    } else if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw new IllegalArgumentException("a number beyond the range of a double");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      requireWhole(entry.getKey());
      requireReadable(entry.getValue(), depth + 1);
    }
    if (node.isArray()) {
      node.forEach(each -> requireReadable(each, depth + 1));
    }
  }

  private static void requireWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSurrogatePair(
            text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
          throw new IllegalArgumentException("half of a character: a surrogate without its pair");
        }
        i++;
      }
    }
  }

  private static TokenizerJson guarded(byte[] file, TokenizerSettings settings) throws IOException {
    JsonNode root = JsonTree.read(new ByteArrayInputStream(file));
    if (!(root instanceof ObjectNode tokenizer)
        || !(root.path("model") instanceof ObjectNode model)) {
      throw new IllegalArgumentException("no object with a \"model\"");
    }
    requireReadable(root, 0);
    TokenizerSettings.Applied applied = settings.applyTo(tokenizer);
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
    return new TokenizerJson(
        JsonTree.write(tokenizer), Sha.hex(file), Set.copyOf(renamed.keySet()), applied);
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
