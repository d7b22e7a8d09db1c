package dev.ragwright.langchain4j;

import static dev.ragwright.langchain4j.ScriptedServer.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import dev.ragwright.trace.StageRecord;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonAnswersTest {
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("Where does it rise?"),
          new Context(
              List.of(Evidence.of(Passage.of("rhine", "The Rhine rises in the Alps."), 1)),
              8,
              List.of()));
  private static final JsonSchema SCHEMA =
      JsonSchema.builder()
          .name("River")
          .rootElement(
              JsonObjectSchema.builder()
                  .addStringProperty("answer")
                  .addProperty(
                      "sources", JsonArraySchema.builder().items(new JsonIntegerSchema()).build())
                  .required("answer", "sources")
                  .build())
          .build();
  private static final String GOOD =
      "{ \"answer\": \"\\\"It\\\" rises in the Alps [1].\\nYes.\", \"sources\": [1] }";

  private final ScriptedServer server = new ScriptedServer(says(GOOD));

  @AfterEach
  void stop() {
    server.close();
  }

  private ChatModelGenerator.Builder builder(boolean streaming) {
    return streaming
        ? ChatModelGenerator.builder(Models.watchedStreaming(server))
        : ChatModelGenerator.builder(Models.watchedWhole(server));
  }

  private Generation generate() {
    return builder(false).json(SCHEMA).build().generate(REQUEST, CallContext.unbounded());
  }

  /** Each reply in its turn; the last one again and again. */
  private void saysInTurn(String... replies) {
    Iterator<String> next = List.of(replies).iterator();
    server.script(
        (exchange, request) ->
            ScriptedServer.reply(
                exchange,
                200,
                ScriptedServer.completion(next.next(), "stop", ScriptedServer.USAGE)));
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void asksForTheSchemaInTheProvidersWayOrInThePrompt(boolean streaming, boolean keeps) {
    ChatModelGenerator generator = builder(streaming).json(SCHEMA, keeps).build();
    Generation generation = generator.generate(REQUEST, CallContext.unbounded());
    String json = "{\"answer\":\"\\\"It\\\" rises in the Alps.\\nYes.\",\"sources\":[1]}";
    assertThat(generation.text()).isEqualTo(json);
    Citation citation = generation.citations().getFirst();
    assertThat(generation.citations()).hasSize(1);
    assertThat(citation.quote()).isEqualTo("The Rhine rises in the Alps.");
    assertThat(json.substring(citation.answerStart(), citation.answerEnd()))
        .isEqualTo("\\\"It\\\" rises in the Alps.");
    String asked = server.requests().getFirst().replaceAll("\\s", "");
    if (keeps) {
      assertThat(asked)
          .contains("\"response_format\":{\"type\":\"json_schema\"", "\"name\":\"River\"")
          .contains("ReplyinJSON.");
    } else {
      assertThat(asked)
          .doesNotContain("response_format")
          .contains("conformstothisschema:", "\\\"required\\\":[\\\"answer\\\",\\\"sources\\\"]");
    }
    try (TokenStream stream = generator.stream(REQUEST, CallContext.unbounded())) {
      assertThat(stream.text()).containsExactly(json);
      assertThat(stream.result().text()).isEqualTo(json);
    }
    assertThat(generator.description().parameters().get("json")).contains("sources");
  }

  @Test
  void takesTheProvidersWayWhereTheModelDeclaresIt() {
    ChatModelGenerator.builder(
            OpenAiChatModel.builder()
                .httpClientBuilder(Models.watched())
                .baseUrl(server.url())
                .apiKey("key")
                .modelName("gpt-x")
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .build())
        .json(SCHEMA)
        .build()
        .generate(REQUEST, CallContext.unbounded());
    assertThat(server.requests().getFirst()).contains("json_schema");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "```json\n{\"answer\": \"Alps [1]\", \"sources\": []}\n```",
        "Here you are: {\"answer\": \"Alps [1]\", \"sources\": []} I hope it helps."
      })
  void findsTheJsonInWhatAModelWritesAroundIt(String reply) {
    server.script(says(reply));
    Generation generation = generate();
    assertThat(generation.text()).isEqualTo("{\"answer\":\"Alps\",\"sources\":[]}");
    assertThat(generation.citations()).hasSize(1);
    assertThat(generation.parts()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"answer\": \"Alps\"} | sources",
        "{\"answer\": 7, \"sources\": []} | /answer",
        "{\"answer\": \"Alps\", \"sources\": [} | Unexpected",
        "{\"answer\": \"a\", \"sources\": []} {\"answer\": \"b\", \"sources\": []} | more than one",
        "It rises in the Alps. | Unrecognized token"
      })
  void givesAReplyThatDoesNotConformBackOnce(String reply, String why) {
    saysInTurn(reply, GOOD);
    Generation generation = generate();
    assertThat(generation.text()).contains("rises in the Alps");
    assertThat(server.requests()).hasSize(2);
    assertThat(server.requests().get(1)).contains("This does not conform: ").contains(why);
    assertThat(generation.usage().count(Usage.REQUESTS)).hasValue(2);
    assertThat(generation.usage().count(Usage.INPUT_TOKENS)).hasValue(200);
    assertThat(generation.parts()).extracting(StageRecord::usage).hasSize(2);
    assertThat(generation.parts().getFirst().error().orElseThrow()).contains(why);

    saysInTurn(reply, reply);
    ChatModelException failure = catchThrowableOfType(ChatModelException.class, this::generate);
    assertThat(failure)
        .hasMessageStartingWith(
            "the reply of the chat model 'gpt-x' does not conform to its JSON schema, nor does that"
                + " of a second try: ")
        .hasMessageContaining(why);
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.usage().count(Usage.OUTPUT_TOKENS)).hasValue(40);
  }

  @Test
  void whatWasPaidBeforeASecondTryThatFailedIsCounted() {
    AtomicInteger asked = new AtomicInteger();
    server.script(
        (exchange, request) -> {
          if (asked.incrementAndGet() == 1) {
            ScriptedServer.reply(
                exchange, 200, ScriptedServer.completion("{}", "stop", ScriptedServer.USAGE));
          } else {
            ScriptedServer.reply(exchange, 429, "{\"error\":{\"message\":\"slow down\"}}");
          }
        });
    try (TokenStream stream =
        builder(false).json(SCHEMA).build().stream(REQUEST, CallContext.unbounded())) {
      ChatModelException failure =
          catchThrowableOfType(ChatModelException.class, () -> stream.text().count());
      assertThat(failure).hasMessageContaining("slow down");
      assertThat(failure.retryable()).isTrue();
      assertThat(failure.usage().count(Usage.INPUT_TOKENS)).hasValue(100);
      assertThat(failure.usage().count(Usage.OUTPUT_TOKENS)).hasValue(20);
      assertThat(failure.attempts())
          .extracting(record -> record.error().orElse("").substring(0, 8))
          .containsExactly("its JSON", "the chat");
      assertThatThrownBy(stream::result).isSameAs(failure);
    }
    assertThat(asked.get()).isLessThanOrEqualTo(4); // the client's own tries of the second
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{\"a\":1},{\"a\":2}]", "Here: [{\"a\":1},{\"a\":2}].", "[ ]"})
  void takesAnArrayToo(String reply) {
    JsonSchema list =
        JsonSchema.builder()
            .name("List")
            .rootElement(JsonRawSchema.from("{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"))
            .build();
    server.script(says(reply));
    assertThat(builder(false).json(list).build().generate(REQUEST, CallContext.unbounded()).text())
        .startsWith("[")
        .endsWith("]");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void doesNotAskAgainForWhatWasCut() {
    server.script(
        (exchange, request) ->
            ScriptedServer.reply(
                exchange,
                200,
                ScriptedServer.completion("{\"answer\": \"It", "length", ScriptedServer.USAGE)));
    assertThatThrownBy(this::generate)
        .hasMessage(
            "the reply of the chat model 'gpt-x' was cut at the longest answer that its builder"
                + " allows, and is no whole JSON");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NO_ANSWER", "{\"answer\": \"NO_ANSWER\", \"sources\": []}"})
  void declinesWithTheModel(String reply) {
    server.script(says(reply));
    assertThat(generate().abstention().map(Abstention::reason))
        .contains(Abstention.Reason.DECLINED);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void leavesTextsWithoutMarkersAsTheyAre() {
    String reply =
        "{\"answer\":\"  ab\\u00e9\\u2028 [7] \\\\ \\ud83d\\ude00 \",\"sources\":[12345678901234567890]}";
    server.script(says(reply));
    assertThat(generate().text())
        .isEqualTo(
            "{\"answer\":\"  abé\u2028 [7] \\\\ \ud83d\ude00 \",\"sources\":[12345678901234567890]}");
    assertThat(generate().refusedCitations()).isEqualTo(1);
  }

  @Test
  void checksASchemaInItsOwnWords() {
    JsonSchema raw =
        JsonSchema.builder()
            .name("Raw")
            .rootElement(
                JsonRawSchema.from(
                    "{\"properties\":{\"answer\":{}},\"additionalProperties\":false}"))
            .build();
    assertThatThrownBy(
            () -> builder(false).json(raw).build().generate(REQUEST, CallContext.unbounded()))
        .isInstanceOf(ChatModelException.class)
        .hasMessageContaining("sources");
  }

  @Test
  void refusesWhatIsNoSchema() {
    JsonSchema broken =
        JsonSchema.builder().name("Broken").rootElement(JsonRawSchema.from("{\"type\": ")).build();
    assertThatThrownBy(() -> builder(false).json(broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the JSON schema 'Broken' cannot be used: ");
  }
}
