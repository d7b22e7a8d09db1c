package dev.ragwright.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.ragwright.document.DocumentReadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A JSON object on a line of a file. */
record JsonLine(Lines.Line line, JsonNode object) {
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Hands over the objects on the lines that are not blank. */
  static void read(Path file, Consumer<JsonLine> action) {
    Lines.read(file, line -> action.accept(parse(line)));
  }

  private static JsonLine parse(Lines.Line line) {
    JsonNode node;
    try {
      node = JSON.readTree(line.text());
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
      throw line.error(column, "not JSON: " + e.getOriginalMessage());
    }
    if (!node.isObject()) {
      throw line.error(1, "not a JSON object");
    }
    return new JsonLine(line, node);
  }

  DocumentReadException error(String what) {
    return line.error(1, what);
  }

  boolean has(String field) {
    return object.hasNonNull(field);
  }

  /** A required text; a number is taken as it is written. */
  String text(String field) {
    return text(field, object.path(field));
  }

  /** A list of texts; empty where there is none. */
  List<String> texts(String field) {
    if (!has(field)) {
      return List.of();
    }
    if (!object.path(field).isArray()) {
      throw error("\"" + field + "\" is not a list");
    }
    List<String> texts = new ArrayList<>();
    object.path(field).forEach(element -> texts.add(text(field, element)));
    return texts;
  }

  private String text(String field, JsonNode value) {
    if (!value.isTextual() && !value.isNumber()) {
      throw error("no text \"" + field + "\"" + (value.isMissingNode() ? "" : ", but " + value));
    }
    return value.asText();
  }
}
