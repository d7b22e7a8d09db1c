package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.ChatMessage.Role;
import dev.ragwright.onnx.runtime.TokenBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real templates against CPython's Jinja2, whose prompts are in {@code templates/goldens.jsonl};
 * {@code templates/SOURCES.md} says where they are from.
 */
class ChatTemplateGoldensTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Map<String, String> VARIABLES =
      Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>");

  @TempDir Path folder;

  static Stream<String> templates() throws IOException {
    return resource("goldens.jsonl")
        .lines()
        .skip(1)
        .map(line -> read(line).path("template").asText())
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("templates")
  void writesWhatPythonWrites(String name) throws IOException {
    TokenBytes tokens =
        TokenBytes.load(
            TinyTokens.write(
                folder, List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>"), List.of()));
    List<JsonNode> lines =
        resource("goldens.jsonl").lines().map(ChatTemplateGoldensTest::read).toList();
    Clock clock =
        Clock.fixed(
            LocalDateTime.parse(lines.getFirst().path("now").asText()).toInstant(ZoneOffset.UTC),
            ZoneOffset.UTC);
    ChatTemplate template =
        ChatTemplate.of(name, resource(name + ".jinja"), VARIABLES, tokens).withClock(clock);
    ChatTemplate quick = template.with("enable_thinking", false);
    for (JsonNode golden : lines) {
      if (!golden.path("template").asText().equals(name)) {
        continue;
      }
      List<ChatMessage> messages =
          golden.path("messages").valueStream().map(ChatTemplateGoldensTest::message).toList();
      String prompt =
          (golden.path("options").isEmpty() ? template : quick)
              .render(messages, golden.path("prompt").asBoolean())
              .toString();
      if (golden.has("rendered")) {
        assertThat(prompt).as("%s", golden).isEqualTo(golden.path("rendered").asText());
      } else { // Python raises, and this puts the messages so that the template takes them
        for (ChatMessage message : messages) {
          assertThat(prompt).contains(message.text().strip());
        }
      }
    }
  }

  private static ChatMessage message(JsonNode message) {
    return new ChatMessage(
        Role.valueOf(message.path("role").asText().toUpperCase(Locale.ROOT)),
        message.path("content").asText());
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ChatTemplateGoldensTest.class.getResourceAsStream("templates/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
