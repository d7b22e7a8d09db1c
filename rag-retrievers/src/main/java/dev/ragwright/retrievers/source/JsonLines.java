package dev.ragwright.retrievers.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Documents from a file with a JSON object on each line, gzip-compressed if its name ends in {@code
 * .gz}: {@code _id} (or {@code id}), {@code text} and, if there is one, {@code title}. The
 * document's text is the title, an empty line, and the text; without a title, the text alone. The
 * title and all other fields that are a text, a number or a truth value become metadata; lists and
 * objects do not. Blank lines are passed over.
 *
 * <p>A file with a broken line is broken: it is refused there, naming the line, since results over
 * a part of a collection would look like results over all of it.
 */
public final class JsonLines implements DocumentSource {
  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();
  private static final Set<String> KNOWN = Set.of("_id", "id", "text");

  private final Path file;

  private JsonLines(Path file) {
    this.file = file;
  }

  /** The documents of a file. */
  public static JsonLines of(Path file) {
    return new JsonLines(file);
  }

  /**
   * Reads the documents; there are no problems besides the errors.
   *
   * @throws DocumentReadException at once if there is no such file; from the stream, naming file
   *     and line, at a line that is not one JSON object with an id and a text, has a field twice,
   *     or has a number beyond the range of a double
   */
  @Override
  public Stream<Document> documents(Consumer<ReadProblem> problems) {
    return TextLines.of(file).map(JsonLines::document);
  }

  private static Document document(TextLines.Line line) {
    JsonNode object = object(line);
    String id = object.has("_id") ? text(line, object, "_id") : text(line, object, "id");
    String title = object.hasNonNull("title") ? text(line, object, "title") : "";
    String body = text(line, object, "text");
    if (id.isEmpty()) {
      throw line.error("the id is empty");
    }
    return new Document(id, title.isBlank() ? body : title + "\n\n" + body, metadata(line, object));
  }

  private static Metadata metadata(TextLines.Line line, JsonNode object) {
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      JsonNode value = field.getValue();
      if (KNOWN.contains(field.getKey())) {
        continue;
      }
      if (value.isTextual()) {
        metadata = metadata.with(field.getKey(), value.textValue());
      } else if (value.isBoolean()) {
        metadata = metadata.with(field.getKey(), value.booleanValue());
      } else if (value.canConvertToLong() && value.isIntegralNumber()) {
        metadata = metadata.with(field.getKey(), value.longValue());
      } else if (value.isNumber()) {
        metadata = metadata.with(field.getKey(), finite(line, field.getKey(), value).doubleValue());
      }
    }
    return metadata;
  }

  /** The object on a line. */
  static JsonNode object(TextLines.Line line) {
    JsonNode node;
    try {
      node = JSON.readTree(line.text());
    } catch (MismatchedInputException e) {
      throw line.error("something stands behind the object; each line is one object");
    } catch (JsonProcessingException e) {
      throw line.error("not JSON: " + e.getOriginalMessage());
    }
    if (!node.isObject()) {
      throw line.error("not a JSON object");
    }
    return node;
  }

  private static JsonNode finite(TextLines.Line line, String field, JsonNode number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw line.error(
          "the number \"" + field + "\" is too large: numbers go up to " + Double.MAX_VALUE);
    }
    return number;
  }

  /** A required text; a number is taken as it is written. */
  static String text(TextLines.Line line, JsonNode object, String field) {
    JsonNode value = object.path(field);
    if (!value.isTextual() && !value.isNumber()) {
      throw line.error(
          "no text \""
              + field
              + "\""
              + (value.isMissingNode() ? "" : ", but " + value.getNodeType()));
    }
    return value.isFloatingPointNumber() ? finite(line, field, value).asText() : value.asText();
  }
}
