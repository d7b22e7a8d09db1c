package dev.ragwright.tools;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.document.Document;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The questions of a folder with the excerpts that answer them. */
final class ExcerptFile {
  private ExcerptFile() {}

  /**
   * Reads {@code queries.jsonl}. Places are code points of a document's text.
   *
   * @throws IllegalArgumentException if a question has no document or no place in it, naming it
   */
  static List<Excerpts> read(Path folder, List<Document> documents) {
    Map<String, String> texts = new LinkedHashMap<>();
    documents.forEach(document -> texts.put(document.id(), document.text()));
    Path file = folder.resolve("queries.jsonl");
    List<Excerpts> questions = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank()) {
          questions.add(of(Cli.JSON.readTree(line), texts));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(file + " has no question");
    }
    return questions;
  }

  private static Excerpts of(JsonNode line, Map<String, String> texts) {
    String id = line.path("_id").asText();
    String document = line.path("doc").asText();
    String text = texts.get(document);
    if (text == null) {
      throw new IllegalArgumentException(
          "query %s: there is no document \"%s\" (field doc); there are %s"
              .formatted(id, document, texts.keySet()));
    }
    int length = text.codePointCount(0, text.length());
    List<Excerpts.Stretch> stretches = new ArrayList<>();
    for (JsonNode span : line.path("answer_spans")) {
      int start = span.path(0).asInt(-1);
      int end = span.path(1).asInt(-1);
      if (start < 0 || end < start || end > length) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "query %s: %s is no [start, end) in the %d code points of %s",
                id,
                span,
                length,
                document));
      }
      stretches.add(
          new Excerpts.Stretch(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, end)));
    }
    return new Excerpts(id, line.path("text").asText(), document, stretches);
  }
}
