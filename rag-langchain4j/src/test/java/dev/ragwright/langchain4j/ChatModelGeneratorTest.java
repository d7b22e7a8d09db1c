package dev.ragwright.langchain4j;

import static dev.ragwright.langchain4j.ScriptedServer.completion;
import static dev.ragwright.langchain4j.ScriptedServer.event;
import static dev.ragwright.langchain4j.ScriptedServer.fails;
import static dev.ragwright.langchain4j.ScriptedServer.finish;
import static dev.ragwright.langchain4j.ScriptedServer.piece;
import static dev.ragwright.langchain4j.ScriptedServer.reply;
import static dev.ragwright.langchain4j.ScriptedServer.says;
import static dev.ragwright.langchain4j.ScriptedServer.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatModelGeneratorTest {
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("Where does it rise?"),
          new Context(
              List.of(Evidence.of(Passage.of("rhine", "The Rhine rises in the Alps."), 1)),
              8,
              List.of()));

  private final CountDownLatch over = new CountDownLatch(1);
  private final ScriptedServer server =
      new ScriptedServer(says("It rises in the \"Alps\" [1]. Really [7]."));

  @AfterEach
  void stop() {
    over.countDown();
    server.close();
  }

  private ChatModelGenerator generator(boolean streaming) {
    return streaming
        ? ChatModelGenerator.of(Models.streaming(server))
        : ChatModelGenerator.of(Models.whole(server));
  }

  private Generation generate(boolean streaming) {
    return generator(streaming).generate(REQUEST, CallContext.unbounded());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void citesAndCounts(boolean streaming) {
    Generation generation = generate(streaming);
    assertThat(generation.text()).isEqualTo("It rises in the \"Alps\". Really [7].");
    assertThat(generation.citations())
        .extracting(Citation::quote)
        .containsExactly("The Rhine rises in the Alps.");
    assertThat(generation.refusedCitations()).isEqualTo(1);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(generation.usage())
        .isEqualTo(
            Usage.of(Usage.REQUESTS, 1)
                .with(Usage.INPUT_TOKENS, 100)
                .with(Usage.CACHED_INPUT_TOKENS, 64)
                .with(Usage.OUTPUT_TOKENS, 20));
    assertThat(server.requests())
        .singleElement()
        .asString()
        .contains("NO_ANSWER", "<document 1>", "The Rhine rises in the Alps.", "\"gpt-x\"");
  }

  @Test
  void streamsPiecesAsTheyCome() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            for (String said : List.of("It ris", "es in ", "the Alps", " [", "1", "].", " Yes.")) {
              event(body, piece(said));
            }
            finish(body, "stop", ScriptedServer.USAGE);
          }
        });
    try (TokenStream stream = generator(true).stream(REQUEST, CallContext.unbounded())) {
      assertThat(stream.text()).containsExactly("It ris", "es in", " the Alps", ".", " Yes.");
      assertThat(stream.result().text()).isEqualTo("It rises in the Alps. Yes.");
      assertThatThrownBy(stream::text)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the text can be asked for once");
    }
  }

  @ParameterizedTest
  @CsvSource({"stop,STOP", "length,LENGTH", "content_filter,CONTENT_FILTER", "tool_calls,OTHER"})
  void saysWhyTheModelStopped(String theirs, FinishReason ours) {
    server.script((exchange, request) -> reply(exchange, 200, completion("It.", theirs, "null")));
    assertThat(generate(false).finishReason()).isEqualTo(ours);
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, piece("It."));
            finish(body, theirs, "null");
          }
        });
    assertThat(generate(true).finishReason()).isEqualTo(ours);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doesNotKnowWhatTheServiceDoesNotCount(boolean streaming) {
    server.script(
        (exchange, request) -> {
          if (!streaming) {
            reply(exchange, 200, completion("It.", "stop", "null"));
            return;
          }
          try (OutputStream body = stream(exchange)) {
            event(body, piece("It."));
            finish(body, "stop", "null");
          }
        });
    assertThat(generate(streaming).usage())
        .isEqualTo(
            Usage.of(Usage.REQUESTS, 1)
                .withUnknown(Usage.INPUT_TOKENS)
                .withUnknown(Usage.CACHED_INPUT_TOKENS)
                .withUnknown(Usage.OUTPUT_TOKENS));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void declinesWithTheModel(boolean streaming) {
    server.script(says("NO_ANSWER"));
    assertThat(generate(streaming).abstention().map(Abstention::reason))
        .contains(Abstention.Reason.DECLINED);
    ChatModel filtered =
        new ChatModel() {
          @Override
          public ChatResponse doChat(ChatRequest request) {
            throw new ContentFilteredException("not allowed");
          }
        };
    Generation generation =
        ChatModelGenerator.builder(filtered)
            .model("strict")
            .build()
            .generate(REQUEST, CallContext.unbounded());
    assertThat(generation.abstention())
        .contains(
            new Abstention(
                Abstention.Reason.DECLINED, "the content filter of 'strict' refused: not allowed"));
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
  }

  @ParameterizedTest
  @CsvSource({
    "401,false,check the key",
    "404,false,check the model name",
    "400,false,",
    "429,true,ask less often",
    "500,true,",
    "503,true,"
  })
  void saysWhetherAnotherTryMayHelp(int status, boolean retryable, String advice) {
    server.script(fails(status, "{\"error\":{\"message\":\"because of " + status + "\"}}"));
    for (boolean streaming : new boolean[] {false, true}) {
      ChatModelException failure =
          catchThrowableOfType(ChatModelException.class, () -> generate(streaming));
      assertThat(failure)
          .hasMessageStartingWith("the chat model 'gpt-x' failed: ")
          .hasMessageContaining("because of " + status)
          .hasMessageContaining(advice == null ? "" : advice);
      assertThat(failure.retryable()).isEqualTo(retryable);
    }
    assertThat(server.requests()).as("no try was made again").hasSize(2);
  }

  @Test
  void tellsAServerThatIsNotThere() {
    server.close();
    for (boolean streaming : new boolean[] {false, true}) {
      assertThatThrownBy(() -> generate(streaming))
          .isInstanceOfSatisfying(
              ChatModelException.class, e -> assertThat(e.retryable()).isTrue());
    }
  }

  /** A length of 0 is that of chunks, whose end a server or a proxy may still send. */
  @ParameterizedTest
  @ValueSource(longs = {0, 10_000})
  void failsWhenAStreamIsCut(long length) {
    server.script(
        (exchange, request) -> {
          exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, length);
          event(exchange.getResponseBody(), piece("It rises"));
          event(exchange.getResponseBody(), piece(" in the"));
          throw new IOException("the plug was pulled");
        });
    List<String> taken = new ArrayList<>();
    try (TokenStream stream = generator(true).stream(REQUEST, CallContext.unbounded())) {
      assertThatThrownBy(() -> stream.text().forEach(taken::add))
          .isInstanceOfSatisfying(ChatModelException.class, e -> assertThat(e.retryable()).isTrue())
          .hasMessageStartingWith(
              length == 0
                  ? "the stream of the chat model 'gpt-x' ended with neither a finish reason nor a"
                      + " usage: it was probably cut"
                  : "the chat model 'gpt-x' failed: ");
      assertThat(String.join("", taken)).isEqualTo("It rises in the");
      assertThatThrownBy(stream::result).isInstanceOf(ChatModelException.class);
    }
  }

  @Test
  void failsOnWhatIsNoJson() {
    server.script((exchange, request) -> reply(exchange, 200, "<html>It works!</html>"));
    assertThatThrownBy(() -> generate(false))
        .isInstanceOfSatisfying(ChatModelException.class, e -> assertThat(e.retryable()).isFalse());
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, piece("It"));
            event(body, "{\"choices\":[{");
            finish(body, "stop", "null");
          }
        });
    assertThatThrownBy(() -> generate(true)).isInstanceOf(ChatModelException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doesNotWaitForAServerThatSaysNothing(boolean streaming) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.script(
        (exchange, request) -> {
          asked.countDown();
          over.await();
        });
    CallContext context = CallContext.unbounded();
    Thread canceller = Cancelling.when(asked, context);
    assertThatThrownBy(() -> generator(streaming).generate(REQUEST, context))
        .isInstanceOf(CancelledException.class);
    canceller.join();
    CallContext hasty = CallContext.withTimeout(Duration.ofMillis(50));
    assertThatThrownBy(() -> generator(streaming).generate(REQUEST, hasty))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsTheExchangeOfAStreamThatIsNotWanted(boolean closed) throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            while (over.getCount() > 0) { // until nobody listens
              event(body, piece("on and "));
              Thread.sleep(5);
            }
          } catch (IOException e) {
            gone.countDown();
          }
        });
    CallContext context = CallContext.unbounded();
    TokenStream stream = generator(true).stream(REQUEST, context);
    Iterator<String> pieces = stream.text().iterator();
    assertThat(pieces.next()).isEqualTo("on and");
    if (closed) {
      stream.close();
    } else {
      context.cancel();
    }
    assertThatThrownBy(
            () -> {
              while (pieces.hasNext()) {
                pieces.next();
              }
            })
        .isInstanceOf(CancelledException.class);
    assertThatThrownBy(stream::result).isInstanceOf(CancelledException.class);
    assertThat(gone.await(10, TimeUnit.SECONDS)).as("the server was hung up on").isTrue();
    stream.close();
  }

  @Test
  void tellsTheModelWhatThePromptSays() {
    PromptTemplate own =
        request ->
            List.of(
                ChatMessage.system("Be brief."),
                ChatMessage.user("Hello?"),
                ChatMessage.assistant("Yes."),
                ChatMessage.user(request.question().text()));
    ChatModelGenerator.builder(Models.whole(server))
        .prompt(own)
        .build()
        .generate(REQUEST, CallContext.unbounded());
    assertThat(server.requests().getFirst().replaceAll("\\s", ""))
        .contains(
            "[{\"role\":\"system\",\"content\":\"Bebrief.\"},"
                + "{\"role\":\"user\",\"content\":\"Hello?\"},"
                + "{\"role\":\"assistant\",\"content\":\"Yes.\"},"
                + "{\"role\":\"user\",\"content\":\"Wheredoesitrise?\"}]");
  }

  @Test
  void namesItsModelAndSettings() {
    StageDescription description = generator(true).description();
    assertThat(description.parameters())
        .containsEntry(StageDescription.MODEL, "gpt-x")
        .containsEntry("provider", "OPEN_AI");
    assertThat(description.parameters().get("parameters")).contains("temperature").contains("0.0");
    assertThat(description.parts()).containsExactly(PromptTemplate.grounded().description());
    assertThat(description.opaque()).isFalse();
    assertThat(description.toString()).doesNotContain("key");

    ChatModel nameless = new ChatModel() {};
    assertThat(ChatModelGenerator.of(nameless).description().opaque()).isTrue();
    assertThat(
            ChatModelGenerator.builder(nameless).model("mine").build().description().parameters())
        .containsEntry(StageDescription.MODEL, "mine");
  }
}
