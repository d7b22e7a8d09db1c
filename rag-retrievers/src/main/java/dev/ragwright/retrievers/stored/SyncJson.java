package dev.ragwright.retrievers.stored;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.ReadProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a sync that ended leaves for the next one, as JSON whose texts are {@link Keys}, which any
 * text may be.
 */
public final class SyncJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SyncJson() {}

  /**
   * The JSON, an object on one line, in ASCII.
   *
   * @param readers the versions of what read the documents, by name
   * @param problems what could not be read
   */
  public static String of(SortedMap<String, String> readers, List<ReadProblem> problems) {
    ObjectNode kept = JSON.createObjectNode();
    ArrayNode versions = kept.putArray("readers");
    readers.forEach(
        (name, version) ->
            versions.addObject().put("name", Keys.text(name)).put("version", Keys.text(version)));
    ArrayNode list = kept.putArray("problems");
    for (ReadProblem problem : problems) {
      list.addObject()
          .put("document", Keys.text(problem.documentId()))
          .put("reason", Keys.text(problem.reason()))
          .put("extent", problem.extent().name());
    }
    return kept.toString();
  }

  /** The readers of such JSON; none if nothing is kept, or it cannot be read. */
  public static Map<String, String> readers(@Nullable String kept) {
    Map<String, String> readers = new HashMap<>();
    for (JsonNode reader : json(kept).path("readers")) {
      readers.put(
          Keys.read(reader.path("name").asText()), Keys.read(reader.path("version").asText()));
    }
    return readers;
  }

  /** The problems of such JSON, unmodifiable; none if nothing is kept, or it cannot be read. */
  public static List<ReadProblem> problems(@Nullable String kept) {
    List<ReadProblem> problems = new ArrayList<>();
    for (JsonNode problem : json(kept).path("problems")) {
      problems.add(
          new ReadProblem(
              Keys.read(problem.path("document").asText()),
              Keys.read(problem.path("reason").asText()),
              ReadProblem.Extent.valueOf(problem.path("extent").asText())));
    }
    return List.copyOf(problems);
  }

  private static JsonNode json(@Nullable String kept) {
    try {
      return kept == null ? JSON.missingNode() : JSON.readTree(kept);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }
}
