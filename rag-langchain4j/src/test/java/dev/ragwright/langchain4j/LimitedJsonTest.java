package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.guard.SpendingLimit;
import dev.ragwright.guard.SpendingRefusedException;
import dev.ragwright.retrieve.Query;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A limit holds for answers in JSON, which are asked for up to twice, with a schema. */
class LimitedJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_OUTPUT = 12_000; // tokens of a byte

  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("Where does it rise?"),
          new Context(
              List.of(Evidence.of(Passage.of("rhine", "The Rhine rises in the Alps."), 1)),
              8,
              List.of()));

  private static final PriceTable DOLLARS =
      PriceTable.builder("USD", LocalDate.of(2026, 11, 30))
          .model("gpt-x", PriceTable.ModelPrice.perMillionTokens("1000000", "1000000"))
          .build();

  private static final JsonSchema SCHEMA =
      JsonSchema.builder()
          .name("River")
          .rootElement(
              JsonObjectSchema.builder()
                  .addStringProperty("answer", "Where it rises, in a word; «Übersee» if elsewhere.")
                  .addProperty(
                      "kind", JsonEnumSchema.builder().enumValues("river", "stream").build())
                  .required("answer", "kind")
                  .build())
          .build();

  private final AtomicLong charged = new AtomicLong();
  private final AtomicLong read = new AtomicLong();

  private final ScriptedServer server = new ScriptedServer(ScriptedServer.says("unused"));

  @AfterEach
  void stop() {
    server.close();
  }

  /** A token for each byte of messages and schema, and 16 for each message. */
  private static long read(String request) throws Exception {
    JsonNode body = JSON.readTree(request);
    long tokens = bytes(body.path("response_format").path("json_schema").toString());
    for (JsonNode message : body.path("messages")) {
      tokens += 16 + bytes(message.path("content").asText());
    }
    return tokens;
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private void replies(String... replies) {
    server.script(
        (exchange, request) -> {
          String reply = replies[server.requests().size() - 1];
          long input = read(request);
          read.addAndGet(input);
          charged.addAndGet(input + bytes(reply));
          ScriptedServer.reply(
              exchange,
              200,
              ScriptedServer.completion(
                  reply,
                  "stop",
                  "{\"prompt_tokens\":%s,\"completion_tokens\":%s,\"total_tokens\":%s}"
                      .formatted(input, bytes(reply), input + bytes(reply))));
        });
  }

  private Generator json(boolean byProvider, PromptTemplate prompt) {
    return ChatModelGenerator.builder(Models.whole(server))
        .json(SCHEMA, byProvider)
        .prompt(prompt)
        .build();
  }

  private static SpendingLimit limit(long dollars) {
    return SpendingLimit.builder(DOLLARS).perCall(Money.of(dollars, "USD")).build();
  }

  /** Whatever the first reply has wrong: nothing, a field, or 10,000 letters that are quoted. */
  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void noCallCostsMoreThanWasSetAside(boolean byProvider, boolean withSystem) {
    PromptTemplate prompt =
        withSystem
            ? PromptTemplate.grounded()
            : request -> List.of(ChatMessage.user(request.question().text()));
    Generator generator = json(byProvider, prompt);
    long most = asked(generator);
    String good = "{\"answer\":\"Alps\",\"kind\":\"river\"}";
    for (String first :
        List.of(
            good,
            "{\"answer\":\"Alps\"}",
            "{\"" + "é".repeat(5_000) + "\":1,\"answer\":{\"" + "b".repeat(900) + "\":[1]}}",
            "[".repeat(1_200) + "x")) {
      server.requests().clear();
      charged.set(0);
      read.set(0);
      replies(first, good);
      SpendingLimit limit = limit(most);
      limit.generator(generator, MOST_OUTPUT).generate(REQUEST, CallContext.unbounded());
      assertThat(server.requests()).hasSize(first.equals(good) ? 1 : 2);
      assertThat(read.get() + 3 * MOST_OUTPUT - bytes(first)).isLessThanOrEqualTo(most);
      assertThat(limit.spending().spent()).isEqualTo(Money.of(charged.get(), "USD"));
    }
    server.requests().clear();
    assertThatThrownBy(
            () ->
                limit(most - 1)
                    .generator(generator, MOST_OUTPUT)
                    .generate(REQUEST, CallContext.unbounded()))
        .hasMessageStartingWith("chat-model was not asked: the call may cost " + most + " USD");
    assertThat(server.requests()).isEmpty();
  }

  private static long asked(Generator generator) {
    return catchThrowableOfType(
            SpendingRefusedException.class,
            () ->
                limit(0)
                    .generator(generator, MOST_OUTPUT)
                    .generate(REQUEST, CallContext.unbounded()))
        .asked()
        .amount()
        .longValueExact();
  }
}
