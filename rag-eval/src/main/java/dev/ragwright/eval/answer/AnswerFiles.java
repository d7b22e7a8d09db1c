package dev.ragwright.eval.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.ragwright.document.DocumentReadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Reads responses and reference answers from files with a JSON object on each line, gzip-compressed
 * if the name ends in {@code .gz}. Fields that are not named here are passed over, and so are blank
 * lines. A file with a broken line is refused there, naming file, line and, where it is not JSON,
 * column: a score over a part of a file would look like one over all of it.
 */
public final class AnswerFiles {
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private AnswerFiles() {}

  /**
   * What a system said to a question.
   *
   * @param line where it stands in its file, from 1
   */
  public record Response(String queryId, String text, int line) {}

  /**
   * The responses in the order of the file: {@code {"query_id": "q1", "response": "..."}}. A
   * question may have several, such as those of several systems.
   *
   * @throws DocumentReadException if there is no such file or a line is broken
   */
  public static List<Response> responses(Path file) {
    List<Response> responses = new ArrayList<>();
    read(
        file,
        line ->
            responses.add(
                new Response(line.text("query_id"), line.text("response"), line.number())));
    return responses;
  }

  /**
   * The reference answers by question, in the order of the file: {@code {"_id": "q1", "answers":
   * ["...", "..."]}}; {@code id} in place of {@code _id} will do. None for a question whose {@code
   * answers} are an empty list, null or not there.
   *
   * @throws DocumentReadException if there is no such file, a line is broken or an id is there
   *     twice
   */
  public static Map<String, List<String>> references(Path file) {
    Map<String, List<String>> references = new LinkedHashMap<>();
    read(
        file,
        line -> {
          String id = line.text(line.object().has("_id") ? "_id" : "id");
          if (references.putIfAbsent(id, line.texts("answers")) != null) {
            throw line.error("the id \"" + id + "\" is there twice");
          }
        });
    return Collections.unmodifiableMap(references);
  }

  private record Line(Path file, int number, JsonNode object) {

    String text(String field) {
      return text(object.path(field), field);
    }

    List<String> texts(String field) {
      JsonNode values = object.path(field);
      if (values.isMissingNode() || values.isNull()) {
        return List.of();
      }
      if (!values.isArray()) {
        throw error("no list \"" + field + "\", but " + values.getNodeType());
      }
      List<String> texts = new ArrayList<>();
      values.forEach(value -> texts.add(text(value, field)));
      return List.copyOf(texts);
    }

    /** A number is taken as it is written. */
    private String text(JsonNode value, String field) {
      if (!value.isTextual() && !value.isNumber()) {
        throw error(
            "no text \""
                + field
                + "\""
                + (value.isMissingNode() ? "" : ", but " + value.getNodeType()));
      }
      return value.asText();
    }

    DocumentReadException error(String what) {
      return new DocumentReadException(file + " line " + number + ": " + what);
    }
  }

  private static void read(Path file, Consumer<Line> action) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          Files.exists(file) ? file + " is not a file" : "there is no file " + file);
    }
    int number = 0;
    try (InputStream in = Files.newInputStream(file);
        InputStream bytes =
            file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()), 1 << 16)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        number++;
        if (!text.isBlank()) {
          action.accept(new Line(file, number, object(file, number, text)));
        }
      }
    } catch (CharacterCodingException e) {
      throw new DocumentReadException(file + " after line " + number + ": is not UTF-8", e);
    } catch (IOException e) {
      throw new DocumentReadException(
          file + " after line " + number + ": cannot be read on: " + e.getMessage(), e);
    }
  }

  private static JsonNode object(Path file, int number, String text) {
    JsonNode node;
    try {
      node = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new DocumentReadException(
          "%s line %d column %d: not JSON: %s"
              .formatted(file, number, e.getLocation().getColumnNr(), e.getOriginalMessage()));
    }
    if (!node.isObject()) {
      throw new DocumentReadException(file + " line " + number + ": not a JSON object");
    }
    return node;
  }
}
