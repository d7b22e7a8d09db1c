package dev.ragwright.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Lifecycle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster, each of which can answer for all. A call goes to one, and to the next
 * where that one is not there or has no manager, until one answers or the call's time is up; so it
 * has to be one that may be made twice. Safe to share.
 *
 * <p>A node that says nothing looks like one that works: its machine may be gone, or the network
 * between may swallow what is sent. Therefore a silent one is not waited for alone. When it has had
 * half of the call's time, and for a search at most {@link #SHARE}, the next is asked beside it,
 * and who answers first is heard. The first is not given up, since it may just have much to do: a
 * search that takes longer than that costs the cluster up to one more for each of its hosts, and
 * ends. A write is much to do more often, so it is sent twice only where half of its time has gone.
 *
 * <p>A host that failed or was silent is asked last for {@link #REST}, so that one that is gone
 * costs a wait once in that time, and not every call.
 */
final class Cluster implements AutoCloseable {
  private static final Duration SHARE = Duration.ofSeconds(2);
  private static final Duration REST = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  /** What nodes say, with status 500, of a node that has just gone. */
  private static final Set<String> LOST =
      Set.of(
          "node_disconnected_exception",
          "node_not_connected_exception",
          "node_closed_exception",
          "connect_transport_exception",
          "no_shard_available_action_exception",
          "send_request_transport_exception",
          "search_context_missing_exception"); // 404: of a node that came back meanwhile

  private static final int WORDS = 500;

  /** Without the parser's own limits: what it reads is what was written here, however long. */
  static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxStringLength(Integer.MAX_VALUE)
                      .maxNameLength(Integer.MAX_VALUE)
                      .build())
              .build());

  private final HttpClient http;
  private final List<Host> hosts;
  private final @Nullable String authorization;
  private final Duration patience;
  private final AtomicInteger next = new AtomicInteger();
  private final Lifecycle lifecycle;

  /**
   * A cluster.
   *
   * @param authorization the header's value; null for none
   * @param patience how long a call without a deadline goes on from node to node
   */
  Cluster(HttpClient http, List<URI> hosts, @Nullable String authorization, Duration patience) {
    this.http = http;
    this.hosts = hosts.stream().map(Host::new).toList();
    this.authorization = authorization;
    this.patience = patience;
    this.lifecycle = new Lifecycle("the index at " + hosts);
  }

  /** An address, and when it last failed. */
  private static final class Host {
    final URI address;
    private volatile long failed = System.nanoTime() - REST.toNanos();

    Host(URI address) {
      this.address = address;
    }

    void failed() {
      failed = System.nanoTime();
    }

    void answered() {
      failed = System.nanoTime() - REST.toNanos();
    }

    boolean rests() {
      return System.nanoTime() - failed < REST.toNanos();
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /** What came back: its status is below 500, but for one that passes. */
  static final class Reply {
    private final int status;
    private final byte[] bytes;
    private final boolean elastic;

    private Reply(int status, byte[] bytes, boolean elastic) {
      this.status = status;
      this.bytes = bytes;
      this.elastic = elastic;
    }

    /** Whether it names Elasticsearch as its product, as each of its replies does. */
    boolean elastic() {
      return elastic;
    }

    int status() {
      return status;
    }

    String body() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return JSON.readTree(bytes);
      } catch (JsonProcessingException e) {
        throw new EngineException(
            "the cluster's reply is no JSON, so what answers is no engine: " + cut(body()),
            e,
            false);
      } catch (IOException e) {
        throw new UncheckedIOException(e); // an array throws none
      }
    }

    /** Whether another try may get another reply: of a node that is busy, or has lost another. */
    boolean passes() {
      if (PASSING.contains(status)) {
        return true;
      }
      if (status != 500 && status != 404) {
        return false;
      }
      String body = body();
      return LOST.stream().anyMatch(type -> body.contains('"' + type + '"'));
    }

    /** The reply, which has to be a success. */
    Reply good(String what) {
      if (status / 100 == 2) {
        return this;
      }
      throw new EngineException(
          "the cluster refused to %s with status %s: %s%s"
              .formatted(
                  what,
                  status,
                  said(),
                  status == 401 || status == 403
                      ? "; basicAuth(...) or apiKey(...) of the builder tells who asks"
                      : ""),
          passes());
    }

    /** The engine's words. */
    String said() {
      String body = body();
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

  /** Whether an error's type is of a node that has just gone. */
  static boolean lost(String type) {
    return LOST.contains(type);
  }

  Duration patience() {
    return patience;
  }

  /** The pause behind one of this length: twice as long, up to two seconds. */
  static Duration longer(Duration pause) {
    Duration longer = pause.multipliedBy(2);
    return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
  }

  static String cut(String text) {
    return text.length() <= WORDS ? text.strip() : text.substring(0, WORDS).strip() + "...";
  }

  Reply get(String path, CallContext context) {
    return send("GET", path, null, context);
  }

  Reply send(String method, String path, @Nullable JsonNode body, CallContext context) {
    return send(method, path, body, context, patience);
  }

  /**
   * Sends a body.
   *
   * @param most how long it may take, however near the context's deadline is
   */
  Reply send(
      String method, String path, @Nullable JsonNode body, CallContext context, Duration most) {
    try {
      HttpRequest.BodyPublisher sent =
          body == null
              ? HttpRequest.BodyPublishers.noBody()
              : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
      return send(method, path, sent, "application/json", context, most);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // a tree throws none
    }
  }

  /** Sends a body, which may be read several times. */
  Reply send(
      String method,
      String path,
      HttpRequest.BodyPublisher body,
      String type,
      CallContext context) {
    return send(method, path, body, type, context, patience);
  }

  @SuppressWarnings("try") // the lease only has to be closed
  private Reply send(
      String method,
      String path,
      HttpRequest.BodyPublisher body,
      String type,
      CallContext context,
      Duration most) {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      Call call = new Call(method, path, body, type, context, most);
      try {
        return call.reply();
      } finally {
        call.end();
      }
    }
  }

  /** The hosts in turn, those that rest behind the others. */
  private Deque<Host> turn() {
    int first = Math.floorMod(next.getAndIncrement(), hosts.size());
    Deque<Host> turn = new ArrayDeque<>();
    List<Host> resting = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      Host host = hosts.get((first + i) % hosts.size());
      Collection<Host> place = host.rests() ? resting : turn;
      place.add(host);
    }
    turn.addAll(resting);
    return turn;
  }

  /** One call on its way from host to host. For one thread. */
  private final class Call {
    private final String method;
    private final String path;
    private final HttpRequest.BodyPublisher body;
    private final String type;
    private final CallContext context;

    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final List<Try> running = new ArrayList<>();
    private final long start = System.nanoTime();
    private final long time;
    private Deque<Host> turn = turn();
    private long askNext = start;
    private Duration pause = PAUSE;
    private int tried;
    private final Set<Host> refused = new HashSet<>();
    private @Nullable Reply reply;
    private @Nullable EngineException failure;

    /**
     * A host that is asked, on a thread of its own, whose interrupt ends it. What {@code sendAsync}
     * returns is completed by the JVM's common pool, where whoever asks may hold the last thread.
     */
    private final class Try implements Runnable {
      final Host host;
      private final HttpRequest request;
      private @Nullable Thread thread;

      Try(Host host, HttpRequest request) {
        this.host = host;
        this.request = request;
      }

      void start() {
        thread = Thread.ofVirtual().name("ragwright-engine").start(this);
      }

      @Override
      public void run() {
        try {
          HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
          events.add(() -> answered(this, answer));
        } catch (IOException | InterruptedException | RuntimeException e) {
          events.add(() -> failed(this, e));
        }
      }

      void end() {
        if (thread != null) {
          thread.interrupt();
        }
      }
    }

    Call(
        String method,
        String path,
        HttpRequest.BodyPublisher body,
        String type,
        CallContext context,
        Duration most) {
      this.method = method;
      this.path = path;
      this.body = body;
      this.type = type;
      this.context = context;
      this.time =
          context.remaining().filter(left -> left.compareTo(most) < 0).orElse(most).toNanos();
    }

    @SuppressWarnings("try") // the registration only has to be closed
    Reply reply() {
      boolean interrupted = false;
      try (CallContext.Registration registration = context.onStop(() -> events.add(() -> {}))) {
        while (true) {
          long now = System.nanoTime();
          if (now - askNext >= 0) {
            ask(now);
          }
          try {
            Runnable event =
                events.poll(Math.min(askNext, start + time) - now, TimeUnit.NANOSECONDS);
            if (event != null) {
              event.run();
            }
          } catch (InterruptedException e) {
            interrupted = true;
          }
          if (reply != null) {
            return reply;
          }
          context.throwIfStopped();
          if (refused.size() == hosts.size() || System.nanoTime() - start >= time) {
            throw failure();
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    /** Asks the next host, beside those that have not answered yet. */
    private void ask(long now) {
      if (!running.isEmpty()) {
        running.getLast().host.failed();
      }
      if (running.size() >= Math.max(2, hosts.size())) {
        askNext = start + time; // each is asked, and one of them on two connections
        return;
      }
      if (turn.isEmpty()) {
        turn = turn();
        turn.removeAll(refused);
      }
      Host host = turn.removeFirst();
      long left = start + time - now;
      boolean searches = method.equals("GET") || path.contains("/_search");
      askNext = now + (searches ? Math.min(SHARE.toNanos(), left / 2) : left / 2);
      tried++;
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(host + path))
              .header("Content-Type", type)
              .method(method, body);
      if (authorization != null) {
        request.header("Authorization", authorization);
      }
      Try one = new Try(host, request.build());
      running.add(one);
      one.start();
    }

    private void answered(Try one, HttpResponse<byte[]> answer) {
      running.remove(one);
      Optional<String> product = answer.headers().firstValue("X-elastic-product");
      boolean elastic = product.equals(Optional.of("Elasticsearch"));
      Reply found = new Reply(answer.statusCode(), withoutSecret(answer), elastic);
      if (!found.passes()) {
        one.host.answered();
        reply = found;
        return;
      }
      failed(
          one,
          new EngineException(
              "%s answered with status %s: %s".formatted(one.host, found.status(), found.said()),
              true));
    }

    private void failed(Try one, Exception thrown) {
      running.remove(one);
      String distrust = distrust(thrown);
      if (distrust != null) {
        refused.add(one.host);
        failed(
            one,
            new EngineException(
                "the certificate of %s is refused: %s; tls(...) of the builder takes an authority that it trusts, and a host is given by a name that its certificate has"
                    .formatted(one.host, distrust),
                thrown,
                false));
      } else {
        failed(
            one,
            new EngineException(
                "no answer from %s: %s; check the address, and whether the node runs"
                    .formatted(
                        one.host,
                        thrown.getMessage() == null ? thrown.toString() : thrown.getMessage()),
                thrown,
                true));
      }
    }

    private void failed(Try one, EngineException how) {
      failure = how;
      one.host.failed();
      askNext = System.nanoTime();
      if (turn.isEmpty()) {
        askNext += pause.toNanos();
        pause = longer(pause);
      }
    }

    private EngineException failure() {
      EngineException last = failure;
      if (last != null && !last.retryable()) {
        return last;
      }
      String said =
          last == null
              ? "no answer from %s, which said nothing".formatted(hosts)
              : last.getMessage();
      String told =
          "%s, after %s tries of %s nodes in %s; patience(...) of the builder allows more time"
              .formatted(said, tried, hosts.size(), Duration.ofNanos(time));
      return last == null ? new EngineException(told, true) : new EngineException(told, last, true);
    }

    /** Ends what still runs. */
    void end() {
      running.forEach(Try::end);
    }
  }

  /** Why a certificate was refused; null if none was. */
  private static @Nullable String distrust(@Nullable Throwable thrown) {
    boolean secure = false;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      secure |= cause instanceof SSLException;
      if (secure && cause instanceof CertificateException) {
        return cause.getMessage();
      }
    }
    return null;
  }

  /** A body, in which a server that repeats what it was sent shows no secret. */
  private byte[] withoutSecret(HttpResponse<byte[]> response) {
    if (authorization == null || response.statusCode() / 100 == 2) {
      return response.body();
    }
    String secret = authorization.substring(authorization.indexOf(' ') + 1);
    return new String(response.body(), StandardCharsets.UTF_8)
        .replace(secret, "***")
        .getBytes(StandardCharsets.UTF_8);
  }

  void check() {
    lifecycle.acquire().close();
  }

  /** Refuses new calls, waits for those that run, and closes the connections. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(http::shutdownNow);
  }

  @Override
  public String toString() {
    return hosts.toString();
  }
}
