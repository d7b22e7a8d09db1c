package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Documents on their way into an index, in requests of a bounded size: one is filled while the one
 * before is on its way, so what waits takes twice that size however many documents there are. A
 * request is sent when all before it are in, so the last of several documents of one id is what
 * stays. What the engine has no room for at the moment is sent again, and what it refuses is told
 * at the end. Each document has its id, so one may be sent twice. For one thread.
 */
final class Bulk {
  private static final int BYTES = 2_000_000;
  private static final byte[] NOTHING = {};
  private static final byte[] LINE = {'\n'};
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** What is read of the reply: all else is a hundred bytes for each document. */
  private static final String READ = "?require_alias=true&filter_path=items.*.status,items.*.error";

  private final Cluster cluster;
  private final String index;
  private final PassageWords words;
  private final CallContext context;
  private final Supplier<@Nullable EngineException> missing;
  private final Map<String, String> refused =
      Collections.synchronizedMap(new LinkedHashMap<>()); // by what people call it
  private Request filling = new Request();
  private Request spare = new Request();
  private @Nullable FutureTask<?> sending;
  private int most = BYTES;

  /**
   * A bulk.
   *
   * @param index an alias
   * @param missing why the engine does not know it; null if it should
   */
  Bulk(
      Cluster cluster,
      String index,
      PassageWords words,
      CallContext context,
      Supplier<@Nullable EngineException> missing) {
    this.missing = missing;
    this.cluster = cluster;
    this.index = index;
    this.words = words;
    this.context = context;
  }

  /**
   * Deletes what has an engine's id.
   *
   * @param name what people call it
   */
  void delete(String key, String name) {
    add(key, name, "delete", NOTHING);
  }

  /** Puts a passage. */
  void put(StoredPassage stored) {
    Passage passage = stored.passage();
    byte[] document = PassageDocument.of(passage, words.of(passage), stored.vector());
    add(Keys.digest(passage.id()), passage.id(), "index", document);
  }

  /** Puts a document's digest; an empty one if its passages were changed by other means. */
  void record(String documentId, String digest) {
    byte[] document = PassageDocument.record(documentId, digest);
    add(PassageDocument.record(documentId), documentId, "index", document);
  }

  private void add(String key, String name, String verb, byte[] document) {
    filling.add(key, name, "{\"" + verb + "\":{\"_id\":\"" + key + "\"}}\n", document);
    if (filling.size() >= most) {
      next();
    }
  }

  /** Sends what waits; when this returns, it would survive the end of any node. */
  void flush() {
    next();
    await();
  }

  /** Begins to send what waits, as soon as what was sent before is in. */
  private void next() {
    await();
    if (filling.isEmpty()) {
      return;
    }
    Request full = filling.settled();
    Request empty = spare;
    spare = filling;
    filling = empty;
    filling.clear();
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
          refuse(left.name(0), left.size() + " bytes are more than the cluster takes in a request");
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
          EngineException unknown =
              error.path("type").asText().equals("index_not_found_exception")
                  ? missing.get()
                  : null;
          if (unknown != null) {
            throw unknown;
          }
          String deeper = error.path("caused_by").path("reason").asText("");
          refuse(
              left.name(i),
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
                  again.name(0)),
              true);
        }
        Interrupts.pause(pause, context);
        pause = Cluster.longer(pause);
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
              request.name(0)),
          e,
          e.retryable());
    }
  }

  /** Tells at the end that a passage was refused, and why. */
  void refuse(String name, String why) {
    refused.put(name, Cluster.cut(why));
  }

  /** Whether anything was refused, of what was flushed. */
  boolean refused() {
    return !refused.isEmpty();
  }

  /** Whether a passage or a document was refused, of what was flushed. */
  boolean refused(String name) {
    return refused.containsKey(name);
  }

  /** Sends the rest, makes all visible, and tells what was refused. */
  void end() {
    try {
      await();
    } catch (RuntimeException | Error e) {
      try {
        flush(); // also where what went before failed
      } catch (RuntimeException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
    flush();
    cluster.send("POST", "/" + index + "/_refresh", null, context).good("refresh");
    if (!refused.isEmpty()) {
      Map.Entry<String, String> first = refused.entrySet().iterator().next();
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "%d passages were refused, and the others written; the first is '%s': %s",
              refused.size(),
              Cluster.cut(first.getKey()),
              first.getValue()),
          false);
    }
  }

  /** What is sent at once: lines of documents, one behind the other. */
  private static final class Request {
    private static final int BLOCK = 1 << 16; // none that a collector would have to treat as huge

    private final List<byte[]> blocks = new ArrayList<>();
    private int size;
    private final List<String> names = new ArrayList<>();
    private final List<Integer> starts = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>(); // by key
    private final BitSet replaced = new BitSet();

    /** Adds what is to be done to a document, in place of what was to be done to it before. */
    void add(String key, String name, String action, byte[] document) {
      Integer before = places.put(key, names.size());
      if (before != null) {
        replaced.set(before);
      }
      begin(name);
      append(action.getBytes(StandardCharsets.US_ASCII), 0, action.length());
      if (document.length > 0) {
        append(document, 0, document.length);
        append(LINE, 0, LINE.length);
      }
    }

    /** Without what was replaced: one that is sent again must not come behind its successor. */
    Request settled() {
      if (replaced.isEmpty()) {
        return this;
      }
      Request settled = new Request();
      for (int i = replaced.nextClearBit(0); i < names.size(); i = replaced.nextClearBit(i + 1)) {
        settled.add(this, i);
      }
      return settled;
    }

    void add(Request other, int place) {
      begin(other.name(place));
      int end = other.end(place);
      for (int at = other.starts.get(place); at < end; ) {
        int length = Math.min(end - at, BLOCK - at % BLOCK);
        append(other.blocks.get(at / BLOCK), at % BLOCK, length);
        at += length;
      }
    }

    private void begin(String name) {
      names.add(name);
      starts.add(size);
    }

    private void append(byte[] from, int start, int length) {
      for (int done = 0; done < length; ) {
        if (size == blocks.size() * BLOCK) {
          blocks.add(new byte[BLOCK]);
        }
        int here = Math.min(length - done, BLOCK - size % BLOCK);
        System.arraycopy(from, start + done, blocks.get(size / BLOCK), size % BLOCK, here);
        size += here;
        done += here;
      }
    }

    private int end(int place) {
      return place + 1 == names.size() ? size : starts.get(place + 1);
    }

    Request part(int from, int to) {
      Request part = new Request();
      for (int i = from; i < to; i++) {
        part.add(this, i);
      }
      return part;
    }

    String name(int place) {
      return names.get(place);
    }

    int count() {
      return names.size();
    }

    int size() {
      return size;
    }

    boolean isEmpty() {
      return names.isEmpty();
    }

    void clear() {
      names.clear();
      starts.clear();
      places.clear();
      replaced.clear();
      size = 0;
    }

    HttpRequest.BodyPublisher body() {
      List<byte[]> used = new ArrayList<>(blocks.subList(0, size / BLOCK));
      if (size % BLOCK > 0) {
        used.add(Arrays.copyOf(blocks.get(size / BLOCK), size % BLOCK));
      }
      return HttpRequest.BodyPublishers.ofByteArrays(used); // copied in pieces, as it is sent
    }
  }
}
