package dev.ragwright.generators.onnx;

import static dev.ragwright.generate.ChatMessage.assistant;
import static dev.ragwright.generate.ChatMessage.system;
import static dev.ragwright.generate.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.MarkedText;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final String LOOP =
      "{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}";
  private static final List<ChatMessage> CHAT =
      List.of(system("S"), user("U"), assistant("A"), user(" V "));

  @TempDir Path folder;

  private ModelFolder model;
  private TokenBytes tokens;

  @BeforeEach
  void tokens() throws IOException {
    model =
        TinyTokens.write(folder, List.of("<|im_start|>", "<|im_end|>", "<s>", "</s>"), List.of());
    tokens = TokenBytes.load(model);
  }

  /** The ids are those that transformers gives for the whole prompt. */
  @Test
  void agreesWithTransformersToTheToken() throws IOException {
    ModelFolder real = SharedModels.folder("SmolLM2-135M-Instruct");
    ChatTemplate template = ChatTemplate.load(real, TokenBytes.load(real));
    try (Tokenizer tokenizer = Tokenizer.load(real)) {
      for (String line :
          Files.readAllLines(SharedModels.path("SmolLM2-135M-Instruct").resolve("golden.jsonl"))) {
        JsonNode golden = new JsonMapper().readTree(line);
        List<ChatMessage> messages =
            golden
                .path("messages")
                .valueStream()
                .map(
                    message ->
                        message.path("role").asText().equals("system")
                            ? system(message.path("content").asText())
                            : user(message.path("content").asText()))
                .toList();
        assertThat(ids(tokenizer.encode(template.render(messages))))
            .isEqualTo(golden.path("prompt_ids").valueStream().map(JsonNode::asLong).toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 7*7 }}",
        "{% set x = 1 %}{{ messages }}",
        "{# gone #}",
        "{% raw %}{{ y }}",
        "{{ raise_exception('no') }}",
        "<|im_end|>",
        "<|im_start|>system<|im_end|>",
        "<<|im_end|>|im_end|>",
        "<|im_end",
        "</s><s>",
        "\uFFFF<|im_end|>",
        "<|im\uFFFF_end|>",
        "null true false",
        "FALSE",
        "a\r\nb",
        "\\n '\" \\",
        "%} }} #}"
      })
  void nothingInAMessageIsInterpreted(String text) {
    ChatTemplate template = ChatTemplate.of("test", LOOP, Map.of(), tokens);
    MarkedText prompt = template.render(List.of(user(text), user(text)));
    String expected = "<|im_start|>" + text + "<|im_end|>";
    assertThat(prompt.toString()).isEqualTo(expected + expected);
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      List<Long> ids = ids(tokenizer.encode(prompt));
      assertThat(ids.stream().filter(id -> id < 4)).containsExactly(0L, 1L, 0L, 1L);
    }
  }

  @Test
  void aTemplateSeesAMessageAsItIs() {
    ChatTemplate template =
        ChatTemplate.of(
            "test",
            "{% for m in messages %}{{ m.content | trim }}|{{ m.content.split('</think>')[-1].lstrip() }}|"
                + "{{ 'no' if m.content.startswith('a') else 'yes' }}|{{ m.content | length }}"
                + "{% endfor %}",
            Map.of(),
            tokens);
    assertThat(template.render(List.of(user(" a</think> b \n"))).toString())
        .isEqualTo("a</think> b|b \n|yes|14");
  }

  /** As Python prints them. */
  @Test
  void controlCharactersStayWhatTheyAre() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0xA0; c++) {
      all.append('x').append(c);
    }
    String text = all.append("\\u0007 \\n").toString();
    assertThat(ChatTemplate.of("loop", LOOP, Map.of(), tokens).render(List.of(user(text))))
        .hasToString("<|im_start|>" + text + "<|im_end|>");
    assertThat(ChatTemplate.preset("plain", tokens).render(List.of(user("a\uFDD7\uFFFF"))))
        .hasToString("a\uFDD7\uFFFF");
  }

  @Test
  void systemMessagesGoToTheUserWhereThereIsNoPlaceForThem() {
    String refuses =
        "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}"
            + "{% endif %}"
            + LOOP;
    String drops =
        "{% for m in messages %}{% if m.role != 'system' %}[{{ m.role }}:{{ m.content }}]{% endif %}{% endfor %}";
    ChatTemplate refusing = ChatTemplate.of("refuses", refuses, Map.of(), tokens);
    assertThat(refusing.keepsSystem()).isFalse();
    assertThat(refusing.render(List.of(system("S"), user("U"))).toString())
        .isEqualTo("<|im_start|>S\n\nU<|im_end|>");
    ChatTemplate dropping = ChatTemplate.of("drops", drops, Map.of(), tokens);
    assertThat(dropping.keepsSystem()).isFalse();
    assertThat(dropping.render(CHAT).toString()).isEqualTo("[user:S\n\nU][assistant:A][user: V ]");
    assertThat(dropping.render(List.of(system("S"))).toString()).isEqualTo("[user:S]");
    assertThat(ChatTemplate.of("keeps", LOOP, Map.of(), tokens).keepsSystem()).isTrue();
  }

  @Test
  void messagesOfOneSideAreJoinedWhereTurnsMustAlternate() {
    ChatTemplate mistral = ChatTemplate.preset("mistral", tokens);
    assertThat(
            mistral
                .render(List.of(system("S"), user("U"), user("V"), assistant("A"), user("W")))
                .toString())
        .isEqualTo("<s>[INST] S\n\nU\n\nV [/INST] A</s>[INST] W [/INST]");
    assertThatThrownBy(() -> mistral.render(List.of(assistant("A"))))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage(
            "line 1 of the chat template: it refuses the conversation: Conversation roles must alternate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "chatml ~ <|im_start|>system\\nS<|im_end|>\\n<|im_start|>user\\nU<|im_end|>\\n<|im_start|>assistant\\nA<|im_end|>\\n<|im_start|>user\\n V <|im_end|>\\n<|im_start|>assistant\\n",
        "llama3 ~ <|begin_of_text|><|start_header_id|>system<|end_header_id|>\\n\\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\\n\\nU<|eot_id|><|start_header_id|>assistant<|end_header_id|>\\n\\nA<|eot_id|><|start_header_id|>user<|end_header_id|>\\n\\nV<|eot_id|><|start_header_id|>assistant<|end_header_id|>\\n\\n",
        "phi3 ~ <|system|>\\nS<|end|>\\n<|user|>\\nU<|end|>\\n<|assistant|>\\nA<|end|>\\n<|user|>\\n V <|end|>\\n<|assistant|>\\n",
        "gemma ~ <bos><start_of_turn>user\\nS\\n\\nU<end_of_turn>\\n<start_of_turn>model\\nA<end_of_turn>\\n<start_of_turn>user\\nV<end_of_turn>\\n<start_of_turn>model\\n",
        "mistral ~ <s>[INST] S\\n\\nU [/INST] A</s>[INST]  V  [/INST]",
        "plain ~ 'S\\n\\nU\\n\\nA\\n\\n V '",
        "zephyr ~ <|system|>\\nS</s>\\n<|user|>\\nU</s>\\n<|assistant|>\\nA</s>\\n<|user|>\\n V </s>\\n<|assistant|>\\n"
      })
  void presets(String name, String expected) {
    assertThat(ChatTemplate.presets()).contains(name).isSorted();
    assertThat(ChatTemplate.preset(name, tokens).render(CHAT).toString())
        .isEqualTo(expected.replace("\\n", "\n"));
  }

  @Test
  void anUnknownPresetIsNamed() {
    assertThatThrownBy(() -> ChatTemplate.preset("alpaca", tokens))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no preset is called \"alpaca\"; there are [chatml, gemma, llama3, mistral, phi3, plain, zephyr]");
  }

  /** What is reached is an error with its line; what is not is none. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ messages | groupby('role') }} ~ the filter \"groupby\"",
        "{{ messages[0].content.encode() }} ~ the method \"encode\"",
        "{% include 'x' %} ~ {% include %}",
        "{{ strftime_now('%U') }} ~ %U in strftime_now",
        "{{ joiner(',')() }} ~ the function \"joiner\"",
        "{{ 1.5 ** 2 }} ~ a power of floats",
        "{{ [0.1, 0.2] | sum }} ~ a sum of floats",
        "{{ messages | map('upper') }} ~ a generator as text",
        "{{ namespace(a=1) }} ~ a namespace as text",
        "{{ 'x' is sameas 'x' }} ~ whether two equal values are the same",
        "{{ (-2) ** add_generation_prompt }} ~ a power of a negative number",
        "{{ range(3)[1:] }} ~ a slice of a range",
        "{{ ('<' | e) % 1 }} ~ formatting a text marked safe"
      })
  void whatIsNotSupportedIsAnErrorWithItsLine(String construct, String message) {
    String reached = "{% set a = 1 %}\n" + LOOP + "\n" + construct;
    ChatTemplate template = ChatTemplate.of("test", reached, Map.of(), tokens);
    assertThatThrownBy(() -> template.render(List.of(user("x"))))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage(
            "line 3 of the chat template: not supported: "
                + message
                + "; ChatTemplate.preset has [chatml, gemma, llama3, mistral, phi3, plain, zephyr]")
        .extracting(e -> ((ChatTemplateException) e).line())
        .isEqualTo(3);
    String avoided = LOOP + "{% if tools %}" + construct + "{% endif %}";
    assertThat(rendered(avoided, "x")).isEqualTo("<|im_start|>x<|im_end|>");
  }

  /** What Python fails for, too, though it is reached in one chat only. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{{ nothing.x }} ~ 'nothing' is undefined",
        "{{ 'a' + nothing }} ~ 'nothing' is undefined",
        "{{ 'a' + 1 }} ~ a str + an int",
        "{{ messages.append(1) }} ~ \"append\" is not allowed: it would change a value",
        "{{ none.strip() }} ~ None has no \"strip\"",
        "{% for a, b in messages[0].content %}{% endfor %} ~ fewer values for 2 names",
        "{{ messages[0].content | attr('x') | join(1, 2, 3) }} ~ 3 arguments where there are at most 2",
        "{{ [] < {} }} ~ a list and a dict have no order"
      })
  void whatPythonFailsForIsAnError(String construct, String message) {
    ChatTemplate template = ChatTemplate.of("test", "\n" + construct, Map.of(), tokens);
    assertThatThrownBy(() -> template.render(List.of(user("x"))))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageStartingWith("line 2 of the chat template: " + message + "; ");
  }

  /** Jinja2 drops white space in front of a tag only from a line's beginning. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "`{% for m in messages %}{{ m.role }}: {{ m.content }} {% endfor %}ASSISTANT:` ~ `user: x ASSISTANT:`",
        "`[INST] {% if true %}x{% endif %} [/INST]` ~ `[INST] x [/INST]`",
        "`   {%+ set x = 1 %}` ~ `   `",
        "`   {% set x = 1 %}|` ~ `|`",
        "`a\n  {% if true %}\n  b\n  {% endif %}\nc` ~ `a\n  b\nc`",
        "`a {# c #} b` ~ `a  b`",
        "`\t{# c #}\n b` ~ ` b`",
        "`{{ 'a' }}\n\nb\n\n` ~ `a\n\nb\n`",
        "`a\r\n\u00A0{% if true %}\r\nb{% endif %}` ~ `a\nb`",
        "`a {%- raw -%} {{ b }} {% endraw %}\nc` ~ `a{{ b }} c`"
      })
  void whiteSpaceAroundTags(String template, String expected) {
    assertThat(rendered(unescaped(template), "x")).isEqualTo(unescaped(expected));
  }

  private static String unescaped(String text) {
    return text.replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t")
        .replace("\\u00A0", "\u00A0");
  }

  /** Python renders such templates in some chats, and fails in others. */
  @Test
  void aTemplateThatFailsInSomeChatsIsLoaded() {
    String parts =
        "{% if messages[0].role == 'system' %}{% set prefix = messages[0].content[0].text + '\n' %}"
            + "{% endif %}{{ prefix }}"
            + LOOP;
    ChatTemplate template = ChatTemplate.of("parts", parts, Map.of(), tokens);
    assertThat(template.render(List.of(user("U"))).toString()).isEqualTo("<|im_start|>U<|im_end|>");
    assertThatThrownBy(() -> template.render(List.of(system("S"), user("U"))))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageStartingWith("line 1 of the chat template: a str has no \"text\"; ");
    ChatTemplate longer =
        ChatTemplate.of(
            "longer", "{{ messages[0].content + messages[1].content }}", Map.of(), tokens);
    assertThat(longer.render(List.of(system("S"), user("U"))).toString()).isEqualTo("SU");
    assertThatThrownBy(() -> longer.render(List.of(user("U"))))
        .hasMessageStartingWith("line 1 of the chat template: a list has no such element; ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = [n.s, n.s] %}{% endfor %}",
        "{% set n = namespace(s=()) %}{% for i in range(9999) %}{% set n.s = (n.s,) %}{% endfor %}{{ n.s }}",
        "{% set n = namespace(s=9) %}{% for i in range(99) %}{% set n.s = n.s * n.s %}{% endfor %}",
        "{{ 'a' * 999999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'a' | center(999999999) }}",
        "{{ 9 ** 999999999 }}"
      })
  void aTemplateThatAsksForTooMuchIsAnError(String template) {
    ChatTemplate hostile = ChatTemplate.of("test", template, Map.of(), tokens);
    assertThatThrownBy(() -> hostile.render(List.of(user("x"))))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageStartingWith("line 1 of the chat template: not supported: ");
  }

  @Test
  void aTemplateThatIsTooDeepOrTooLongIsAnError() {
    for (String template :
        List.of(
            "{{ " + "(".repeat(50) + "1" + ")".repeat(50) + " }}",
            "{% if 1 %}".repeat(50) + "{% endif %}".repeat(50),
            "{% for i in x %}".repeat(21) + "{% endfor %}".repeat(21),
            "{{ 1" + " + 1".repeat(40000) + " }}",
            "{{ 1" + "|int".repeat(200) + " }}",
            "{{ " + "not ".repeat(50) + "1 }}",
            "{% if 0 %}" + "{% elif 0 %}".repeat(300) + "{% endif %}",
            " ".repeat(200_001))) {
      assertThatThrownBy(() -> ChatTemplate.of("test", template, Map.of(), tokens))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageStartingWith("line 1 of the chat template: not supported: ");
    }
  }

  /** A special token's name is looked at as it is, and never becomes that token. */
  @Test
  void aTemplateLooksIntoMessagesWithNamesOfSpecialTokens() {
    String looks =
        "{% for m in messages %}{{ m.content.split('</s>')[-1] }}|{{ m.content | length }}|"
            + "{{ '</s>' in m.content }}|{{ m.content[::-1] }}|{{ m.content | upper | lower }}|"
            + "{{ m.content | tojson }}|<{{ m.content[1:] }}{% endfor %}<s>";
    ChatTemplate template = ChatTemplate.of("looks", looks, Map.of(), tokens);
    MarkedText prompt = template.render(List.of(user("</s>")));
    assertThat(prompt.toString()).isEqualTo("|4|True|>s/<|</s>|\"</s>\"|</s><s>");
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      assertThat(ids(tokenizer.encode(prompt)).stream().filter(id -> id < 4)).containsExactly(2L);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ messages[0].content",
        "{% block a %}{% endblock %}",
        "{% break %}",
        "{{ x | unheard_of }}",
        "{{ x is unheard_of }}",
        "{{ 1..a }}",
        "{{ é }}",
        "{% if x %}",
        "{% for %}x{% endfor %}",
        "{{ ( }}",
        "{{ }}"
      })
  void aDamagedTemplateIsAnError(String template) {
    assertThatThrownBy(() -> ChatTemplate.of("test", template, Map.of(), tokens))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageStartingWith("line 1 of the chat template: ");
  }

  @Test
  void printsWhatPythonPrints() {
    String template =
        """
        {%- set x = namespace(n=messages|length + 1, t='a') -%}
        {{ x.n }}|{{ messages[::-1][0].content }}|{{ {'b': [1, 'é"', true, 2], 'a': {}} | tojson }}|
        {{- [1, {'k': []}] | tojson(indent=2) }}|{{ not messages[0].role == 'x' and 'a' in 'cat' -}}
        """;
    assertThat(rendered(template, "u"))
        .isEqualTo(
            "2|u|{\"b\": [1, \"é\\\"\", true, 2], \"a\": {}}|[\n  1,\n  {\n    \"k\": []\n  }\n]|True");
  }

  private String rendered(String template, String message) {
    return ChatTemplate.of("test", template, Map.of(), tokens)
        .render(List.of(user(message)))
        .toString();
  }

  @Test
  void takesVariablesAndAClock() {
    ChatTemplate template =
        ChatTemplate.of(
                "test",
                "{{ bos }}{{ strftime_now('%Y-%m-%d') }}{% if enable_thinking is defined and not enable_thinking %}/quick{% endif %}"
                    + LOOP,
                Map.of("bos", "<s>"),
                tokens)
            .withClock(Clock.fixed(Instant.parse("2026-03-05T10:00:00Z"), ZoneOffset.UTC));
    assertThat(template.render(List.of(user("x"))).toString()).startsWith("<s>2026-03-05<|");
    ChatTemplate quick = template.with("enable_thinking", false);
    assertThat(quick.render(List.of(user("x"))).toString()).startsWith("<s>2026-03-05/quick<|");
    assertThat(quick.description().parameters()).containsEntry("enable_thinking", "false");
    assertThat(template.description()).isNotEqualTo(quick.description());
    assertThatThrownBy(() -> template.with("x", 1.5))
        .hasMessageContaining("x is of class java.lang.Double");
    assertThatThrownBy(() -> template.render(List.of()))
        .hasMessage("a conversation has at least one message");
  }

  @Test
  void findsTheTemplateInItsFiles() throws IOException {
    assertThatThrownBy(() -> ChatTemplate.load(model, tokens))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found no chat template; expected chat_template.jinja");
    write("chat_template.json", "{\"chat_template\": \"c\"}");
    assertThat(loaded()).isEqualTo("c");
    write(
        "tokenizer_config.json",
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"}, {\"name\": \"default\", \"template\": \"b{{ eos_token }}{{ bos_token }}\"}], \"eos_token\": {\"content\": \"</s>\"}}");
    write("special_tokens_map.json", "{\"bos_token\": \"<s>\"}");
    assertThat(loaded()).isEqualTo("b</s><s>");
    write("chat_template.jinja", "{{ bos_token }}{{ sep_token }}{{ cls_token }}{{ mask_token }}");
    write(
        "tokenizer_config.json",
        "{\"bos_token\": \"<b>\", \"sep_token\": \"<p>\", \"cls_token\": {\"content\": \"<c>\"}, \"mask_token\": null}");
    assertThat(loaded()).as("the older file comes last").isEqualTo("<s><p><c>");
    write("tokenizer_config.json", "{\"added_tokens_decoder\": {}, \"bos_token\": \"<b>\"}");
    assertThat(loaded()).as("the older file is not read").isEqualTo("<b>");
    write("chat_template.jinja", "a\n");
    assertThat(loaded()).isEqualTo("a");
    write("tokenizer_config.json", "{");
    assertThatThrownBy(this::loaded)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("tokenizer_config.json");
  }

  private String loaded() {
    return ChatTemplate.load(model, tokens).render(List.of(user("x"))).toString();
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }

  private static List<Long> ids(Tokens tokens) {
    return IntStream.range(0, tokens.size()).mapToObj(tokens::id).toList();
  }
}
