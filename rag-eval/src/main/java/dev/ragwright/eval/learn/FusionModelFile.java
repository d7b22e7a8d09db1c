package dev.ragwright.eval.learn;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.source.files.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fusion's model as a file: JSON with the numbers and what they were learnt for, so that it is
 * refused elsewhere. What is read equals what was written, to the last bit.
 */
public final class FusionModelFile {
  private static final String FORMAT = "ragwright-fusion";
  private static final int VERSION = 1;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private FusionModelFile() {}

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(FusionModel model, Path file) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT).put("version", VERSION);
    root.setAll(MAPPER.<ObjectNode>valueToTree(model));
    try {
      Files.writeString(file, MAPPER.writeValueAsString(root) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the fusion's model " + file, e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws DocumentReadException if there is no such file, if it is not JSON, of another version,
   *     or if something in it is missing or does not fit, naming what
   */
  public static FusionModel read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          "there is no fusion's model " + file + "; FusionModelFile.write makes one");
    }
    try {
      JsonNode root = MAPPER.readTree(TextFile.read(file));
      if (!root.path("format").asText().equals(FORMAT) || root.path("version").asInt() != VERSION) {
        throw new DocumentReadException(
            "%s: it is \"%s\" version %s, expected \"%s\" version %s; learn the model anew"
                .formatted(
                    file,
                    root.path("format").asText(),
                    root.path("version").asText(),
                    FORMAT,
                    VERSION));
      }
      ObjectNode model = ((ObjectNode) root).without(java.util.List.of("format", "version"));
      return MAPPER.treeToValue(model, FusionModel.class);
    } catch (JsonProcessingException e) {
      throw new DocumentReadException(
          file + ": not a fusion's model: " + e.getOriginalMessage(), e);
    }
  }
}
