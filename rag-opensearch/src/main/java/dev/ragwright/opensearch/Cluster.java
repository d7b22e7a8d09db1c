package dev.ragwright.opensearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster, each of which can answer for all. A call goes to one, and to the next
 * where that one is not there or has no manager, until one answers or the call's time is up; so it
 * has to be one that may be made twice. Safe to share.
 */
final class Cluster implements AutoCloseable {
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  /** What nodes say, with status 500, of a node that has just gone. */
  private static final Set<String> LOST =
      Set.of(
          "node_disconnected_exception",
          "node_not_connected_exception",
          "node_closed_exception",
          "connect_transport_exception",
          "no_shard_available_action_exception",
          "send_request_transport_exception");

  private static final int WORDS = 500;

  static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final List<URI> hosts;
  private final @Nullable String authorization;
  private final Duration patience;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A cluster.
   *
   * @param authorization the header's value; null for none
   * @param patience how long a call without a deadline goes on from node to node
   */
  Cluster(HttpClient http, List<URI> hosts, @Nullable String authorization, Duration patience) {
    this.http = http;
    this.hosts = hosts;
    this.authorization = authorization;
    this.patience = patience;
  }

  /**
   * What came back.
   *
   * @param status below 500, but for one that passes
   * @param elastic whether it names Elasticsearch as its product, as each of its replies does
   */
  record Reply(int status, String body, boolean elastic) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new EngineException(
            "the cluster's reply is no JSON, so what answers is no engine: " + cut(body), e, false);
      }
    }

    /** Whether another try may get another reply: of a node that is busy, or has lost another. */
    boolean passes() {
      return PASSING.contains(status)
          || (status == 500 && LOST.stream().anyMatch(type -> body.contains('"' + type + '"')));
    }

    /** The reply, which has to be a success. */
    Reply good(String what) {
      if (status / 100 == 2) {
        return this;
      }
      throw new EngineException(
          "the cluster refused to %s with status %s: %s".formatted(what, status, said()), passes());
    }

    /** The engine's words. */
    String said() {
      try {
        JsonNode error = JSON.readTree(body).path("error");
        JsonNode cause = error.path("root_cause").path(0);
        String words =
            error.isTextual()
                ? error.asText()
                : cause.path("reason").asText(error.path("reason").asText(""));
        JsonNode deeper = error.path("caused_by").path("reason");
        return words.isEmpty()
            ? cut(body)
            : cut(
                deeper.isTextual() && !words.contains(deeper.asText())
                    ? words + ": " + deeper.asText()
                    : words);
      } catch (JsonProcessingException e) {
        return cut(body);
      }
    }
  }

  static String cut(String text) {
    return text.length() <= WORDS ? text.strip() : text.substring(0, WORDS).strip() + "...";
  }

  Reply get(String path, CallContext context) {
    return send("GET", path, null, "application/json", context);
  }

  Reply send(String method, String path, @Nullable JsonNode body, CallContext context) {
    return send(method, path, body == null ? null : body.toString(), "application/json", context);
  }

  Reply send(String method, String path, @Nullable String body, String type, CallContext context) {
    long start = System.nanoTime();
    Duration pause = PAUSE;
    for (int tried = 1; ; tried++) {
      check();
      URI host = hosts.get(Math.floorMod(next.getAndIncrement(), hosts.size()));
      EngineException failure;
      try {
        Reply reply = once(host, method, path, body, type, context);
        if (!reply.passes()) {
          return reply;
        }
        failure =
            new EngineException(
                "%s answered with status %s: %s".formatted(host, reply.status(), reply.said()),
                true);
      } catch (IOException e) {
        failure =
            new EngineException(
                "no answer from %s: %s; check the address, and whether the node runs"
                    .formatted(host, e.getMessage() == null ? e.toString() : e.getMessage()),
                e,
                true);
      }
      context.throwIfStopped();
      check();
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new EngineException(
            "%s, after %s tries of %s nodes in %s; patience(...) of the builder allows more time"
                .formatted(failure.getMessage(), tried, hosts.size(), patience),
            failure,
            true);
      }
      if (tried % hosts.size() == 0) {
        Interrupts.pause(pause, context);
        pause =
            pause.multipliedBy(2).compareTo(Duration.ofSeconds(2)) < 0
                ? pause.multipliedBy(2)
                : pause;
      }
    }
  }

  @SuppressWarnings("try") // the registration only has to be closed
  private Reply once(
      URI host, String method, String path, @Nullable String body, String type, CallContext context)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(host + path))
            .header("Content-Type", type)
            .timeout(timeout(context))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    context.throwIfStopped();
    CompletableFuture<HttpResponse<String>> reply =
        http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    boolean interrupted = false;
    try (CallContext.Registration registration = context.onStop(() -> reply.cancel(true))) {
      while (true) {
        try {
          HttpResponse<String> response = reply.get();
          boolean elastic =
              response
                  .headers()
                  .firstValue("X-elastic-product")
                  .equals(Optional.of("Elasticsearch"));
          return new Reply(response.statusCode(), response.body(), elastic);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (CancellationException e) {
          context.throwIfStopped();
          throw new IOException("the call is over", e);
        } catch (ExecutionException e) {
          context.throwIfStopped();
          throw e.getCause() instanceof IOException failure
              ? failure
              : new IOException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What is left of the call, and at least what a request may have. */
  private Duration timeout(CallContext context) {
    Duration left =
        context.remaining().filter(most -> most.compareTo(patience) < 0).orElse(patience);
    return left.compareTo(LEAST) < 0 ? LEAST : left;
  }

  void check() {
    if (closed.get()) {
      throw new IllegalStateException("the index at " + this + " is closed");
    }
  }

  /** Closes the connections; calls that run are refused. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      http.shutdownNow();
    }
  }

  @Override
  public String toString() {
    return hosts.toString();
  }
}
