package dev.ragwright.opensearch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server in front of a node, as many installations have one, whose clock is wrong. */
final class Gateway implements AutoCloseable {
  /** What comes back; of null the node is asked. */
  record Played(int status, String body) {}

  /** A way with what is asked. */
  interface Rule {
    /** What is played, with {@link #ask} to ask the node. */
    @Nullable Played play(HttpExchange asked, String body) throws IOException;
  }

  private final HttpServer server;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String node;
  private final boolean secure;
  private volatile Rule rule = (asked, body) -> null;

  Gateway(String node, @Nullable SSLContext tls) throws IOException {
    this.node = node;
    this.secure = tls != null;
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (tls == null) {
      server = HttpServer.create(address, 0);
    } else {
      HttpsServer https = HttpsServer.create(address, 0);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = https;
    }
    server.createContext("/", this::serve);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  String host() {
    return (secure ? "https" : "http") + "://127.0.0.1:" + server.getAddress().getPort();
  }

  void rule(Rule value) {
    rule = value;
  }

  private void serve(HttpExchange asked) throws IOException {
    try (asked) {
      String body = new String(asked.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Played played = rule.play(asked, body);
      Played reply = played == null ? ask(asked, body) : played;
      byte[] bytes = reply.body.getBytes(StandardCharsets.UTF_8);
      asked.getResponseHeaders().set("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
      asked.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
      asked.getResponseBody().write(bytes);
    }
  }

  /** What the node says. */
  Played ask(HttpExchange asked, String body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(node + asked.getRequestURI()))
            .header("Content-Type", asked.getRequestHeaders().getFirst("Content-Type"))
            .method(asked.getRequestMethod(), HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> reply = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Played(reply.statusCode(), reply.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    http.close();
  }
}
