package dev.ragwright.langchain4j;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback that speaks OpenAI's chat completions, as a test tells it to. */
final class ScriptedServer implements AutoCloseable {

  /** How a request is answered; the exchange is closed behind it. */
  interface Script {
    void answer(HttpExchange exchange, String request) throws Exception;
  }

  static final String USAGE =
      "{\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":64}}";

  static {
    System.setProperty("sun.net.httpserver.nodelay", "true"); // else 40 ms for each small write
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Script script;

  ScriptedServer(Script script) {
    this.script = script;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      requests.add(request);
      script.answer(exchange, request);
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  void script(Script next) {
    script = next;
  }

  List<String> requests() {
    return requests;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  /** Says a text, as a stream if it is asked for one. */
  static Script says(String text) {
    return (exchange, request) -> {
      if (!request.replaceAll("\\s", "").contains("\"stream\":true")) {
        reply(exchange, 200, completion(text, "stop", USAGE));
        return;
      }
      try (OutputStream body = stream(exchange)) {
        for (int from = 0; from < text.length(); from += 3) {
          event(body, piece(text.substring(from, Math.min(text.length(), from + 3))));
        }
        finish(body, "stop", USAGE);
      }
    };
  }

  static Script fails(int status, String body) {
    return (exchange, request) -> reply(exchange, status, body);
  }

  static void reply(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  static String completion(String text, String reason, String usage) {
    return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-x\",\"choices\":"
        + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":%s},\"finish_reason\":%s}]"
            .formatted(quoted(text), quoted(reason))
        + ",\"usage\":"
        + usage
        + "}";
  }

  /** A whole reply to a request for a stream, in one piece. */
  static Script sends(String type, String body) {
    return (exchange, request) -> {
      exchange.getResponseHeaders().add("Content-Type", type);
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  static OutputStream stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  static void event(OutputStream body, String data) throws IOException {
    body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    body.flush();
  }

  static String piece(String text) {
    return chunk("{\"content\":" + quoted(text) + "}", "null");
  }

  static void finish(OutputStream body, String reason, String usage) throws IOException {
    event(body, chunk("{}", quoted(reason)));
    event(
        body,
        "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-x\","
            + "\"choices\":[],\"usage\":"
            + usage
            + "}");
    event(body, "[DONE]");
  }

  static String chunk(String delta, String reason) {
    return "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-x\","
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + reason
        + "}]}";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
