package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.Injection;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.Query;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What stands in retrieved text becomes no special token, in whatever template: a prompt has those
 * that it has with a harmless passage in its place, in the same order.
 */
class InjectedChatTest {
  private static final List<String> SPECIAL =
      List.of(
          "<s>",
          "</s>",
          "<|im_start|>",
          "<|im_end|>",
          "<|endoftext|>",
          "[INST]",
          "[/INST]",
          "[SYSTEM_PROMPT]",
          "[/SYSTEM_PROMPT]",
          "<<SYS>>",
          "<</SYS>>",
          "<|eot_id|>",
          "<|start_header_id|>",
          "<|end_header_id|>",
          "<start_of_turn>",
          "<end_of_turn>",
          "<|end|>",
          "<|system|>",
          "<|user|>",
          "<|assistant|>",
          "<\uff5cend\u2581of\u2581sentence\uff5c>",
          "<\uff5cUser\uff5c>",
          "<\uff5cAssistant\uff5c>",
          "<|START_OF_TURN_TOKEN|>",
          "<|END_OF_TURN_TOKEN|>",
          "<|SYSTEM_TOKEN|>",
          "<think>",
          "</think>",
          "[SEP]",
          "[CLS]",
          "[MASK]",
          "[PAD]",
          "[UNK]");

  @TempDir Path folder;

  static Stream<String> templates() throws IOException {
    return Stream.concat(
        Stream.of("plain"),
        resource("goldens.jsonl")
            .lines()
            .skip(1)
            .map(line -> line.replaceFirst(".*\"template\": ?\"([^\"]+)\".*", "$1"))
            .distinct());
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = InjectedChatTest.class.getResourceAsStream("templates/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<ChatMessage> messages(String question, List<Passage> passages) {
    Context context =
        new Context(
            passages.stream().map(passage -> Evidence.of(passage, 1)).toList(), 1, List.of());
    return PromptTemplate.grounded().messages(GenerationRequest.of(Query.of(question), context));
  }

  /** The special tokens of a prompt, in their order. */
  private static List<Long> special(
      Tokenizer tokenizer, ChatTemplate template, List<ChatMessage> messages, int count) {
    Tokens tokens = tokenizer.encode(template.render(messages));
    return IntStream.range(0, tokens.size()).mapToObj(tokens::id).filter(id -> id < count).toList();
  }

  private static void assertNoneGetThrough(Tokenizer tokenizer, ChatTemplate template, int count) {
    for (Injection injection : Injection.all()) {
      List<Passage> harmless = new ArrayList<>();
      injection.passages().forEach(passage -> harmless.add(injection.harmless()));
      List<Long> expected =
          special(tokenizer, template, messages(injection.question(), harmless), count);
      assertThat(
              special(
                  tokenizer, template, messages(injection.question(), injection.passages()), count))
          .as(injection.id())
          .isEqualTo(expected);
      String all =
          String.join("\n", injection.passages().stream().map(Passage::searchText).toList());
      assertThat(special(tokenizer, template, messages(all, harmless), count))
          .as("%s as a question", injection.id())
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("templates")
  void noTemplateMakesATokenOfText(String name) throws IOException {
    ModelFolder model = TinyTokens.write(folder, SPECIAL, List.of());
    TokenBytes tokens = TokenBytes.load(model);
    Map<String, String> variables =
        Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "[UNK]", "pad_token", "[PAD]");
    ChatTemplate template =
        name.equals("plain")
            ? ChatTemplate.preset(name, tokens)
            : ChatTemplate.of(name, resource(name + ".jinja"), variables, tokens);
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      assertNoneGetThrough(tokenizer, template, SPECIAL.size());
    }
  }

  /** The real tokenizer, whose first 17 tokens are special. */
  @Test
  void smolLm2SeesText() {
    ModelFolder model = SharedModels.folder("SmolLM2-135M-Instruct");
    ChatTemplate template = ChatTemplate.load(model, TokenBytes.load(model));
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      assertThat(
              special(
                  tokenizer, template, messages("Why?", List.of(Passage.of("d", "Because."))), 17))
          .isEqualTo(Arrays.asList(1L, 2L, 1L, 2L, 1L));
      assertNoneGetThrough(tokenizer, template, 17);
    }
  }
}
