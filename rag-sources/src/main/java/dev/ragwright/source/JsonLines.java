package dev.ragwright.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.files.JsonLine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Documents from a file with a JSON object on each line, gzip-compressed or not: {@code _id} (or
 * {@code id}, where that is missing), {@code text} and, if there is one, {@code title}. The
 * document's text is the title, an empty line, and the text; without a title, the text alone. The
 * title and all other fields that are a text, a number or a truth value become metadata; objects
 * and lists do not, but for lists of texts {@linkplain #withLists where that is said}. Blank lines
 * are passed over.
 *
 * <p>A file with a broken line is broken: it is refused there, naming the line, since results over
 * a part of a collection would look like results over all of it.
 */
public final class JsonLines implements DocumentSource {
  private final Path file;
  private final boolean lists;

  private JsonLines(Path file, boolean lists) {
    this.file = file;
    this.lists = lists;
  }

  /** The documents of a file. */
  public static JsonLines of(Path file) {
    return new JsonLines(file, false);
  }

  /**
   * The same documents, in whose metadata lists of texts are as well, such as tags. For an index
   * that has its vectors itself: databases of vectors refuse passages with several texts under one
   * key.
   */
  public JsonLines withLists() {
    return new JsonLines(file, true);
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
    return JsonLine.lines(file).map(this::document);
  }

  private Document document(JsonLine line) {
    String id = line.id();
    String title = line.has("title") ? line.text("title") : "";
    String body = line.text("text");
    return new Document(id, title.isBlank() ? body : title + "\n\n" + body, metadata(line));
  }

  private Metadata metadata(JsonLine line) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : line.object().properties()) {
      String key = field.getKey();
      JsonNode value = field.getValue();
      if (key.equals("text") || key.equals(line.idField())) {
        continue;
      }
      if (value.isTextual()) {
        metadata.put(key, value.textValue());
      } else if (value.isBoolean()) {
        metadata.put(key, value.booleanValue());
      } else if (value.canConvertToLong() && value.isIntegralNumber()) {
        metadata.put(key, value.longValue());
      } else if (value.isNumber()) {
        metadata.put(key, line.finite(key, value).doubleValue());
      } else if (lists && value.isArray() && value.valueStream().allMatch(JsonNode::isTextual)) {
        metadata.put(key, value.valueStream().map(JsonNode::textValue).toList());
      }
    }
    return Metadata.of(metadata);
  }
}
