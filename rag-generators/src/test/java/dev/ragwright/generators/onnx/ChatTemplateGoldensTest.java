package dev.ragwright.generators.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.ChatMessage.Role;
import dev.ragwright.onnx.TokenBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateGoldensTest {
  @TempDir Path folder;

  @Test
  void p() throws IOException {
    TokenBytes tokens =
        TokenBytes.load(
            TinyTokens.write(
                folder, List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>"), List.of()));
    Map<String, String> bad = new java.util.TreeMap<>();
    int[] n = new int[3];
    List<String> lines = List.of(resource("goldens.jsonl").split("\n"));
    JsonNode head = new JsonMapper().readTree(lines.getFirst());
    Clock clock =
        Clock.fixed(
            LocalDateTime.parse(head.path("now").asText()).toInstant(ZoneOffset.UTC),
            ZoneOffset.UTC);
    for (String line : lines.subList(1, lines.size())) {
      JsonNode g = new JsonMapper().readTree(line);
      String key =
          g.path("template").asText()
              + " / "
              + g.path("chat").asText()
              + " / "
              + g.path("prompt")
              + g.path("options");
      try {
        ChatTemplate t =
            ChatTemplate.of(
                    "x",
                    resource(g.path("template").asText() + ".jinja"),
                    Map.of(
                        "bos_token",
                        "<s>",
                        "eos_token",
                        "</s>",
                        "unk_token",
                        "<unk>",
                        "pad_token",
                        "<pad>"),
                    tokens)
                .withClock(clock);

        for (var e : g.path("options").properties())
          t = t.with(e.getKey(), e.getValue().asBoolean());
        List<ChatMessage> m = new ArrayList<>();
        for (JsonNode x : g.path("messages"))
          m.add(
              new ChatMessage(
                  Role.valueOf(x.path("role").asText().toUpperCase(Locale.ROOT)),
                  x.path("content").asText()));
        String r = t.render(m, g.path("prompt").asBoolean()).toString();
        if (g.has("error")) {
          n[2]++;
          continue;
        }
        if (r.equals(g.path("rendered").asText())) n[0]++;
        else {
          n[1]++;
          bad.putIfAbsent(
              key,
              "DIFF\n--want "
                  + new JsonMapper().writeValueAsString(g.path("rendered").asText())
                  + "\n--got  "
                  + new JsonMapper().writeValueAsString(r));
        }
      } catch (ChatTemplateException e) {
        n[1]++;
        bad.putIfAbsent(key, "ERR " + e.getMessage());
      }
    }
    System.out.println("RIGHT " + n[0] + " WRONG " + n[1] + " errors in golden " + n[2]);
    bad.forEach((k, v) -> System.out.println(k + " => " + v));
  }

  static String resource(String name) throws IOException {
    try (InputStream in = ChatTemplateGoldensTest.class.getResourceAsStream("templates/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
