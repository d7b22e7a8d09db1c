package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.source.files.JsonLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a system said to a question.
 *
 * @param queryId the question's id
 * @param line where it stands in its file, from 1
 */
public record Response(String queryId, String text, int line) {

  /**
   * Reads a file with a JSON object on each line, in its order: {@code {"query_id": "q1",
   * "response": "..."}}. Other fields and blank lines are passed over. A question may have several
   * responses, such as those of several systems. The file is UTF-8, gzip-compressed or not.
   * Unmodifiable; empty if the file is.
   *
   * @throws DocumentReadException if there is no such file; at a broken line, naming file and line:
   *     a score over a part of a file would look like one over all of it
   */
  public static List<Response> read(Path file) {
    List<Response> responses = new ArrayList<>();
    JsonLine.forEach(
        file,
        line ->
            responses.add(
                new Response(line.text("query_id"), line.text("response"), line.line().number())));
    return List.copyOf(responses);
  }
}
