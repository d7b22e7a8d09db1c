package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseTest {
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
    assertThat(Response.read(plain))
        .isEqualTo(Response.read(packed))
        .containsExactly(
            new Response("q1", "Paris", 1),
            new Response("2", "", 3),
            new Response("q1", "Lyon", 4));
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
    assertThatThrownBy(() -> Response.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith(file + " " + reason);
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(() -> Response.read(root.resolve("none")))
        .hasMessage("there is no file " + root.resolve("none"));
  }
}
