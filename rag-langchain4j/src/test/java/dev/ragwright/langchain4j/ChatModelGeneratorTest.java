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
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.PriceTable;
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
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** One whose requests are seen. */
  private ChatModelGenerator watched(boolean streaming) {
    return streaming
        ? ChatModelGenerator.of(Models.watchedStreaming(server))
        : ChatModelGenerator.of(Models.watchedWhole(server));
  }

  private Generation generate(boolean streaming) {
    return generator(streaming).generate(REQUEST, CallContext.unbounded());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void citesAndCounts(boolean streaming) {
    Generation generation = watched(streaming).generate(REQUEST, CallContext.unbounded());
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
                .with(Usage.OUTPUT_TOKENS, 20)
                .withUnknown(Usage.REASONING_TOKENS));
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
    assertThat(watched(streaming).generate(REQUEST, CallContext.unbounded()).usage())
        .isEqualTo(
            Usage.of(Usage.REQUESTS, 1)
                .withUnknown(Usage.INPUT_TOKENS)
                .withUnknown(Usage.CACHED_INPUT_TOKENS)
                .withUnknown(Usage.OUTPUT_TOKENS)
                .withUnknown(Usage.REASONING_TOKENS));
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
    "404,false,'check the model name that its builder was given, and the base URL, which'",
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
                  ? "the stream of the chat model 'gpt-x' ended without a finish reason: it was"
                      + " probably cut"
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "text/event-stream | ~~ | true | ended with neither a text, a finish reason nor a usage",
        "text/event-stream | data: [DONE] | true | ended with neither a text",
        "text/html | <html>Log in</html> | true | ended with neither a text",
        "text/event-stream | data: {\"error\":{\"message\":\"out of memory\",\"type\":\"server_error\"}} | true"
            + " | its service said: out of memory",
        "text/event-stream | data: {\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\"}} | true | busy",
        "text/event-stream | data: {\"error\":{\"message\":\"too long\",\"code\":400}} | false | too long",
        "text/event-stream | data: {\"object\":\"error\",\"message\":\"no such model\",\"code\":404} | false"
            + " | no such model",
      })
  void aStreamWithoutAnAnswerIsAFailure(String type, String body, boolean retryable, String says) {
    server.script(ScriptedServer.sends(type, body.isEmpty() ? "" : body + "\n\n"));
    ChatModelException failure =
        catchThrowableOfType(ChatModelException.class, () -> generate(true));
    assertThat(failure).hasMessageContaining("'gpt-x'").hasMessageContaining(says);
    assertThat(failure.retryable()).isEqualTo(retryable);
  }

  @Test
  void anErrorAmidAStreamIsAFailureInItsServicesWords() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, piece("It rises"));
            event(body, "{\"error\":{\"message\":\"the engine died\",\"type\":\"server_error\"}}");
          }
        });
    assertThatThrownBy(() -> generate(true))
        .isInstanceOf(ChatModelException.class)
        .hasMessageContaining("its service said: the engine died");
  }

  /** Some services count as they go, so a count is no end. */
  @Test
  void aStreamThatWasCutBehindACountIsAFailure() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(
                body, piece("It rises").replace("]}", "],\"usage\":" + ScriptedServer.USAGE + "}"));
          }
        });
    assertThatThrownBy(() -> generate(true))
        .isInstanceOf(ChatModelException.class)
        .hasMessageContaining("ended without a finish reason: it was probably cut");
  }

  /** What services send beside a good answer. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"error\":\"\"",
        "\"error\":false",
        "\"error\":{}",
        "\"error\":null",
        "\"metadata\":{\"error\":\"none\"}",
        "\"content_filter_results\":{\"error\":{\"code\":\"content_filter_error\",\"message\":\"down\"}}"
      })
  void whatIsNoErrorIsNone(String field) {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, piece("It rises").replace("\"id\":\"c\"", "\"id\":\"c\"," + field));
            finish(body, "stop", ScriptedServer.USAGE);
          }
        });
    assertThat(generate(true).text()).isEqualTo("It rises");
  }

  @Test
  void anEmptyReasonIsNoEnd() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(
                body,
                piece("It rises").replace("\"finish_reason\":null", "\"finish_reason\":\"\""));
          }
        });
    assertThatThrownBy(() -> generate(true)).hasMessageContaining("it was probably cut");
  }

  @Test
  void thoughtsThatThePromptBeganAreNoAnswer() {
    server.script(says("Document [1] says so.\n</think>\n\nIn the Alps [1]."));
    Generation generation = generate(false);
    assertThat(generation.text()).isEqualTo("In the Alps.");
    assertThat(generation.citations()).hasSize(1);
  }

  @Test
  void anUnknownReasonIsAnEnd() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, piece("It rises"));
            finish(body, "eos_token", "null");
          }
        });
    assertThat(generate(true).finishReason()).isEqualTo(FinishReason.OTHER);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doesNotWaitForEverForAServiceThatHangs(boolean streaming) {
    server.script(
        (exchange, request) -> {
          if (streaming) {
            event(stream(exchange), piece("It rises"));
          }
          over.await();
        });
    ChatModelGenerator.Builder builder =
        streaming
            ? ChatModelGenerator.builder(Models.watchedStreaming(server))
            : ChatModelGenerator.builder(Models.watchedWhole(server));
    ChatModelGenerator impatient = builder.idleTimeout(Duration.ofMillis(200)).build();
    assertThatThrownBy(() -> impatient.generate(REQUEST, CallContext.unbounded()))
        .isInstanceOfSatisfying(ChatModelException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageStartingWith(
            "the chat model 'gpt-x' failed: its service sent nothing for 200 ms; it, or the way to it, hangs; the generator's idleTimeout(...) allows it more time");
    assertThatThrownBy(() -> builder.idleTimeout(Duration.ZERO))
        .hasMessage("idleTimeout must be within PT0.001S and PT24H, was PT0S");
  }

  @Test
  void countsTheRequestsThatAModelMakesInSilence() {
    AtomicInteger asked = new AtomicInteger();
    server.script(
        (exchange, request) -> {
          if (asked.incrementAndGet() == 1) {
            reply(exchange, 503, "{\"error\":{\"message\":\"busy\"}}");
          } else {
            reply(exchange, 200, completion("In the Alps.", "stop", ScriptedServer.USAGE));
          }
        });
    Generation generation =
        ChatModelGenerator.of(Models.watchedWhole(server))
            .generate(REQUEST, CallContext.unbounded());
    assertThat(generation.usage().count(Usage.REQUESTS)).hasValue(2);
    assertThat(asked).hasValue(2);
    assertThat(
            ChatModelGenerator.of(Models.whole(server))
                .generate(REQUEST, CallContext.unbounded())
                .usage()
                .unknownCounters())
        .as("nobody saw how many there were")
        .containsExactly(Usage.REASONING_TOKENS, Usage.REQUESTS);
  }

  @ParameterizedTest
  @CsvSource({
    "insufficient_quota, false, what was paid for is used up",
    "rate_limit_exceeded, true, ask less often",
    "invalid_request_error, true, ask less often"
  })
  void tellsARushFromAnEmptyPurse(String code, boolean retryable, String advice) {
    server.script(
        (exchange, request) -> {
          exchange.getResponseHeaders().add("Retry-After", "7");
          reply(
              exchange,
              429,
              "{\"error\":{\"message\":\"no more\",\"type\":\"x\",\"code\":\"%s\"}}"
                  .formatted(code));
        });
    for (ChatModelGenerator generator : List.of(watched(true), watched(false))) {
      ChatModelException failure =
          catchThrowableOfType(
              ChatModelException.class, () -> generator.generate(REQUEST, CallContext.unbounded()));
      assertThat(failure).hasMessageContaining("no more").hasMessageContaining(advice);
      assertThat(failure.retryable()).isEqualTo(retryable);
      assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
    }
  }

  /** Services send events without choices, and say their last ones again. */
  @Test
  void whatIsSaidTwiceAtTheEndCountsOnce() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, "{\"choices\":[]}");
            event(body, piece("In the Alps [1]."));
            event(body, "{\"choices\":[],\"usage\":null}");
            event(body, ScriptedServer.chunk("{}", "\"stop\""));
            finish(body, "stop", ScriptedServer.USAGE);
            finish(body, "stop", ScriptedServer.USAGE);
          }
        });
    Generation generation = generate(true);
    assertThat(generation.text()).isEqualTo("In the Alps.");
    assertThat(generation.usage().count(Usage.INPUT_TOKENS)).hasValue(100);
    assertThat(generation.usage().count(Usage.OUTPUT_TOKENS)).hasValue(20);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void failsOnAReplyWithoutChoices(boolean streaming) {
    server.script(
        streaming
            ? ScriptedServer.sends(
                "text/event-stream", "data: {\"choices\":[]}\n\ndata: [DONE]\n\n")
            : (exchange, request) -> reply(exchange, 200, "{\"choices\":[]}"));
    assertThatThrownBy(() -> generate(streaming)).isInstanceOf(ChatModelException.class);
  }

  /** Signs of life, and never an answer. */
  @ParameterizedTest
  @ValueSource(strings = {": keep-alive\n\n", "data: {\"choices\":[]}\n\n"})
  void aServiceThatOnlyBreathesIsEndedByTheDeadline(String breath) throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            while (over.getCount() > 0) {
              body.write(breath.getBytes(StandardCharsets.UTF_8));
              body.flush();
              Thread.sleep(5);
            }
          } catch (IOException e) {
            gone.countDown();
          }
        });
    assertThatThrownBy(
            () -> watched(true).generate(REQUEST, CallContext.withTimeout(Duration.ofMillis(80))))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(gone.await(10, TimeUnit.SECONDS)).as("the server was hung up on").isTrue();
  }

  /** Before the headers of its reply are there. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hangsUpOnAServiceThatIsStillSilent(boolean streaming) throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket asked = silent.accept()) {
                  while (asked.getInputStream().read() >= 0) {
                    // the request, and then nothing until the other side hangs up
                  }
                } catch (IOException e) {
                  // it hung up the hard way
                }
                gone.countDown();
              });
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      ChatModelGenerator generator =
          streaming
              ? ChatModelGenerator.of(Provider.OPENAI.streaming(url, Models.watched()))
              : ChatModelGenerator.of(Provider.OPENAI.whole(url, Models.watched()));
      assertThatThrownBy(
              () -> generator.generate(REQUEST, CallContext.withTimeout(Duration.ofMillis(80))))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(gone.await(10, TimeUnit.SECONDS)).as("the server was hung up on").isTrue();
    }
  }

  @Test
  void asksThroughAProxy() {
    ProxySelector proxy =
        ProxySelector.of(
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort()));
    HttpClient.Builder http =
        LangChain4j.watched(
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(proxy));
    ChatModelGenerator generator =
        ChatModelGenerator.of(
            Provider.OPENAI.streaming(
                "http://service.invalid", JdkHttpClient.builder().httpClientBuilder(http)));
    assertThat(generator.generate(REQUEST, CallContext.unbounded()).citations()).hasSize(1);
    server.close();
    assertThatThrownBy(() -> generator.generate(REQUEST, CallContext.unbounded()))
        .hasMessageContaining("no connection to http://service.invalid");
  }

  @Test
  void namesTheAddressThatIsNotThere() {
    server.close();
    String address = server.url().replace("/v1", "");
    assertThatThrownBy(() -> watched(true).generate(REQUEST, CallContext.unbounded()))
        .isInstanceOfSatisfying(ChatModelException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageStartingWith(
            "the chat model 'gpt-x' failed: no connection to "
                + address
                + "; check the address that its builder was given, and whether the service runs");
  }

  @Test
  void aStreamedRefusalIsTheModelsDecision() {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = stream(exchange)) {
            event(body, ScriptedServer.chunk("{\"refusal\":\"I cannot \"}", "null"));
            event(body, ScriptedServer.chunk("{\"refusal\":\"help with that.\"}", "null"));
            finish(body, "stop", ScriptedServer.USAGE);
          }
        });
    assertThat(generate(true).abstention())
        .contains(
            new Abstention(
                Abstention.Reason.DECLINED, "'gpt-x' refused: I cannot help with that."));
  }

  @ParameterizedTest
  @CsvSource({"<think>,</think>", "[THINK],[/THINK]", "<thought>,</thought>"})
  void whatAModelThinksIsNoAnswer(String begin, String end) {
    server.script(says(begin + "Document [1] says so.\n" + end + "\n\nIn the Alps [1]."));
    for (boolean streaming : new boolean[] {false, true}) {
      Generation generation = generate(streaming);
      assertThat(generation.text()).isEqualTo("In the Alps.");
      assertThat(generation.citations()).hasSize(1);
    }
  }

  @Test
  void tellsWhichModelAnswered() {
    server.script(
        (exchange, request) ->
            reply(
                exchange,
                200,
                completion("In the Alps.", "stop", ScriptedServer.USAGE)
                    .replace("gpt-x", "smollm2")));
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(FakeRetriever.of("The Rhine rises in the Alps."))
            .generator(generator(false))
            .build();
    Answer answer = rag.ask("Where does the Rhine rise?");
    StageRecord written =
        answer.trace().stages().stream()
            .filter(record -> record.stage().equals("generate"))
            .findFirst()
            .orElseThrow();
    assertThat(written.details()).containsEntry(StageRecord.SERVED, "smollm2");
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model("gpt-x", PriceTable.ModelPrice.perMillionTokens("1", "1"))
            .build();
    assertThat(written.cost(prices).missing()).containsExactly("the price of smollm2");
    assertThat(answer.finishReason()).contains(FinishReason.STOP);
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
