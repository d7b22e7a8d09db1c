package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Documents on their way into an index, in requests of a bounded size: one is filled while the one
 * before is on its way, so what waits takes twice that size however many documents there are. A
 * request is sent when all before it are in, so the last of several documents of one id is what
 * stays. What the engine has no room for at the moment is sent again, and what it refuses is told
 * at the end. Each document has its id, so one may be sent twice. For one thread.
 */
final class Bulk {
  private static final int BYTES = 5_000_000;
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** What is read of the reply: all else is a hundred bytes for each document. */
  private static final String READ = "?filter_path=items.*.status,items.*.error";

  private final Cluster cluster;
  private final String index;
  private final CallContext context;
  private Request filling = new Request();
  private Request spare = new Request();
  private @Nullable FutureTask<?> sending;
  private int most = BYTES;
  private int refused;
  private String firstRefused = "";

  Bulk(Cluster cluster, String index, CallContext context) {
    this.cluster = cluster;
    this.index = index;
    this.context = context;
  }

  /** Deletes a document by the engine's id. */
  void delete(String key) {
    put(key, "delete", key, new byte[0]);
  }

  /** Puts a document on one line, in place of one of the same id. */
  void put(String id, byte[] document) {
    put(id, "index", Keys.digest(id), document);
  }

  private void put(String id, String action, String key, byte[] document) {
    if (filling.has(id)) {
      flush(); // one that is sent again must not come behind its successor
    }
    filling.add(id, "{\"" + action + "\":{\"_id\":\"" + key + "\"}}\n", document);
    if (filling.size() >= most) {
      flush();
    }
  }

  /** Sends what waits, as soon as what was sent before is in. */
  private void flush() {
    await();
    if (filling.isEmpty()) {
      return;
    }
    Request full = filling;
    filling = spare;
    filling.clear();
    spare = full;
    FutureTask<?> task = new FutureTask<>(() -> send(full), null);
    sending = task;
    Thread.ofVirtual().name("ragwright-bulk").start(task);
  }

  private void await() {
    FutureTask<?> task = sending;
    if (task == null) {
      return;
    }
    sending = null;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get(); // its calls end with the context
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void send(Request request) {
    Request left = request;
    Duration pause = PAUSE;
    long start = System.nanoTime();
    while (!left.isEmpty()) {
      Cluster.Reply reply = sent(left);
      if (reply.status() == 413) {
        most = Math.max(1, Math.min(most, left.size() / 2)); // the next ones fit at once
        if (left.count() == 1) {
          refuse(left.id(0), left.size() + " bytes are more than the cluster takes in a request");
        } else {
          send(left.part(0, left.count() / 2));
          send(left.part(left.count() / 2, left.count()));
        }
        return;
      }
      JsonNode items = reply.json().path("items");
      if (items.size() != left.count()) {
        throw new EngineException(
            "the cluster told of %s documents, and was sent %s: %s"
                .formatted(items.size(), left.count(), Cluster.cut(reply.body())),
            false);
      }
      Request again = new Request();
      for (int i = 0; i < left.count(); i++) {
        JsonNode item = items.get(i).elements().next();
        int status = item.path("status").asInt();
        JsonNode error = item.path("error");
        if (status == 429 || status == 503 || Cluster.lost(error.path("type").asText())) {
          again.add(left, i);
        } else if (status / 100 != 2 && !error.isMissingNode()) { // a deletion of nothing has none
          String deeper = error.path("caused_by").path("reason").asText("");
          refuse(
              left.id(i),
              error.path("reason").asText("status " + status)
                  + (deeper.isEmpty() ? "" : ": " + deeper));
        }
      }
      if (!again.isEmpty()) {
        if (System.nanoTime() - start > cluster.patience().toNanos()) {
          throw new EngineException(
              String.format(
                  Locale.ROOT,
                  "the cluster had no room for %d of %d passages within %s, the first of them '%s'; patience(...) of the builder allows more time",
                  again.count(),
                  request.count(),
                  cluster.patience(),
                  again.id(0)),
              true);
        }
        Interrupts.pause(pause, context);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
      left = again;
    }
  }

  private Cluster.Reply sent(Request request) {
    try {
      Cluster.Reply reply =
          cluster.send(
              "POST",
              "/" + index + "/_bulk" + READ,
              request.body(),
              "application/x-ndjson",
              context);
      return reply.status() == 413 ? reply : reply.good("add passages");
    } catch (EngineException e) {
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "%s; of %d passages it is not known whether they were added, the first of them '%s'",
              e.getMessage(),
              request.count(),
              request.id(0)),
          e,
          e.retryable());
    }
  }

  private void refuse(String id, String why) {
    if (refused++ == 0) {
      firstRefused = "'" + id + "': " + Cluster.cut(why);
    }
  }

  /** Sends the rest, makes all visible, and tells what was refused. */
  void end() {
    try {
      await();
    } finally {
      flush(); // also where what went before failed
      await();
    }
    cluster.send("POST", "/" + index + "/_refresh", null, context).good("refresh");
    if (refused > 0) {
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "%d passages were refused, and the others added; the first is %s",
              refused,
              firstRefused),
          false);
    }
  }

  /** What is sent at once: lines of documents, one behind the other. */
  private static final class Request {
    private static final int LEAST = 1 << 16;

    private byte[] bytes = new byte[0];
    private int size;
    private final List<String> ids = new ArrayList<>();
    private final List<Integer> starts = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    void add(String id, String action, byte[] document) {
      begin(id);
      append(action.getBytes(StandardCharsets.US_ASCII), 0, action.length());
      if (document.length > 0) {
        append(document, 0, document.length);
        append(new byte[] {'\n'}, 0, 1);
      }
    }

    void add(Request other, int place) {
      begin(other.id(place));
      int start = other.starts.get(place);
      append(other.bytes, start, other.end(place) - start);
    }

    private void begin(String id) {
      ids.add(id);
      known.add(id);
      starts.add(size);
    }

    private void append(byte[] from, int start, int length) {
      if (size + length > bytes.length) {
        int most = BYTES + LEAST; // what a full one has, and mostly no more
        int larger = Math.max(LEAST, Math.min(2 * bytes.length, most));
        bytes = Arrays.copyOf(bytes, Math.max(size + length, larger));
      }
      System.arraycopy(from, start, bytes, size, length);
      size += length;
    }

    private int end(int place) {
      return place + 1 == ids.size() ? size : starts.get(place + 1);
    }

    Request part(int from, int to) {
      Request part = new Request();
      for (int i = from; i < to; i++) {
        part.add(this, i);
      }
      return part;
    }

    boolean has(String id) {
      return known.contains(id);
    }

    String id(int place) {
      return ids.get(place);
    }

    int count() {
      return ids.size();
    }

    int size() {
      return size;
    }

    boolean isEmpty() {
      return ids.isEmpty();
    }

    void clear() {
      ids.clear();
      starts.clear();
      known.clear();
      size = 0;
    }

    HttpRequest.BodyPublisher body() {
      return HttpRequest.BodyPublishers.ofByteArray(bytes, 0, size);
    }
  }
}
