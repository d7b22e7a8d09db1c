package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Random templates against CPython's Jinja2: what that renders is rendered, or refused with what is
 * not supported; what it fails for is an error. {@code jinja/fuzz.py} makes more of them, which
 * {@code -Dragwright.fuzz=FILE} runs, too.
 */
class ChatTemplateFuzzTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** How many prompts came out how. */
  private static final class Counts {
    int equal;
    int refused;
    int failed;

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%d equal, %d refused; %d errors, as in Python", equal, refused, failed);
    }
  }

  @Test
  void rendersWhatPythonRendersOrRefuses() throws IOException {
    try (InputStream in = ChatTemplateFuzzTest.class.getResourceAsStream("jinja/fuzz.jsonl.gz")) {
      assertThat(in).isNotNull();
      Map<String, Counts> counts = run(new GZIPInputStream(in));
      Counts chats = Objects.requireNonNull(counts.get("chat"));
      // The golden ones were kept for what is unusual in them; of all, three in a thousand are.
      assertThat(chats.refused * 20).as("%s", counts).isLessThan(chats.equal);
    }
  }

  @Test
  void moreOfThem() throws IOException {
    String file = System.getProperty("ragwright.fuzz", "");
    if (!file.isEmpty()) {
      try (InputStream in = Files.newInputStream(Path.of(file))) {
        run(in).forEach((kind, count) -> System.out.println(kind + ": " + count));
      }
    }
  }

  private static Map<String, Counts> run(InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    JsonNode head = JSON.readTree(lines.readLine());
    Clock clock =
        Clock.fixed(
            LocalDateTime.parse(head.path("now").asText()).toInstant(ZoneOffset.UTC),
            ZoneOffset.UTC);
    Map<String, Map<String, Object>> chats =
        JSON.convertValue(head.path("chats"), new TypeReference<>() {});
    Map<String, Counts> counts = new TreeMap<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode golden = JSON.readTree(line);
      Counts count = counts.computeIfAbsent(golden.path("kind").asText(), unused -> new Counts());
      golden
          .path("chats")
          .properties()
          .forEach(
              chat -> {
                Map<String, Object> values = Objects.requireNonNull(chats.get(chat.getKey()));
                compare(golden, values, chat.getValue(), clock, count);
              });
    }
    return counts;
  }

  private static void compare(
      JsonNode golden, Map<String, Object> chat, JsonNode expected, Clock clock, Counts count) {
    String rendered;
    try {
      rendered = new JinjaTemplate(golden.path("template").asText()).render(chat, clock).toString();
    } catch (ChatTemplateException e) {
      if (expected.has("text")) {
        assertThat(e).as("%s", golden).hasMessageContaining("not supported: ");
        count.refused++;
      } else {
        count.failed++;
      }
      return;
    }
    assertThat(expected.path("text").asText(null)).as("%s", golden).isEqualTo(rendered);
    count.equal++;
  }
}
