package dev.ragwright.generators.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstraintTest {
  private static final String SCHEMA =
      """
      {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
       "properties": {
         "answer": {"type": "string", "minLength": 2, "maxLength": 12, "description": "short"},
         "certain": {"type": "boolean"},
         "score": {"type": ["number", "null"]},
         "kind": {"enum": ["fact", "\\"guess\\" \\u00e9", 3, null]},
         "sources": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
         "none": {"type": "array", "items": {"type": "null"}, "maxItems": 0},
         "tree": {"$ref": "#/$defs/node"}},
       "required": ["answer", "sources", "tree"], "additionalProperties": false,
       "$defs": {"node": {"type": "object",
         "properties": {"v": {"const": "x"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}},
         "required": ["next"]}}}
      """;

  private static final List<String> TEXTS =
      List.of(
          "The Rhine (German: Rhein) is 1,230.5 km long; it rises in Switzerland.",
          "He said: \"It is -5 degrees.\" Nobody else did \u2026",
          "\u00c9t\u00e9 \ud83d\ude80 caf\u00e9 na\u00efve \u6f22\u5b57\u304b\u306a\u3001\u6c34\u3002 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 ok",
          "--- | *",
          "");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @TempDir static Path folder;

  private static TokenBytes tokens;
  private static Vocabulary vocabulary;

  /** All single bytes, words that cross every border there is, and some of several bytes cut. */
  @BeforeAll
  static void vocabulary() throws IOException {
    tokens =
        TokenBytes.load(
            TinyTokens.write(
                folder,
                List.of("<|end|>", "<|user|>"),
                List.of(
                    "yes",
                    "no",
                    "not",
                    "\u0120Rhine",
                    "The\u0120R",
                    "answer",
                    "{\\\"",
                    "\\\":",
                    "\u0120\\\"",
                    "\\\",",
                    "\\\"}",
                    "}}",
                    "]}",
                    "\\\"\u0120[",
                    "]\u010a",
                    "12",
                    "\u00c3\u00a9",
                    "\u00e6\u00bc",
                    "\u00a2\u00e5\u0143",
                    "\u0120is",
                    "\u00f0\u0141",
                    "nul",
                    "tru",
                    "null}",
                    "\u00c3",
                    "\\\\",
                    "\\\\n",
                    "Rhine)")));
    vocabulary = Vocabulary.of(tokens);
  }

  @Test
  void labelsAreWholeOrNotThereAtAll() {
    Constraint constraint = Constraint.oneOf(List.of("yes", "no", "not at all", "\u00e9"));
    assertThat(texts(constraint, 200))
        .containsExactlyInAnyOrder("yes", "no", "not at all", "\u00e9");
    Constraint.State no = constraint.start(vocabulary).accept(token("no"));
    assertThat(no.canEnd()).isTrue();
    assertThat(names(no)).containsExactly("t");
    assertThat(names(constraint.start(vocabulary)))
        .contains("n", "no", "not", "yes", "\uFFFD")
        .doesNotContain("nul");
    assertThatThrownBy(() -> Constraint.oneOf(List.of("a", "")))
        .hasMessage("labels must be one or more, none empty; were [a, ]");
    assertThatThrownBy(() -> Constraint.oneOf(List.of())).hasMessageContaining("one or more");
  }

  @Test
  void jsonIsWhatTheSchemaSays() throws IOException {
    for (String text : texts(Constraint.jsonSchema(SCHEMA), 300)) {
      JsonNode value = JSON.readTree(text);
      assertThat(value.propertyStream().map(property -> property.getKey()))
          .as(text)
          .isSubsetOf("answer", "certain", "score", "kind", "sources", "none", "tree");
      String answer = value.required("answer").textValue();
      assertThat(answer.codePointCount(0, answer.length())).as(text).isBetween(2, 12);
      assertThat(value.path("certain").isMissingNode() || value.path("certain").isBoolean())
          .isTrue();
      JsonNode score = value.path("score");
      assertThat(score.isMissingNode() || score.isNumber() || score.isNull()).as(text).isTrue();
      assertThat(
              value.path("kind").isMissingNode()
                  || List.of("\"fact\"", "\"\\\"guess\\\" \u00e9\"", "3", "null")
                      .contains(value.path("kind").toString()))
          .as(text)
          .isTrue();
      assertThat(value.required("sources").size()).isBetween(1, 3);
      value.path("sources").forEach(source -> assertThat(source.isIntegralNumber()).isTrue());
      assertThat(value.path("none").size()).isZero();
      for (JsonNode node = value.required("tree"); !node.isNull(); node = node.required("next")) {
        assertThat(node.isObject()).as(text).isTrue();
        assertThat(node.path("v").asText("x")).isEqualTo("x");
      }
    }
  }

  @Test
  void propertiesKeepTheirOrderAndTheOptionalOnesMayBeMissing() {
    Constraint constraint =
        Constraint.jsonSchema(
            """
            {"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}, "c": {"const": 3}},
             "required": ["b"]}
            """);
    assertThat(texts(constraint, 400).stream().map(text -> text.replace(" ", "")).distinct())
        .containsExactlyInAnyOrder(
            "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"b\":2}", "{\"b\":2,\"c\":3}", "{\"b\":2}");
    Constraint none =
        Constraint.jsonSchema("{\"type\": \"object\", \"additionalProperties\": true}");
    assertThat(texts(none, 5)).containsOnly("{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"string\", \"pattern\": \"a+\"} | # has \"pattern\": \"a+\"",
        "{\"type\": \"integer\", \"minimum\": 0} | # has \"minimum\": 0",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"date\"}}} | #/properties/a has the type \"date\"",
        "{\"type\": \"object\", \"required\": [\"a\"]} | # has \"required\": [a], which are not among its properties",
        "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"null\"}} | # has \"additionalProperties\": {",
        "{\"oneOf\": [{\"type\": \"null\"}]} | # has no \"type\"",
        "{\"type\": \"array\"} | #/items has the value",
        "{\"type\": \"array\", \"items\": {\"type\": \"null\"}, \"minItems\": 2, \"maxItems\": 1} | # has a minimum of 2 above its maximum of 1",
        "{\"type\": \"string\", \"maxLength\": -1} | # has \"maxLength\": -1",
        "{\"type\": \"string\", \"enum\": [\"a\", 1]} | # has the value 1, which is not of its type [string]",
        "{\"enum\": []} | # has \"enum\": []",
        "{\"$ref\": \"http://x\"} | # has a $ref to http://x",
        "{\"$ref\": \"#/$defs/no\"} | # has a $ref to #/$defs/no",
        "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/a\"}}}} | # has no finite value",
        "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/a\"}, \"$defs\": {\"a\": {\"type\": \"object\", \"properties\": {\"b\": {\"$ref\": \"#/$defs/a\"}}, \"required\": [\"b\"]}}} | #/items has a $ref to #/$defs/a, which has no finite value",
        "{\"type\": | the schema is no JSON",
        "[] | # has the value []"
      })
  void aSchemaOutsideTheSubsetIsRefusedByName(String schemaAndMessage) {
    String[] both = schemaAndMessage.split(" \\| ", 2);
    assertThatThrownBy(() -> Constraint.jsonSchema(both[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(both[1]);
  }

  @Test
  void quotesAreExact() {
    Pattern line = Pattern.compile("\"([^\"]+)\" \\[(\\d)\\]");
    for (String text : texts(Constraint.quotes(TEXTS), 500)) {
      List<String> lines = text.lines().toList();
      assertThat(lines.size()).isBetween(1, 5);
      for (String quote : lines) {
        Matcher matcher = line.matcher(quote);
        assertThat(matcher.matches()).as(text).isTrue();
        String from = TEXTS.get(Integer.parseInt(matcher.group(2)) - 1);
        assertThat(from).contains(matcher.group(1));
        assertThat(matcher.group(1))
            .as("whole words")
            .isEqualTo(matcher.group(1).strip())
            .matches("(?s).*[\\p{L}\\p{N}].*");
      }
    }
  }

  @Test
  void aQuoteBeginsAndEndsWithWords() {
    Constraint quotes = Constraint.quotes(TEXTS);
    assertThat(isQuote(quotes, "\"The Rhine\" [1]")).isTrue();
    assertThat(isQuote(quotes, "\"German: Rhein\" [1]")).isTrue();
    assertThat(
            isQuote(quotes, "\"(German: Rhein) is 1,230.5 km long\" [1]\n\"It is -5 degrees\" [2]"))
        .isTrue();
    assertThat(isQuote(quotes, "\"\u6f22\u5b57\" [3]")).isTrue();
    assertThat(isQuote(quotes, "\"\ud83d\ude80 caf\u00e9\" [3]")).as("no word first").isFalse();
    assertThat(isQuote(quotes, "\"caf\u00e9\" [3]")).isTrue();
    for (String wrong :
        List.of(
            "\"The Rhin\" [1]",
            "\"he Rhine\" [1]",
            "\"The Rhine \" [1]",
            "\"the Rhine\" [1]",
            "\"230.5 km\" [1]",
            "\"5 degrees\" [2]",
            "\"The Rhine\" [2]",
            "\"The Rhine\" [7]",
            "\"\" [1]",
            "\"caf\" [3]",
            "The Rhine",
            "\"said: \"It\" [2]",
            "\"*\" [4]",
            "\"The Rhine\" [1] ",
            "\"The Rhine\" [1]\n")) {
      assertThat(isQuote(quotes, wrong)).as(wrong).isFalse();
    }
    assertThatThrownBy(() -> Constraint.quotes(List.of("---", "")))
        .hasMessage("nothing can be quoted: no text has a word");
  }

  /** What is not in a mask leads nowhere, and what is in it leads on: token for token. */
  @Test
  void masksAreExact() {
    RandomGenerator random = Seeds.random();
    for (Constraint constraint :
        List.of(
            Constraint.oneOf(List.of("yes", "not at all")),
            Constraint.jsonSchema(SCHEMA),
            Constraint.quotes(TEXTS))) {
      for (int round = 0; round < 20; round++) {
        Constraint.State state = constraint.start(vocabulary);
        for (int step = 0; step < 40; step++) {
          BitSet allowed = BitSet.valueOf(state.allowed());
          for (int token = 0; token < tokens.size() + 3; token++) {
            int each = token;
            Constraint.State before = state;
            assertThat(state.allows(token))
                .as("%d, %s", token, Seeds.replay())
                .isEqualTo(allowed.get(token));
            if (allowed.get(token)) {
              Constraint.State after = state.accept(token);
              assertThat(after.canEnd() || !BitSet.valueOf(after.allowed()).isEmpty()).isTrue();
            } else {
              assertThatThrownBy(() -> before.accept(each))
                  .isInstanceOf(IllegalArgumentException.class);
            }
          }
          assertThat(allowed.get(0) || allowed.get(1)).as("special tokens").isFalse();
          if (allowed.isEmpty()) {
            break;
          }
          state = state.accept(pick(allowed, random));
        }
      }
    }
  }

  @Test
  void aWordWithHalfAPairOfSurrogatesIsNotQuoted() {
    Constraint.State open =
        Constraint.quotes(List.of("a\ud800b c")).start(vocabulary).accept(token("\""));
    assertThat(open.allows(token("a"))).isFalse();
    assertThat(open.allows(token("c"))).isTrue();
  }

  @Test
  void refusesTokensByName() {
    Constraint.State state = Constraint.oneOf(List.of("yes")).start(vocabulary);
    assertThatThrownBy(() -> state.accept(token("no")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            String.format(Locale.ROOT, "the token %d, \"no\", is not allowed here", token("no")));
    assertThatThrownBy(() -> state.accept(0))
        .hasMessage("the token 0, \"<|end|>\", is not allowed here");
    assertThatThrownBy(() -> state.accept(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> state.accept(9999)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A vocabulary without the byte 0xC3 cannot write what has it, and must not begin to. */
  @Test
  void neverBeginsWhatTheVocabularyCannotFinish() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    String json = Files.readString(file);
    Path poor = Files.createDirectory(folder.resolve("poor"));
    Files.writeString(
        poor.resolve("tokenizer.json"),
        json.replaceFirst("\"\u00c3\": \\d+, ", "").replaceFirst(", \"\u00c3\": \\d+", ""));
    Vocabulary without = Vocabulary.of(TokenBytes.load(dev.ragwright.onnx.ModelFolder.of(poor)));
    assertThat(without.single().get(0xC3)).isFalse();
    assertThatThrownBy(() -> Constraint.oneOf(List.of("\u00e9")).start(without))
        .hasMessageContaining("the model has no tokens for any text that");
    Constraint.State quotes = Constraint.quotes(List.of("one caf\u00e9 two")).start(without);
    for (String quotable : List.of("\"one", "\"two")) {
      assertThat(after(quotes, quotable)).isNotNull();
    }
    assertThat(after(quotes, "\"one ")).as("caf\u00e9 cannot follow").isNull();
    assertThat(after(quotes, "\"c")).isNull();
  }

  @Test
  void saysWhatItIs() {
    assertThat(Constraint.oneOf(List.of("b", "a")).description().toString())
        .contains("oneOf", "[b, a]");
    assertThat(Constraint.jsonSchema(SCHEMA).description().toString())
        .contains("jsonSchema", "answer");
    assertThat(Constraint.quotes(List.of("a b")).description().toString())
        .contains("quotes", "a b");
  }

  /** Whole outputs of a model that chooses at random, checked to be text at every end. */
  private static List<String> texts(Constraint constraint, int count) {
    RandomGenerator random = Seeds.random();
    return java.util.stream.Stream.generate(() -> walk(constraint.start(vocabulary), random))
        .limit(count)
        .distinct()
        .toList();
  }

  private static String walk(Constraint.State start, RandomGenerator random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Constraint.State state = start;
    while (true) {
      BitSet allowed = BitSet.valueOf(state.allowed());
      if (state.canEnd() && (allowed.isEmpty() || random.nextInt(3) == 0)) {
        break;
      }
      assertThat(allowed.isEmpty()).as("a dead end, %s: %s", Seeds.replay(), out).isFalse();
      int token = pick(allowed, random);
      out.writeBytes(tokens.bytes(token));
      state = state.accept(token);
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(out.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError(Seeds.replay(), e);
    }
  }

  private static int pick(BitSet allowed, RandomGenerator random) {
    int nth = random.nextInt(allowed.cardinality());
    int token = allowed.nextSetBit(0);
    while (nth-- > 0) {
      token = allowed.nextSetBit(token + 1);
    }
    return token;
  }

  private static boolean isQuote(Constraint constraint, String text) {
    Constraint.State end = after(constraint.start(vocabulary), text);
    return end != null && end.canEnd();
  }

  /** The state after a text, written byte by byte; null when it is not allowed. */
  private static Constraint.@Nullable State after(Constraint.State start, String text) {
    Constraint.State state = start;
    for (byte b : text.getBytes(UTF_8)) {
      int token = 2 + (b & 0xFF);
      if (!state.allows(token)) {
        return null;
      }
      state = state.accept(token);
    }
    return state;
  }

  private static int token(String text) {
    for (int id = tokens.size() - 1; id >= 0; id--) {
      if (new String(tokens.bytes(id), UTF_8).equals(text)) {
        return id;
      }
    }
    throw new AssertionError("no token " + text);
  }

  private static List<String> names(Constraint.State state) {
    return BitSet.valueOf(state.allowed()).stream()
        .mapToObj(id -> new String(tokens.bytes(id), UTF_8))
        .toList();
  }
}
