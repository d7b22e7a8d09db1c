package dev.ragwright.retrievers.stored;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.retrievers.sync.Utf16;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All of a passage as JSON in ASCII, so what is read back is what was put in, whatever an engine
 * makes of texts.
 */
public final class PassageJson {
  /** Without the parser's own limits: what is read was written here, however long. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private PassageJson() {}

  /** The JSON, an object on one line. */
  public static String of(Passage passage) {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(written)) {
      json.writeStartObject();
      json.writeStringField("id", passage.id());
      json.writeStringField("document", passage.documentId());
      json.writeNumberField("start", passage.start());
      json.writeStringField("text", passage.text());
      if (!passage.headings().isEmpty()) {
        json.writeFieldName("headings");
        write(json, passage.headings());
      }
      write(json, passage.metadata());
      if (passage.places().known()) {
        json.writeStringField("places", passage.places().toString());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    return written.toString();
  }

  /**
   * The passage of such JSON; fields that it does not know are left out.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public static Passage read(String exact) {
    String id = "";
    String document = "";
    int start = 0;
    String text = "";
    List<String> headings = new ArrayList<>();
    Metadata metadata = Metadata.empty();
    Places places = Places.unknown();
    try (JsonParser json = JSON.createParser(exact)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "id" -> id = json.getText();
          case "document" -> document = json.getText();
          case "start" -> start = json.getIntValue();
          case "text" -> text = json.getText();
          case "headings" -> headings.addAll(texts(json));
          case "metadata", "pairs" -> metadata = metadata(json);
          case "places" -> places = Places.parse(json.getText());
          default -> json.skipChildren(); // of a later version
        }
      }
      return new Passage(
          id, document, start, start + text.length(), text, headings, metadata, places);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a passage of the index cannot be read: " + e.getMessage(), e);
    }
  }

  private static void write(JsonGenerator json, List<?> texts) throws IOException {
    json.writeStartArray();
    for (Object text : texts) {
      json.writeString(text.toString());
    }
    json.writeEndArray();
  }

  /** An object; where a key is not well formed, which no name may be to the parser, a list. */
  private static void write(JsonGenerator json, Metadata metadata) throws IOException {
    boolean named = metadata.asMap().keySet().stream().allMatch(Utf16::isWellFormed);
    json.writeFieldName(named ? "metadata" : "pairs");
    if (named) {
      json.writeStartObject();
    } else {
      json.writeStartArray();
    }
    for (Map.Entry<String, Object> entry : metadata.asMap().entrySet()) {
      if (named) {
        json.writeFieldName(entry.getKey());
      } else {
        json.writeString(entry.getKey());
      }
      switch (entry.getValue()) {
        case Long number -> json.writeNumber(number);
        case Double number -> json.writeNumber(number);
        case Boolean truth -> json.writeBoolean(truth);
        case List<?> several -> write(json, several);
        default -> json.writeString(entry.getValue().toString());
      }
    }
    if (named) {
      json.writeEndObject();
    } else {
      json.writeEndArray();
    }
  }

  private static List<String> texts(JsonParser json) throws IOException {
    require(json.currentToken() == JsonToken.START_ARRAY, json);
    List<String> texts = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(json.currentToken() == JsonToken.VALUE_STRING, json);
      texts.add(json.getText());
    }
    return texts;
  }

  private static Metadata metadata(JsonParser json) throws IOException {
    require(json.currentToken().isStructStart(), json);
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (JsonToken next = json.nextToken(); !next.isStructEnd(); next = json.nextToken()) {
      require(next == JsonToken.FIELD_NAME || next == JsonToken.VALUE_STRING, json);
      String key = json.getText();
      Object value =
          switch (json.nextToken()) {
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            case START_ARRAY -> texts(json);
            default -> {
              require(json.currentToken() == JsonToken.VALUE_STRING, json);
              yield json.getText();
            }
          };
      metadata.put(key, value);
    }
    return Metadata.of(metadata);
  }

  /** Else the parser, which is asked for the next token only, might be asked for ever. */
  private static void require(boolean fits, JsonParser json) {
    if (!fits) {
      throw new IllegalArgumentException(
          "there is \"%s\" where another kind of value should be".formatted(json.currentToken()));
    }
  }
}
