package dev.ragwright.source.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.document.DocumentReadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A JSON object on a line of a file. */
public record JsonLine(TextLine line, JsonNode object) {
  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  /** The objects on the lines that are not blank; lazy, to be closed. */
  public static Stream<JsonLine> lines(Path file) {
    return TextFile.lines(file).map(JsonLine::of);
  }

  /** Hands over the objects on the lines that are not blank. */
  public static void forEach(Path file, Consumer<JsonLine> action) {
    TextFile.forEachLine(file, line -> action.accept(of(line)));
  }

  /**
   * The object on a line.
   *
   * @throws DocumentReadException if the line is anything else than one object, in which no field
   *     stands twice
   */
  public static JsonLine of(TextLine line) {
    JsonNode node;
    try {
      node = JSON.readTree(line.text());
    } catch (MismatchedInputException e) {
      throw line.error("something stands behind the object; each line is one object");
    } catch (JsonProcessingException e) {
      String what = "not JSON: " + e.getOriginalMessage();
      throw e.getLocation() == null
          ? line.error(what)
          : line.error(e.getLocation().getColumnNr(), what);
    }
    if (!node.isObject()) {
      throw line.error("not a JSON object");
    }
    return new JsonLine(line, node);
  }

  /** What is wrong with the line. */
  public DocumentReadException error(String what) {
    return line.error(what);
  }

  /** Whether there is such a field, and it is not null. */
  public boolean has(String field) {
    return object.hasNonNull(field);
  }

  /** The field that has the id: {@code _id} or, where there is none, {@code id}. */
  public String idField() {
    return has("id") && !has("_id") ? "id" : "_id";
  }

  /** The id; never empty. */
  public String id() {
    String id = text(idField());
    if (id.isEmpty()) {
      throw error("the id is empty");
    }
    return id;
  }

  /** A required text; a number is taken as it is written. */
  public String text(String field) {
    return text(field, object.path(field));
  }

  /** A list of texts; empty where there is none. */
  public List<String> texts(String field) {
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
      throw error(
          "no text \""
              + field
              + "\""
              + (value.isMissingNode() ? "" : ", but " + value.getNodeType()));
    }
    return value.isFloatingPointNumber() ? finite(field, value).asText() : value.asText();
  }

  /** A number that a double can hold. */
  public JsonNode finite(String field, JsonNode number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw error(
          "the number \"" + field + "\" is too large: numbers go up to " + Double.MAX_VALUE);
    }
    return number;
  }
}
