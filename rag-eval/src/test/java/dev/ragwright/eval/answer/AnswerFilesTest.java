package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFilesTest {
  @TempDir Path root;

  @Test
  void readsResponsesPackedOrNot() throws IOException {
    String lines =
        """
        {"query_id": "q1", "response": "Paris", "model": "m"}

        {"query_id": 2, "response": ""}
        {"query_id": "q1", "response": "Lyon"}
        """;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(lines.getBytes(StandardCharsets.UTF_8));
    }
    Path plain = Files.writeString(root.resolve("responses.jsonl"), lines);
    Path packed = Files.write(root.resolve("responses.jsonl.gz"), bytes.toByteArray());
    assertThat(AnswerFiles.responses(plain))
        .isEqualTo(AnswerFiles.responses(packed))
        .containsExactly(
            new AnswerFiles.Response("q1", "Paris", 1),
            new AnswerFiles.Response("2", "", 3),
            new AnswerFiles.Response("q1", "Lyon", 4));
  }

  @Test
  void readsReferences() throws IOException {
    Path file =
        Files.writeString(
            root.resolve("queries.jsonl"),
            """
            {"_id": "q1", "text": "?", "answers": ["a", 7]}
            {"id": "q2", "answers": []}
            {"_id": "q3"}
            """);
    assertThat(AnswerFiles.references(file))
        .isEqualTo(Map.of("q1", List.of("a", "7"), "q2", List.of(), "q3", List.of()))
        .containsOnlyKeys("q1", "q2", "q3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"query_id": "2", "response": | line 2 column 30: not JSON: Unexpected end-of-input
          {"query_id": "2", "response": "r"} x | line 2 column 36: not JSON: Unrecognized token 'x'
          [1]                           | line 2: not a JSON object
          {"query_id": "2"}             | line 2: no text "response"
          {"query_id": "2", "response": null} | line 2: no text "response", but NULL
          {"response": "r"}             | line 2: no text "query_id"
          """)
  void refusesABrokenLine(String line, String reason) throws IOException {
    Path file =
        Files.writeString(
            root.resolve("responses.jsonl"),
            "{\"query_id\": \"1\", \"response\": \"r\"}\n" + line + "\n");
    assertThatThrownBy(() -> AnswerFiles.responses(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith(file + " " + reason);
  }

  @Test
  void refusesAnIdThatIsThereTwiceAndAnswersThatAreNone() throws IOException {
    Path file = Files.writeString(root.resolve("q.jsonl"), "{\"_id\":\"1\"}\n{\"_id\":\"1\"}\n");
    assertThatThrownBy(() -> AnswerFiles.references(file))
        .hasMessage(file + " line 2: the id \"1\" is there twice");
    Path other = Files.writeString(root.resolve("o.jsonl"), "{\"_id\":\"1\",\"answers\":\"a\"}\n");
    assertThatThrownBy(() -> AnswerFiles.references(other))
        .hasMessage(other + " line 1: no list \"answers\", but STRING");
    assertThatThrownBy(() -> AnswerFiles.references(root.resolve("none")))
        .hasMessage("there is no file " + root.resolve("none"));
  }
}
