package dev.ragwright.onnx.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTreeTest {
  private static JsonNode read(String json) throws IOException {
    return JsonTree.read(new ByteArrayInputStream(json.getBytes(UTF_8)));
  }

  /** The values are those of Jackson's mapper. */
  @Test
  void readsAndWritesTreesAsJacksonDoes() throws IOException {
    JsonMapper jackson = new JsonMapper();
    for (String json :
        new String[] {
          "{}",
          "[]",
          " true ",
          "null",
          "\"a\"",
          "[0, -1, 2147483647, 2147483648, -9223372036854775808, 9223372036854775807]",
          "[9223372036854775808, 1000000000000000019884624838656, 999999999999999999]",
          "[0.0, -0.0, 1e30, 1E-5, -9.234567890123, 1.0, 2.5e+2, 1e0]",
          "{\"b\": {\"a\": [[], {}, [false]]}, \"\": null, \"a\": 1, \"b\": 2}",
          "[\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u20ac \\ud83d\\ude00\", \"\u20ac \ud83d\ude00 \uFFFF \u2028\"]",
          "{\"<|user|>\": \"\u007f <&>'\"}",
        }) {
      JsonNode tree = read(json);
      assertThat(tree).as(json).isEqualTo(jackson.readTree(json));
      String written = JsonTree.write(tree);
      assertThat(written).as(json).isEqualTo(new String(written.getBytes(UTF_8), ISO_8859_1));
      assertThat(jackson.readTree(written)).as(json).isEqualTo(tree);
    }
  }

  @Test
  void nothingIsAMissingNode() throws IOException {
    assertThat(read("").isMissingNode()).isTrue();
    assertThat(read(" \n").isMissingNode()).isTrue();
  }

  @Test
  void whatIsNoJsonIsRefusedWithItsPlace() {
    Map.of(
            "{\"a\": [1, 2",
            "End of input at line 1 column 12 path $.a[2]",
            "{\"a\": 1\n \"b\": 2}",
            "not JSON at line 2 column 3 path $.a",
            "{'a': 1}",
            "not JSON at line 1 column 3 path $.",
            "[NaN]",
            "not JSON at line 1 column 2 path $[0]",
            "[01]",
            "not JSON at line 1 column 2 path $[0]",
            "[1, // one\n 2]",
            "not JSON at line 1 column 6 path $[1]",
            "[\"a\nb\"]",
            "not JSON at line 1 column 3 path $[0]",
            "<html>",
            "not JSON at line 1 column 1 path $",
            "[".repeat(300),
            "not JSON at line 1 column 257 path $" + "[0]".repeat(255))
        .forEach(
            (json, message) ->
                assertThatThrownBy(() -> read(json))
                    .as(json)
                    .isInstanceOf(JsonTree.Damaged.class)
                    .hasMessage(message));
    assertThatThrownBy(
            () -> JsonTree.read(new ByteArrayInputStream(new byte[] {'"', (byte) 0xC3, '"'})))
        .isInstanceOf(JsonTree.Damaged.class)
        .hasMessage("not UTF-8");
  }
}
