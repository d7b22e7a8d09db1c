package dev.ragwright.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.source.files.JsonLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An answer that people judged, to measure an evaluator by.
 *
 * @param query the id of the question that it answers; null where there was none, as for a summary
 * @param contexts the ids of the documents that it was made from; unmodifiable
 * @param response its text
 * @param label what was judged: {@code supported} (by the contexts) or {@code correct}
 * @param verdict whether it is
 */
public record JudgedAnswer(
    String id,
    @Nullable String query,
    List<String> contexts,
    String response,
    String label,
    boolean verdict) {
  private static final List<String> LABELS = List.of("supported", "correct");

  /** Copies the ids of the contexts. */
  public JudgedAnswer {
    contexts = List.copyOf(contexts);
  }

  /**
   * Reads a file with a JSON object on each line: {@code _id}, {@code response}, one of {@code
   * supported} and {@code correct}, and, where there are some, {@code query_id} and {@code
   * context_ids}. The file is UTF-8, gzip-compressed or not. Unmodifiable.
   *
   * @throws DocumentReadException if there is no such file; at a broken line or an id that stands
   *     twice, naming file and line
   */
  public static List<JudgedAnswer> read(Path file) {
    List<JudgedAnswer> answers = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    JsonLine.forEach(
        file,
        line -> {
          JudgedAnswer answer = of(line);
          if (!ids.add(answer.id)) {
            throw line.error("the answer \"" + answer.id + "\" stands twice");
          }
          answers.add(answer);
        });
    return List.copyOf(answers);
  }

  private static JudgedAnswer of(JsonLine line) {
    List<String> labels = LABELS.stream().filter(line::has).toList();
    if (labels.size() != 1) {
      throw line.error("found the labels " + labels + ", expected one of " + LABELS);
    }
    JsonNode verdict = line.object().path(labels.getFirst());
    if (!verdict.isBoolean()) {
      throw line.error("\"" + labels.getFirst() + "\" is " + verdict + ", expected true or false");
    }
    return new JudgedAnswer(
        line.text("_id"),
        line.has("query_id") ? line.text("query_id") : null,
        line.texts("context_ids"),
        line.text("response"),
        labels.getFirst(),
        verdict.booleanValue());
  }
}
