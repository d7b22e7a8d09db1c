package dev.ragwright.langchain4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.langchain4j.data.segment.TextSegment;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.store.StoreException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Passages as LangChain4j's segments in a store, and back. Stores lose much: pgvector gives all
 * metadata back as texts, Milvus whole numbers as long, none takes a boolean, a blank text or, some
 * of them, U+0000. So one text value ({@link #EXACT}) has all of a passage but its text, as JSON in
 * ASCII, and what is read back is read from there. Beside it stands what a store can filter by, in
 * forms that mean the same in all of them: texts as they are, numbers as double, truth values as
 * text.
 */
final class Segments {
  /** All of a passage but its text. */
  static final String EXACT = "ragwright";

  /** The id of the passage's document, to filter by. */
  static final String DOCUMENT = "ragwright_document";

  /** Where other programs have the id of a segment's document; the first that is there counts. */
  static final List<String> USUAL_DOCUMENT_KEYS =
      List.of("document_id", "file_name", "url", "source");

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final String BLANK = "\u2423"; // LangChain4j has no segment without words
  private static final int APART = 1 << 18; // more than a segment is long
  private static final int SLOTS = 1 << 13;

  private Segments() {}

  /** A passage as it is stored. */
  static TextSegment of(Passage passage) {
    dev.langchain4j.data.document.Metadata keys = new dev.langchain4j.data.document.Metadata();
    passage
        .metadata()
        .asMap()
        .forEach(
            (key, value) -> {
              if (key.equals(EXACT) || key.equals(DOCUMENT)) {
                throw new StoreException(
                    "passage %s has metadata '%s', which the store's adapter needs for itself"
                        .formatted(passage.id(), key));
              }
              if (value instanceof List<?>) {
                throw new StoreException(
                    "passage %s has several texts under '%s', by which the store cannot filter: put one text there, or leave the key out"
                        .formatted(passage.id(), key));
              }
              if (!key.isBlank()) { // LangChain4j refuses it; it is in the JSON
                put(keys, key, value);
              }
            });
    keys.put(DOCUMENT, storable(passage.documentId()));
    String text = passage.text().isBlank() ? BLANK : storable(passage.text());
    keys.put(EXACT, exact(passage, text.equals(passage.text())));
    return TextSegment.from(text, keys);
  }

  private static void put(dev.langchain4j.data.document.Metadata keys, String key, Object value) {
    if (value instanceof Number number) {
      keys.put(key, number.doubleValue());
    } else {
      keys.put(key, storable(value.toString()));
    }
  }

  /** A text without what databases refuse or change: U+0000, and halves of characters. */
  static String storable(String text) {
    StringBuilder changed = null;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(unit)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (unit == 0 || Character.isSurrogate(unit)) {
        changed = changed == null ? new StringBuilder(text) : changed;
        changed.setCharAt(i, '\ufffd');
      }
    }
    return changed == null ? text : changed.toString();
  }

  private static String exact(Passage passage, boolean textIsStored) {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(written)) {
      json.writeStartObject();
      json.writeStringField("id", passage.id());
      json.writeStringField("document", passage.documentId());
      json.writeNumberField("start", passage.start());
      json.writeNumberField("end", passage.end());
      json.writeArrayFieldStart("headings");
      for (String heading : passage.headings()) {
        json.writeString(heading);
      }
      json.writeEndArray();
      json.writeObjectFieldStart("metadata");
      for (Map.Entry<String, Object> entry : passage.metadata().asMap().entrySet()) {
        json.writeFieldName(entry.getKey());
        switch (entry.getValue()) {
          case Long number -> json.writeNumber(number);
          case Double number -> json.writeNumber(number);
          case Boolean truth -> json.writeBoolean(truth);
          default -> json.writeString(entry.getValue().toString());
        }
      }
      json.writeEndObject();
      json.writeStringField("places", passage.places().toString());
      if (!textIsStored) {
        json.writeStringField("text", passage.text());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    return written.toString();
  }

  /**
   * The passage of a segment.
   *
   * @param id the store's, by which an entry of another program is called
   * @param documentKeys where such an entry has the id of its document
   * @throws StoreException if it was stored by this adapter and the store has changed it
   */
  static Passage passage(TextSegment segment, String id, List<String> documentKeys) {
    Map<String, Object> values = segment.metadata().toMap();
    return values.get(EXACT) instanceof String exact
        ? read(exact, segment.text(), id)
        : foreign(segment.text(), values, id, documentKeys);
  }

  /** What was read of the JSON. */
  private static final class Parts {
    private String id = "";
    private String document = "";
    private int start;
    private int end;
    private final List<String> headings = new ArrayList<>();
    private Metadata metadata = Metadata.empty();
    private String places = "";
    private @Nullable String text;
  }

  private static Passage read(String exact, String stored, String id) {
    Parts parts = new Parts();
    try (JsonParser json = JSON.createParser(exact)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        read(json, field, parts);
      }
      String text = parts.text == null ? stored : parts.text;
      if (parts.end - parts.start != text.length()) {
        throw new StoreException(
            String.format(
                Locale.ROOT,
                "the store has changed the text of passage %s: it has %d units, had %d",
                parts.id,
                text.length(),
                parts.end - parts.start));
      }
      return new Passage(
          parts.id,
          parts.document,
          parts.start,
          parts.end,
          text,
          parts.headings,
          parts.metadata,
          Places.parse(parts.places));
    } catch (IOException | IllegalArgumentException e) {
      throw new StoreException(
          "the metadata '%s' of the store's entry %s cannot be read: %s"
              .formatted(EXACT, id, Failures.said(e)),
          e);
    }
  }

  private static void read(JsonParser json, String field, Parts parts) throws IOException {
    switch (field) {
      case "id" -> parts.id = json.getText();
      case "document" -> parts.document = json.getText();
      case "start" -> parts.start = json.getIntValue();
      case "end" -> parts.end = json.getIntValue();
      case "headings" -> {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          parts.headings.add(json.getText());
        }
      }
      case "metadata" -> parts.metadata = metadata(json);
      case "places" -> parts.places = json.getText();
      case "text" -> parts.text = json.getText();
      default -> json.skipChildren(); // of a later version
    }
  }

  private static Metadata metadata(JsonParser json) throws IOException {
    Metadata metadata = Metadata.empty();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      metadata =
          switch (json.nextToken()) {
            case VALUE_NUMBER_INT -> metadata.with(key, json.getLongValue());
            case VALUE_NUMBER_FLOAT -> metadata.with(key, json.getDoubleValue());
            case VALUE_TRUE, VALUE_FALSE -> metadata.with(key, json.getBooleanValue());
            default -> metadata.with(key, json.getText());
          };
    }
    return metadata;
  }

  /**
   * What another program put in. Where it stands in its document is not known: passages of one
   * document are given places apart, so that none seem to touch, in the order of the {@code index}
   * that LangChain4j's splitters write.
   */
  private static Passage foreign(
      String text, Map<String, Object> values, String id, List<String> documentKeys) {
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      metadata = with(metadata, entry.getKey(), entry.getValue());
    }
    String document =
        documentKeys.stream()
            .map(values::get)
            .filter(value -> value != null && !value.toString().isEmpty())
            .map(Object::toString)
            .findFirst()
            .orElse(id);
    int start = slot(values.get("index"), id) * APART;
    return new Passage(id, document, start, start + text.length(), text, List.of(), metadata);
  }

  /** Metadata with a value of LangChain4j's added, in the nearest of our types. */
  static Metadata with(Metadata metadata, String key, @Nullable Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return metadata.with(key, ((Number) value).longValue());
    }
    return value instanceof Number number && Double.isFinite(number.doubleValue())
        ? metadata.with(key, number.doubleValue())
        : metadata.with(key, String.valueOf(value));
  }

  private static int slot(@Nullable Object index, String id) {
    if (index != null && index.toString().matches("\\d{1,6}")) {
      return Integer.parseInt(index.toString()) % SLOTS;
    }
    return Math.floorMod(id.hashCode(), SLOTS);
  }
}
