package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Documents on their way into an index, in requests of a bounded size. What the engine has no room
 * for at the moment is sent again, and what it refuses is told at the end. For one thread.
 */
final class Bulk {
  private static final int BYTES = 5_000_000;
  private static final int TRIES = 8;

  private final Cluster cluster;
  private final String index;
  private final PassageWords words;
  private final Supplier<@Nullable EngineException> missing;
  private final CallContext context;
  private final Map<String, Action> waiting = new LinkedHashMap<>(); // by key
  private final Map<String, String> refused = new LinkedHashMap<>();
  private long bytes;

  /**
   * What is to be done to a document of the engine.
   *
   * @param name what people call it
   * @param verb of the engine
   * @param document null where it goes
   */
  private record Action(String name, String verb, @Nullable String document) {}

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
    this.words = words;
    this.index = index;
    this.context = context;
  }

  /** Deletes a document by the engine's id. */
  void delete(String key) {
    add(key, new Action(key, "delete", null));
  }

  /** Puts a passage. */
  void put(StoredPassage stored) {
    String id = stored.passage().id();
    String document =
        PassageDocument.of(stored.passage(), words.of(stored.passage()), stored.vector());
    add(Keys.digest(id), new Action(id, "index", document));
  }

  /** Puts a document's digest; an empty one if its passages were changed by other means. */
  void record(String documentId, String digest) {
    String document = PassageDocument.record(documentId, digest);
    add(PassageDocument.record(documentId), new Action(documentId, "index", document));
  }

  private void add(String key, Action action) {
    Action before = waiting.put(key, action);
    bytes += length(action) - (before == null ? 0 : length(before));
    if (bytes >= BYTES) {
      flush();
    }
  }

  private static int length(Action action) {
    return action.document() == null ? 0 : action.document().length();
  }

  /** Sends what waits; when this returns, it would survive the end of any node. */
  void flush() {
    Map<String, Action> all = new LinkedHashMap<>(waiting);
    waiting.clear();
    bytes = 0;
    send(all);
  }

  private void send(Map<String, Action> documents) {
    Map<String, Action> left = documents;
    Duration pause = Duration.ofMillis(50);
    for (int tried = 1; !left.isEmpty(); tried++) {
      StringBuilder body = new StringBuilder();
      left.forEach(
          (key, action) -> {
            body.append("{\"").append(action.verb()).append("\":{\"_id\":\"").append(key);
            body.append("\"}}\n");
            if (action.document() != null) {
              body.append(action.document()).append('\n');
            }
          });
      Cluster.Reply reply =
          cluster.send(
              "POST",
              "/" + index + "/_bulk?require_alias=true",
              body.toString(),
              "application/x-ndjson",
              context);
      if (reply.status() == 413 && left.size() > 1) {
        halves(left).forEach(this::send);
        return;
      }
      JsonNode items = reply.good("add passages").json().path("items");
      Map<String, Action> again = new LinkedHashMap<>();
      int place = 0;
      for (Map.Entry<String, Action> entry : left.entrySet()) {
        boolean gone = entry.getValue().document() == null;
        JsonNode item = items.path(place++).path(entry.getValue().verb());
        int status = gone && item.path("status").asInt() == 404 ? 200 : item.path("status").asInt();
        if (status == 429 || status == 503) {
          again.put(entry.getKey(), entry.getValue());
        } else if (status / 100 != 2) {
          JsonNode error = item.path("error");
          EngineException unknown =
              error.path("type").asText().equals("index_not_found_exception")
                  ? missing.get()
                  : null;
          if (unknown != null) {
            throw unknown;
          }
          String deeper = error.path("caused_by").path("reason").asText("");
          refused.put(
              entry.getValue().name(),
              error.path("reason").asText("status " + status)
                  + (deeper.isEmpty() ? "" : ": " + deeper));
        }
      }
      if (!again.isEmpty() && tried == TRIES) {
        throw new EngineException(
            String.format(
                Locale.ROOT,
                "the cluster had no room for %d passages in %d tries, the first of them '%s'",
                again.size(),
                tried,
                again.values().iterator().next().name()),
            true);
      }
      if (!again.isEmpty()) {
        Interrupts.pause(pause, context);
        pause = pause.multipliedBy(2);
      }
      left = again;
    }
  }

  private static List<Map<String, Action>> halves(Map<String, Action> documents) {
    List<Map<String, Action>> halves =
        new ArrayList<>(List.of(new LinkedHashMap<>(), new LinkedHashMap<>()));
    int place = 0;
    for (Map.Entry<String, Action> entry : documents.entrySet()) {
      halves.get(place++ < documents.size() / 2 ? 0 : 1).put(entry.getKey(), entry.getValue());
    }
    return halves;
  }

  /** Whether a passage or a document was refused. */
  boolean refused(String name) {
    return refused.containsKey(name);
  }

  /** Sends the rest, makes all visible, and tells what was refused. */
  void end() {
    flush();
    cluster.send("POST", "/" + index + "/_refresh", null, context).good("refresh");
    if (!refused.isEmpty()) {
      Map.Entry<String, String> first = refused.entrySet().iterator().next();
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "%d passages were refused, and the others added; the first is '%s': %s",
              refused.size(),
              first.getKey(),
              Cluster.cut(first.getValue())),
          false);
    }
  }
}
