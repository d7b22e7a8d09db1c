package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the vocabulary out of a {@code tokenizer.json} as a stream: the tree of a large one takes
 * seconds and hundreds of megabytes. For one file.
 */
final class VocabularyJson {
  /** Names of entries are read once each: to keep them for the next file would only cost. */
  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .build());

  private static final String EXPECTED = "the JSON of a Hugging Face tokenizer";

  /** Far beyond any model's, so that a damaged id does not take all memory. */
  private static final int MOST_IDS = 1 << 24;

  private @Nullable String[] pieces = new @Nullable String[1 << 16]; // (id)
  private int size;
  private String type = "";
  private boolean byteFallback;
  private JsonNode addedTokens = MissingNode.getInstance();
  private JsonNode preTokenizer = MissingNode.getInstance();
  private JsonNode decoder = MissingNode.getInstance();

  /** A tokenizer that is well formed and of no use here. */
  static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String found;
    private final String expected;

    Unusable(String found, String expected) {
      super(found);
      this.found = found;
      this.expected = expected;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  /** What is made of one file. */
  interface Reading<T> {
    T of(VocabularyJson vocabulary, InputStream in) throws IOException;
  }

  /**
   * What a folder's file says.
   *
   * @throws ModelLoadException if it is missing, damaged, or of no use
   */
  static <T> T of(ModelFolder folder, Reading<T> reading) {
    String file = FolderFiles.TOKENIZER;
    try (InputStream in = folder.files().open(file)) {
      return reading.of(new VocabularyJson(), in);
    } catch (JacksonException e) {
      throw folder.files().damaged(file, e.getOriginalMessage(), EXPECTED, e);
    } catch (Unusable e) {
      throw folder.files().damaged(file, e.found(), e.expected(), e);
    } catch (IOException e) {
      throw folder.files().unreadable(file, e);
    }
  }

  TokenBytes read(InputStream in) throws IOException {
    parse(in);
    return table();
  }

  /** The ids of those names that there are; of two tokens of a name the added one. */
  Map<String, Integer> ids(InputStream in, Set<String> names) throws IOException {
    parse(in);
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < size; id++) {
      String piece = pieces[id];
      if (piece != null && names.contains(piece)) {
        ids.put(piece, id);
      }
    }
    for (JsonNode token : addedTokens) {
      String name = token.path("content").asText();
      if (names.contains(name) && token.path("id").canConvertToInt()) {
        ids.put(name, token.path("id").asInt());
      }
    }
    return Map.copyOf(ids);
  }

  /** The names of all tokens, by their ids; empty where there is none. */
  List<String> names(InputStream in) throws IOException {
    parse(in);
    for (JsonNode token : addedTokens) {
      put(token.path("id").asInt(-1), token.path("content").asText());
    }
    return Arrays.stream(pieces, 0, size).map(name -> name == null ? "" : name).toList();
  }

  private void parse(InputStream in) throws IOException {
    try (JsonParser parser = JSON.createParser(in)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        parser.nextToken();
        switch (key) {
          case "added_tokens" -> addedTokens = JSON.readTree(parser);
          case "pre_tokenizer" -> preTokenizer = JSON.readTree(parser);
          case "decoder" -> decoder = JSON.readTree(parser);
          case "model" -> readModel(parser);
          default -> parser.skipChildren();
        }
      }
      expect(parser.currentToken() == JsonToken.END_OBJECT); // else it is cut off
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_OBJECT);
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      switch (key) {
        case "type" -> type = parser.getText();
        case "byte_fallback" -> byteFallback = value == JsonToken.VALUE_TRUE;
        case "vocab" -> readPieces(parser);
        default -> parser.skipChildren();
      }
    }
  }

  private void readPieces(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) { // {piece: id}
      for (String piece = parser.nextFieldName(); piece != null; piece = parser.nextFieldName()) {
        put(parser.nextIntValue(-1), piece);
      }
    } else { // [[piece, score]], by id
      expect(parser.currentToken() == JsonToken.START_ARRAY);
      for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
        String piece = parser.nextTextValue();
        expect(piece != null);
        put(id, String.valueOf(piece));
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          expect(parser.currentToken() != null);
        }
      }
    }
  }

  private void put(int id, String piece) {
    if (id < 0 || id >= MOST_IDS) {
      throw new Unusable(
          String.format(Locale.ROOT, "the token \"%s\" with the id %d", piece, id),
          "ids from 0 to " + (MOST_IDS - 1));
    }
    if (id >= pieces.length) {
      pieces = Arrays.copyOf(pieces, Math.max(id + 1, 2 * pieces.length));
    }
    pieces[id] = piece;
    size = Math.max(size, id + 1);
  }

  private TokenBytes table() {
    if (size == 0) {
      throw new Unusable("no vocabulary", "the object \"model\" with its \"vocab\"");
    }
    PieceDecoder decode = PieceDecoder.of(type, byteFallback, preTokenizer, decoder);
    Map<String, Integer> added = new HashMap<>();
    BitSet special = new BitSet();
    for (JsonNode token : addedTokens) {
      int id = token.path("id").asInt(-1);
      String name = token.path("content").asText();
      put(id, name);
      added.put(name, id);
      special.set(id, token.path("special").asBoolean() || TokenizerJson.isTurnMark(name));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(8 * size);
    int[] starts = new int[size + 1];
    boolean[] isSpecial = new boolean[size];
    for (int id = 0; id < size; id++) {
      isSpecial[id] = special.get(id);
      String piece = pieces[id];
      if (piece != null) {
        bytes.writeBytes(
            isSpecial[id]
                ? piece.getBytes(StandardCharsets.UTF_8)
                : decode.bytes(piece, added.containsKey(piece)));
      }
      starts[id + 1] = bytes.size();
    }
    return new TokenBytes(
        bytes.toByteArray(), starts, isSpecial, added, decode.dropsLeadingSpace());
  }

  private static void expect(boolean wellFormed) {
    if (!wellFormed) {
      throw new Unusable("JSON that is cut off or laid out otherwise", EXPECTED);
    }
  }
}
