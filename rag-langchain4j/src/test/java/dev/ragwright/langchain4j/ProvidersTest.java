package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What LangChain4j's providers make of what their services send, and what becomes of it here. */
class ProvidersTest {
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("Where does it rise?"),
          new Context(
              List.of(Evidence.of(Passage.of("rhine", "Der Rhein entspringt in Graubünden."), 1)),
              8,
              List.of()));
  private static final List<String> PIECES = List.of("In Graub", "ünden ", "[1", "], \"", "真\".");
  private static final String SAID = String.join("", PIECES);
  private static final String TEXT = "In Graubünden, \"真\".";

  private final CountDownLatch over = new CountDownLatch(1);
  private final ScriptedServer server = new ScriptedServer(ScriptedServer.fails(500, "{}"));

  @AfterEach
  void stop() {
    over.countDown();
    server.close();
  }

  static Stream<Arguments> ways() {
    return Arrays.stream(Provider.values())
        .flatMap(it -> Stream.of(Arguments.of(it, false), Arguments.of(it, true)));
  }

  private ChatModelGenerator generator(Provider provider, boolean streaming) {
    return generator(provider, streaming, Duration.ofSeconds(20));
  }

  private ChatModelGenerator generator(Provider provider, boolean streaming, Duration idle) {
    String url = server.url().replace("/v1", "");
    ChatModelGenerator.Builder builder =
        streaming
            ? ChatModelGenerator.builder(provider.streaming(url, Models.watched()))
            : ChatModelGenerator.builder(provider.whole(url, Models.watched()));
    return builder.idleTimeout(idle).build();
  }

  private static Generation generate(ChatModelGenerator generator) {
    return generator.generate(REQUEST, CallContext.unbounded());
  }

  private void answers(Provider provider, boolean streaming, String reason) {
    if (streaming) {
      sends(provider, provider.events(PIECES, reason));
    } else {
      server.script(
          (exchange, request) -> ScriptedServer.reply(exchange, 200, provider.reply(SAID, reason)));
    }
  }

  private void sends(Provider provider, List<String> events) {
    server.script(
        (exchange, request) -> {
          try (OutputStream body = open(provider, exchange)) {
            for (String event : events) {
              body.write(event.getBytes(StandardCharsets.UTF_8));
              body.flush();
            }
          }
        });
  }

  private static OutputStream open(Provider provider, HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", provider.type());
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void citesAndCounts(Provider provider, boolean streaming) {
    answers(provider, streaming, provider.reasons().getFirst());
    Generation generation = generate(generator(provider, streaming));
    assertThat(generation.text()).isEqualTo(TEXT);
    assertThat(generation.citations())
        .extracting(Citation::quote)
        .containsExactly("Der Rhein entspringt in Graubünden.");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(generation.model()).contains("served");
    Usage usage =
        Usage.of(Usage.REQUESTS, 1).with(Usage.INPUT_TOKENS, 100).with(Usage.OUTPUT_TOKENS, 20);
    assertThat(generation.usage())
        .isEqualTo(
            switch (provider) {
              case OPENAI, GEMINI ->
                  usage.with(Usage.CACHED_INPUT_TOKENS, 64).with(Usage.REASONING_TOKENS, 5);
              case ANTHROPIC ->
                  usage.with(Usage.CACHED_INPUT_TOKENS, 64).withUnknown(Usage.REASONING_TOKENS);
              case OLLAMA ->
                  usage.withUnknown(Usage.CACHED_INPUT_TOKENS).withUnknown(Usage.REASONING_TOKENS);
            });
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void saysWhyTheModelStopped(Provider provider, boolean streaming) {
    answers(provider, streaming, provider.reasons().get(1));
    assertThat(generate(generator(provider, streaming)).finishReason())
        .isEqualTo(FinishReason.LENGTH);
    if (provider.reasons().size() > 2) {
      answers(provider, streaming, provider.reasons().get(2));
      assertThat(generate(generator(provider, streaming)).finishReason())
          .isEqualTo(FinishReason.CONTENT_FILTER);
    }
  }

  /** Wherever a network cuts what is sent, it is the same answer. */
  @ParameterizedTest
  @EnumSource
  void readsAStreamThatIsSplitAtAnyByte(Provider provider) {
    byte[] sent = bytes(provider);
    ChatModelGenerator generator = generator(provider, true);
    server.script(
        (exchange, request) -> {
          try (OutputStream body = open(provider, exchange)) {
            for (byte one : sent) {
              body.write(one);
              body.flush();
            }
          }
        });
    Generation whole = generate(generator);
    assertThat(whole.text()).isEqualTo(TEXT);
    for (int at = 1; at < sent.length; at += 7) {
      int split = at;
      server.script(
          (exchange, request) -> {
            try (OutputStream body = open(provider, exchange)) {
              body.write(sent, 0, split);
              body.flush();
              body.write(sent, split, sent.length - split);
            }
          });
      assertThat(generate(generator))
          .as("split at " + at)
          .usingRecursiveComparison()
          .isEqualTo(whole);
    }
  }

  /** What ended early is no answer, though the service, or a proxy, ends it in good order. */
  @ParameterizedTest
  @EnumSource
  void failsWhenAStreamEndsAtAnyByteBeforeItsReason(Provider provider) {
    byte[] sent = bytes(provider);
    int reason = new String(sent, StandardCharsets.ISO_8859_1).lastIndexOf("eason\":\"");
    ChatModelGenerator generator =
        generator(provider, true, Duration.ofMillis(30)); // a few models tell of no end
    for (int at = 0; at < sent.length; at += at < reason - 30 ? 17 : 1) {
      int end = at;
      server.script(
          (exchange, request) -> {
            try (OutputStream body = open(provider, exchange)) {
              body.write(sent, 0, end);
            }
          });
      try {
        assertThat(generate(generator).text()).as("cut at " + at).isEqualTo(TEXT);
        assertThat(at).as("an end before the reason").isGreaterThan(reason);
      } catch (ChatModelException e) {
        assertThat(e).as("cut at " + at).hasMessageContaining("'asked'");
      }
    }
  }

  /** Whose service counts with every piece, so that a count is no end. */
  @Test
  void failsWhenAGeminiStreamIsCutThoughNobodyWatches() {
    sends(Provider.GEMINI, Provider.GEMINI.events(PIECES, "STOP").subList(0, 2));
    StreamingChatModel model =
        Provider.GEMINI.streaming(server.url().replace("/v1", ""), JdkHttpClient.builder());
    assertThatThrownBy(() -> generate(ChatModelGenerator.of(model)))
        .isInstanceOf(ChatModelException.class)
        .hasMessageContaining("it was probably cut");
  }

  private static byte[] bytes(Provider provider) {
    return String.join("", provider.events(PIECES, provider.reasons().getFirst()))
        .getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anErrorUnderAGoodStatusIsAFailureInItsServicesWords(Provider provider, boolean streaming) {
    List<String> events = provider.events(PIECES, provider.reasons().getFirst());
    for (int before : IntStream.of(0, events.size() / 2).toArray()) {
      String words = "too many cooks";
      if (streaming) {
        sends(
            provider,
            Stream.concat(
                    events.stream().limit(before),
                    Stream.of(provider.errorEvent(provider.busy(), words)))
                .toList());
      } else {
        server.script(
            (exchange, request) ->
                ScriptedServer.reply(exchange, 200, provider.error(503, provider.busy(), words)));
      }
      ChatModelException failure =
          catchThrowableOfType(
              ChatModelException.class, () -> generate(generator(provider, streaming)));
      assertThat(failure).hasMessageContaining(words);
      if (!provider.busy().isEmpty()) {
        assertThat(failure.retryable()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400,false",
    "401,false",
    "403,false",
    "404,false",
    "408,true",
    "413,false",
    "429,true",
    "500,true",
    "503,true",
    "529,true"
  })
  void saysWhetherAnotherTryMayHelp(int status, boolean retryable) {
    for (Provider provider : Provider.values()) {
      server.script(
          (exchange, request) -> {
            exchange.getResponseHeaders().add("Retry-After", "3");
            ScriptedServer.reply(exchange, status, provider.error(status, "", "because"));
          });
      for (boolean streaming : new boolean[] {false, true}) {
        ChatModelException failure =
            catchThrowableOfType(
                ChatModelException.class, () -> generate(generator(provider, streaming)));
        assertThat(failure)
            .as(provider + (streaming ? ", streamed" : ""))
            .hasMessageContaining("because")
            .hasMessageContaining("'asked'");
        assertThat(failure.retryable()).as(provider + ": " + failure).isEqualTo(retryable);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(3));
      }
    }
    assertThat(server.requests()).as("each asked once").hasSize(2 * Provider.values().length);
  }

  @ParameterizedTest
  @EnumSource
  void endsTheExchangeOfAStreamThatIsNotWanted(Provider provider) throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    List<String> events = provider.events(PIECES, provider.reasons().getFirst());
    int first =
        IntStream.range(0, events.size())
            .filter(i -> events.get(i).contains("Graub"))
            .findFirst()
            .orElseThrow();
    server.script(
        (exchange, request) -> {
          try (OutputStream body = open(provider, exchange)) {
            for (String event : events.subList(0, first)) {
              body.write(event.getBytes(StandardCharsets.UTF_8));
            }
            while (over.getCount() > 0) { // until nobody listens
              body.write(events.get(first).getBytes(StandardCharsets.UTF_8));
              body.flush();
              Thread.sleep(5);
            }
          } catch (IOException e) {
            gone.countDown();
          }
        });
    TokenStream stream = generator(provider, true).stream(REQUEST, CallContext.unbounded());
    Iterator<String> pieces = stream.text().iterator();
    assertThat(pieces.next()).startsWith("In");
    stream.close();
    assertThatThrownBy(
            () -> {
              while (pieces.hasNext()) {
                pieces.next();
              }
            })
        .isInstanceOf(CancelledException.class);
    assertThat(gone.await(10, TimeUnit.SECONDS)).as("the server was hung up on").isTrue();
  }
}
