package dev.ragwright.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A service on this machine that speaks OpenAI's protocol and says the same to anything. */
final class StubService implements AutoCloseable {
  private static final String CHUNK =
      "{\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":";

  private final HttpServer server;
  private volatile String request = "";
  private volatile String authorization = "";
  private volatile int failure;

  StubService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort() + "/v1";
  }

  /** The body of the last request. */
  String request() {
    return request;
  }

  String authorization() {
    return authorization;
  }

  void failWith(int status) {
    failure = status;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (failure != 0) {
        byte[] error = "{\"error\":{\"message\":\"not now\"}}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(failure, error.length);
        exchange.getResponseBody().write(error);
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream body = exchange.getResponseBody();
      for (String piece : new String[] {"Rotate it", " every year", " [1]."}) {
        event(body, "[{\"index\":0,\"delta\":{\"content\":\"" + piece + "\"}}]}");
      }
      event(body, "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
      event(
          body,
          "[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":10,\"total_tokens\":1010}}");
      write(body, "[DONE]");
    }
  }

  private static void event(OutputStream body, String choices) throws IOException {
    write(body, CHUNK + choices);
  }

  private static void write(OutputStream body, String data) throws IOException {
    body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    body.flush();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
