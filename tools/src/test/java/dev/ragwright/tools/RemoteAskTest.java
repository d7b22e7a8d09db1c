package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.experiment.report.ExperimentReport;
import dev.ragwright.generate.Generator;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs it as a user does, against a server on loopback that is busy the first time. */
class RemoteAskTest {
  @TempDir Path root;

  private final List<String> paths = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(
        root.resolve("corpus.jsonl"),
        """
        {"_id": "pump", "title": "Pump", "text": "The filter of the pump is replaced every 400 hours."}
        """);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      paths.add(exchange.getRequestURI().getPath());
      if (paths.size() == 1) {
        send(exchange, 503, "application/json", "{\"error\":{\"message\":\"loading\"}}");
      } else if (request.replaceAll("\\s", "").contains("\"stream\":true")) {
        String chunk =
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"other\",\"choices\":"
                + "[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n";
        send(
            exchange,
            200,
            "text/event-stream",
            chunk.formatted("{\"content\":\"Every 400 hours [1].\"}", "null")
                + chunk.formatted("{}", "\"stop\"")
                + "data: [DONE]\n\n");
      } else {
        send(
            exchange,
            200,
            "application/json",
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"other\",\"choices\":[{\"index\":0,"
                + "\"message\":{\"role\":\"assistant\",\"content\":\"Every 400 hours [1].\"},"
                + "\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":100,"
                + "\"completion_tokens\":5,\"total_tokens\":105}}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private Program.Run ask(String url, String... more) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--base-url",
                url,
                "--model",
                "small",
                "--data",
                root.toString(),
                "--question",
                "How often is the filter replaced?"));
    all.addAll(List.of(more));
    return Program.run(RemoteAsk.class, root, all);
  }

  @Test
  void asksAgainAndSaysWhatItTook() throws Exception {
    Program.Run run = ask(url(), "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode json = new JsonMapper().readTree(run.out());
    assertThat(json.path("answer").asText()).isEqualTo("Every 400 hours.");
    assertThat(json.path("finish").asText()).isEqualTo("LENGTH");
    assertThat(json.path("citations")).hasSize(1);
    JsonNode generate = json.path("stages").get(2);
    assertThat(generate.path("parts")).hasSize(2);
    assertThat(generate.path("parts").get(0).path("error").asText()).contains("loading");
    assertThat(generate.path("parts").get(1).toString()).contains("\"served\":\"other\"");
    assertThat(paths).as("a path was added").containsOnly("/v1/chat/completions").hasSize(2);
  }

  @Test
  void printsAStream() throws Exception {
    Program.Run run = ask(url() + "/v1", "--stream");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("Every 400 hours.").contains("pump").contains("attempt");
  }

  @Test
  void aKeyThatCannotBeOneIsNotShown() {
    assertThat(RemoteAsk.key("KEY", " sk-1234 \n")).isEqualTo("sk-1234");
    for (String key : List.of("sk-12\n34", "sk-12\r\nX-Other: 34", "sk-12 34", "sk-12\u00e934")) {
      assertThatThrownBy(() -> RemoteAsk.key("KEY", key))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("--api-key-env: what KEY has cannot be a key: there is a line")
          .hasMessageNotContaining("12");
    }
    for (String blank : new String[] {null, "", " \n"}) {
      assertThatThrownBy(() -> RemoteAsk.key("KEY", blank))
          .hasMessage("--api-key-env: the environment variable KEY is not set, or blank");
    }
  }

  /** Nor in a result, whether the service answered or repeated the key. */
  @Test
  void aKeyIsInNoMemo() throws Exception {
    String key = "sk-abcdefgh12345678";
    server.removeContext("/");
    server.createContext(
        "/",
        exchange -> {
          paths.add("asked");
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            if (paths.size() > 1) {
              send(
                  exchange,
                  401,
                  "application/json",
                  "{\"error\":{\"message\":\"no " + key + "\"}}");
            } else {
              send(
                  exchange,
                  200,
                  "application/json",
                  "{\"model\":\"other\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Yearly.\"},\"finish_reason\":\"stop\"}]}");
            }
          }
        });
    Generator hosted =
        ChatModelGenerator.of(
            OpenAiChatModel.builder()
                .httpClientBuilder(
                    JdkHttpClient.builder()
                        .httpClientBuilder(
                            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)))
                .baseUrl(url() + "/v1")
                .apiKey(key)
                .modelName("small")
                .maxRetries(0)
                .build());
    Retriever found =
        ((Retriever)
                (request, context) ->
                    Retrieval.of(List.of(new Hit(Passage.of("p", "Yearly."), 1, "bm25"))))
            .named("found");
    EvalSet set =
        EvalSet.of(
            "set",
            List.of(
                new Question("a", "How often?", List.of("Yearly.")),
                new Question("b", "And why?", List.of("Yearly."))),
            Qrels.ofGrades(Map.of()));
    ExperimentResult result =
        Experiment.over(set)
            .fix(Factor.RETRIEVER, found)
            .fix(Factor.GENERATOR, hosted)
            .measure(TokenF1.squad())
            .memo(root.resolve("memo"))
            .build()
            .run(Progress.none());
    result.writeJson(root.resolve("result.json"));
    assertThat(result.arms().getFirst().failed()).isPositive();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(key);
      }
    }
    assertThat(ExperimentReport.of(result).html()).doesNotContain(key);
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    assertThat(ask(url(), "--retries", "0").err())
        .contains("error: ")
        .contains("the chat model 'small' failed: ")
        .contains("loading");
    assertThat(ask("localhost:8080").err())
        .contains("--base-url must begin with http:// or https:// and a host, was localhost:8080");
    assertThat(ask(url(), "--api-key-env", "RAGWRIGHT_NO_SUCH_KEY").err())
        .contains("the environment variable RAGWRIGHT_NO_SUCH_KEY is not set, or blank");
    server.stop(0);
    Program.Run gone = ask(url(), "--retries", "0");
    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.err()).contains("no connection to " + url());
  }
}
