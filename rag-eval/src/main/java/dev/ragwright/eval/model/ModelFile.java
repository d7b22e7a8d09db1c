package dev.ragwright.eval.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.source.files.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as a file: JSON with the parts of its record, and before them a format and its version.
 * What is read equals what was written, to the last bit.
 *
 * @param <T> the record
 * @param type of the record
 * @param format what the file calls itself
 * @param kind what people call it, such as {@code router's model}
 * @param writer the class that writes it, for whoever has no file
 */
public record ModelFile<T>(Class<T> type, String format, String kind, String writer) {
  private static final int VERSION = 1;
  private static final String CORPUS = "corpus";
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(T model, Path file) {
    write(model, null, file);
  }

  /**
   * Writes the file, replacing one that is there.
   *
   * @param corpus what the model was learnt over; null if nothing is to be told of it
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(T model, @Nullable CorpusSketch corpus, Path file) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", format).put("version", VERSION);
    root.setAll(MAPPER.<ObjectNode>valueToTree(model));
    if (corpus != null) {
      root.set(CORPUS, MAPPER.valueToTree(corpus));
    }
    try {
      Files.writeString(file, MAPPER.writeValueAsString(root) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the " + kind + " " + file, e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws DocumentReadException if there is no such file, if it is not JSON, of another version,
   *     or if something in it is missing or does not fit, naming what
   */
  public T read(Path file) {
    return parsed(
        file, root -> MAPPER.treeToValue(root.without(List.of("format", "version", CORPUS)), type));
  }

  /**
   * What the model in a file was learnt over; null if the file does not tell.
   *
   * @throws DocumentReadException as {@link #read} has it
   */
  public @Nullable CorpusSketch corpus(Path file) {
    return parsed(file, root -> MAPPER.treeToValue(root.get(CORPUS), CorpusSketch.class));
  }

  private <R extends @Nullable Object> R parsed(Path file, Parser<R> parser) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          "there is no %s %s; %s.write makes one".formatted(kind, file, writer));
    }
    try {
      JsonNode root = MAPPER.readTree(TextFile.read(file));
      if (!root.path("format").asText().equals(format) || root.path("version").asInt() != VERSION) {
        throw new DocumentReadException(
            "%s: it is \"%s\" version %s, expected \"%s\" version %s; learn the model anew"
                .formatted(
                    file,
                    root.path("format").asText(),
                    root.path("version").asText(),
                    format,
                    VERSION));
      }
      return parser.parse((ObjectNode) root);
    } catch (JsonProcessingException e) {
      throw new DocumentReadException(
          "%s: not a %s: %s".formatted(file, kind, e.getOriginalMessage()), e);
    }
  }

  @FunctionalInterface
  private interface Parser<R extends @Nullable Object> {
    R parse(ObjectNode root) throws JsonProcessingException;
  }
}
