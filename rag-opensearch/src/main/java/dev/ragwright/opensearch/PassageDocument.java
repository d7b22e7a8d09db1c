package dev.ragwright.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.stored.PassageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A passage as a document of the engine, and back. One text, {@code exact}, has all of the passage
 * as JSON in ASCII, so what is read back is what was put in, whatever an engine makes of texts.
 */
final class PassageDocument {
  static final String EXACT = "exact";
  static final String BYTES = "bytes";
  static final String RECORD = "record";

  /** Between the terms of two places, and between those of one. */
  static final char PLACES = '\u0001';

  static final char TERMS = '\u0002';

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private PassageDocument() {}

  /**
   * The document, on one line, in ASCII.
   *
   * @param places the terms of each place of what is searched by words
   * @param vector null for none
   */
  static byte[] of(Passage passage, List<List<String>> places, float @Nullable [] vector) {
    ByteArrayOutputStream written = new ByteArrayOutputStream(1 << 13);
    try (JsonGenerator json = JSON.createGenerator(written)) {
      json.writeStartObject();
      json.writeStringField("id", Keys.text(passage.id()));
      json.writeStringField("document", Keys.digest(passage.documentId()));
      json.writeStringField("words", words(places));
      metadata(json, passage.metadata());
      json.writeStringField(EXACT, PassageJson.of(passage));
      if (vector != null) {
        json.writeFieldName("vector");
        json.writeStartArray();
        for (float number : vector) {
          json.writeNumber(number);
        }
        json.writeEndArray();
        json.writeStringField(BYTES, bytes(vector));
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array throws none
    }
    return written.toByteArray();
  }

  /** The engine's id of what it keeps of a whole document. */
  static String record(String documentId) {
    return "document-" + Keys.digest(documentId); // longer than any passage's
  }

  /**
   * What the engine keeps of a whole document beside its passages, on one line.
   *
   * @param digest of what it was when a sync wrote it; empty if its passages were changed since
   */
  static byte[] record(String documentId, String digest) {
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.put("document", Keys.digest(documentId)).put(RECORD, digest);
    record.put(EXACT, Keys.text(documentId));
    return record.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String words(List<List<String>> places) {
    StringBuilder words = new StringBuilder();
    for (List<String> place : places) {
      if (!words.isEmpty()) {
        words.append(PLACES);
      }
      for (int i = 0; i < place.size(); i++) {
        words.append(i == 0 ? "" : String.valueOf(TERMS)).append(term(place.get(i)));
      }
    }
    return words.toString();
  }

  /** A term without what stands between terms. */
  static String term(String term) {
    return term.replace(PLACES, '\ufffd').replace(TERMS, '\ufffd');
  }

  private static void metadata(JsonGenerator json, Metadata metadata) throws IOException {
    List<String> keys = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    List<String> longTexts = new ArrayList<>();
    List<String> numbers = new ArrayList<>();
    List<String> truths = new ArrayList<>();
    metadata
        .asMap()
        .forEach(
            (key, value) -> {
              keys.add(Keys.text(key));
              switch (value) {
                case Number number -> numbers.add(Keys.number(key, number.doubleValue()));
                case Boolean truth -> truths.add(Keys.under(key) + truth);
                case List<?> several ->
                    several.forEach(text -> addText(key, text.toString(), texts, longTexts));
                default -> addText(key, value.toString(), texts, longTexts);
              }
            });
    write(json, "keys", keys);
    write(json, "texts", texts);
    write(json, "long_texts", longTexts);
    write(json, "numbers", numbers);
    write(json, "truths", truths);
  }

  private static void addText(String key, String text, List<String> texts, List<String> longTexts) {
    texts.add(Keys.text(key, text));
    if (text.length() > Keys.LONGEST) {
      longTexts.add(Keys.under(key) + Keys.digest(text));
    }
  }

  private static void write(JsonGenerator json, String field, List<String> values)
      throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (String value : values) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
  }

  private static String bytes(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float number : vector) {
      bytes.putFloat(number);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /** The numbers of a vector, to the bit. */
  static float[] vector(String bytes) {
    ByteBuffer read =
        ByteBuffer.wrap(Base64.getDecoder().decode(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    float[] vector = new float[read.remaining() / Float.BYTES];
    read.asFloatBuffer().get(vector);
    return vector;
  }

  /**
   * The passage of what {@code exact} has.
   *
   * @throws EngineException if it cannot be read
   */
  static Passage read(String exact) {
    try {
      return PassageJson.read(exact);
    } catch (IllegalArgumentException e) {
      throw new EngineException(String.valueOf(e.getMessage()), e, false);
    }
  }
}
