package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.http.client.jdk.JdkHttpClientBuilder;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key is in nothing that is shown or kept, whatever a service says of it. */
class KeysTest {
  private static final Retriever FOUND =
      (request, context) ->
          Retrieval.of(List.of(new Hit(Passage.of("p", "The key is under the mat."), 1, "bm25")));

  private static JdkHttpClientBuilder watched() {
    return JdkHttpClient.builder()
        .httpClientBuilder(
            LangChain4j.watched(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)));
  }

  private static JdkHttpClientBuilder plain() {
    return JdkHttpClient.builder()
        .httpClientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1));
  }

  private static List<Generator> generators(String url, String key, JdkHttpClientBuilder http) {
    ChatModel whole =
        OpenAiChatModel.builder()
            .httpClientBuilder(http)
            .baseUrl(url)
            .apiKey(key)
            .modelName("gpt-x")
            .maxRetries(0)
            .build();
    StreamingChatModel streams =
        OpenAiStreamingChatModel.builder()
            .httpClientBuilder(http)
            .baseUrl(url)
            .apiKey(key)
            .modelName("gpt-x")
            .build();
    return List.of(ChatModelGenerator.of(whole), ChatModelGenerator.of(streams));
  }

  /** All that a failure shows: its text, its causes, its stack and its trace. */
  private static String shown(Throwable failure) {
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    for (Throwable one = failure; one != null; one = one.getCause()) {
      all.append('\n').append(one.toString());
      if (one instanceof StageException stage) {
        all.append(stage.trace().toJson()).append(stage.trace().summary());
      }
    }
    return all.toString();
  }

  private static void assertKept(String secret, Generator generator) {
    assertThat(generator.description().toString() + generator).doesNotContain(secret);
    RagPipeline rag = RagPipeline.builder().retriever(FOUND).generator(generator).build();
    Throwable failure = catchThrowable(() -> rag.ask("Where is it?"));
    assertThat(failure).isInstanceOf(RagException.class);
    assertThat(shown(failure)).doesNotContain(secret);
    assertThat(rag.description().toString()).doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-abcdefgh12345678",
        "0123456789abcdef0123",
        "AIzaSyA-1234567890_abcdefghijklmnop"
      })
  void aServiceThatRepeatsItIsNotQuoted(String key) {
    List<ScriptedServer.Script> scripts = new ArrayList<>();
    for (int status : List.of(400, 401, 403, 429, 500)) {
      scripts.add(
          (exchange, request) ->
              ScriptedServer.reply(
                  exchange,
                  status,
                  "{\"error\":{\"message\":\"no such key: "
                      + exchange.getRequestHeaders().getFirst("Authorization")
                      + "\",\"type\":\"invalid_request_error\"}}"));
    }
    scripts.add(
        (exchange, request) ->
            ScriptedServer.reply(
                exchange, 401, exchange.getRequestHeaders().getFirst("Authorization")));
    scripts.add(
        (exchange, request) ->
            ScriptedServer.reply(
                exchange, 200, "{\"error\":{\"message\":\"key " + key + " is not known\"}}"));
    for (ScriptedServer.Script script : scripts) {
      try (ScriptedServer server = new ScriptedServer(script)) {
        generators(server.url(), key, watched()).forEach(generator -> assertKept(key, generator));
      }
    }
  }

  /** Where services and what stands before them have their keys; none has the look of one. */
  @Test
  void keysOfOtherHeadersAndOfTheQueryAreNotQuotedEither() {
    String key = "plainwords";
    try (ScriptedServer server =
        new ScriptedServer(
            (exchange, request) ->
                ScriptedServer.reply(
                    exchange,
                    401,
                    "{\"error\":{\"message\":\"who is "
                        + exchange.getRequestURI().getQuery()
                        + " and "
                        + exchange.getRequestHeaders().getFirst("Ocp-Apim-Subscription-Key")
                        + "?\"}}"))) {
      OpenAiChatModel inQuery =
          OpenAiChatModel.builder()
              .httpClientBuilder(watched())
              .baseUrl(server.url())
              .customQueryParams(Map.of("key", key))
              .modelName("gpt-x")
              .maxRetries(0)
              .build();
      OpenAiChatModel inHeader =
          OpenAiChatModel.builder()
              .httpClientBuilder(watched())
              .baseUrl(server.url())
              .customHeaders(Map.of("Ocp-Apim-Subscription-Key", key))
              .modelName("gpt-x")
              .maxRetries(0)
              .build();
      assertKept(key, ChatModelGenerator.of(inQuery));
      assertKept(key, ChatModelGenerator.of(inHeader));
      assertThat(server.requests()).hasSize(2);
    }
  }

  /** Without a watched client a key is known by how it looks, or stands. */
  @Test
  void whereTheClientIsNotWatchedKeysAreKnownByTheirLooks() {
    for (String key : List.of("sk-abcdefgh12345678", "AIzaSyA-1234567890_abcdefghijklmnop")) {
      try (ScriptedServer server =
          new ScriptedServer(
              (exchange, request) ->
                  ScriptedServer.reply(
                      exchange,
                      401,
                      "{\"error\":{\"message\":\"Incorrect API key provided: " + key + ".\"}}"))) {
        generators(server.url(), key, plain()).forEach(generator -> assertKept(key, generator));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret\nkey", "secret\r\nX-Other: key", "secret\u0000key"})
  void aKeyThatNoHeaderMayHaveIsNotShown(String key) {
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.says("Under the mat. [1]"))) {
      for (JdkHttpClientBuilder http : List.of(watched(), plain())) {
        for (Generator generator : generators(server.url(), key, http)) {
          RagPipeline rag = RagPipeline.builder().retriever(FOUND).generator(generator).build();
          Throwable failure = catchThrowable(() -> rag.ask("Where is it?"));
          assertThat(failure).isInstanceOf(StageException.class);
          assertThat(shown(failure))
              .doesNotContain("secret")
              .contains("key that its builder was given");
        }
      }
      assertThat(server.requests()).isEmpty();
    }
  }

  /** The JDK sends letters beyond ASCII, so it is the service that refuses such a key, or not. */
  @Test
  void aKeyWithALetterBeyondAsciiIsSent() {
    String key = "secretk\u00e9y";
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.says("Under the mat. [1]"))) {
      for (JdkHttpClientBuilder http : List.of(watched(), plain())) {
        for (Generator generator : generators(server.url(), key, http)) {
          Answer answer =
              RagPipeline.builder().retriever(FOUND).generator(generator).build().ask("Where?");
          assertThat(answer.text()).isEqualTo("Under the mat.");
          assertThat(answer.trace().toJson()).doesNotContain("secret");
        }
      }
      assertThat(server.requests()).hasSize(4);
    }
  }

  @Test
  void anEmbeddingModelIsNotQuotedEither() {
    String key = "sk-abcdefgh12345678";
    try (ScriptedServer server =
        new ScriptedServer(
            (exchange, request) ->
                ScriptedServer.reply(
                    exchange,
                    401,
                    "{\"error\":{\"message\":\"Incorrect API key provided: " + key + "\"}}"))) {
      EmbeddingModel model =
          OpenAiEmbeddingModel.builder()
              .httpClientBuilder(plain())
              .baseUrl(server.url())
              .apiKey(key)
              .modelName("e")
              .dimensions(2)
              .maxRetries(0)
              .build();
      Throwable failure =
          catchThrowable(() -> LangChain4j.embedder(model, "e").embedQuery("where?"));
      assertThat(failure).isInstanceOf(EmbeddingModelException.class);
      assertThat(shown(failure)).doesNotContain(key);
    }
  }

  @Test
  void anAnswerHasNone() {
    String key = "sk-abcdefgh12345678";
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.says("Under the mat. [1]"))) {
      for (Generator generator : generators(server.url(), key, watched())) {
        Answer answer =
            RagPipeline.builder().retriever(FOUND).generator(generator).build().ask("Where?");
        assertThat(answer.trace().toJson() + answer.trace().summary() + answer.body())
            .doesNotContain(key);
      }
    }
  }
}
