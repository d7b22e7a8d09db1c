package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrievers.stored.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Documents on their way into an index, in requests of a bounded size. What the engine has no room
 * for at the moment is sent again, and what it refuses is told at the end. For one thread.
 */
final class Bulk {
  private static final int BYTES = 5_000_000;
  private static final int TRIES = 8;

  private final Cluster cluster;
  private final String index;
  private final CallContext context;
  private final Map<String, String> waiting = new LinkedHashMap<>(); // by id
  private final Map<String, String> refused = new LinkedHashMap<>();
  private long bytes;

  Bulk(Cluster cluster, String index, CallContext context) {
    this.cluster = cluster;
    this.index = index;
    this.context = context;
  }

  /** Deletes a document by the engine's id. */
  void delete(String key) {
    waiting.put(key, "");
  }

  void put(String id, String document) {
    String before = waiting.put(id, document);
    bytes += document.length() - (before == null ? 0 : before.length());
    if (bytes >= BYTES) {
      flush();
    }
  }

  private void flush() {
    Map<String, String> all = new LinkedHashMap<>(waiting);
    waiting.clear();
    bytes = 0;
    send(all);
  }

  private void send(Map<String, String> documents) {
    Map<String, String> left = documents;
    Duration pause = Duration.ofMillis(50);
    for (int tried = 1; !left.isEmpty(); tried++) {
      StringBuilder body = new StringBuilder();
      left.forEach(
          (id, document) -> {
            boolean gone = document.isEmpty();
            body.append(gone ? "{\"delete\":{\"_id\":\"" : "{\"index\":{\"_id\":\"")
                .append(gone ? id : Keys.digest(id))
                .append("\"}}\n")
                .append(document)
                .append(gone ? "" : "\n");
          });
      Cluster.Reply reply =
          cluster.send(
              "POST", "/" + index + "/_bulk", body.toString(), "application/x-ndjson", context);
      if (reply.status() == 413 && left.size() > 1) {
        halves(left).forEach(this::send);
        return;
      }
      JsonNode items = reply.good("add passages").json().path("items");
      Map<String, String> again = new LinkedHashMap<>();
      int place = 0;
      for (Map.Entry<String, String> entry : left.entrySet()) {
        boolean gone = entry.getValue().isEmpty();
        JsonNode item = items.path(place++).path(gone ? "delete" : "index");
        int status = gone && item.path("status").asInt() == 404 ? 200 : item.path("status").asInt();
        if (status == 429 || status == 503) {
          again.put(entry.getKey(), entry.getValue());
        } else if (status / 100 != 2) {
          JsonNode error = item.path("error");
          String deeper = error.path("caused_by").path("reason").asText("");
          refused.put(
              entry.getKey(),
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
                again.keySet().iterator().next()),
            true);
      }
      if (!again.isEmpty()) {
        Interrupts.pause(pause, context);
        pause = pause.multipliedBy(2);
      }
      left = again;
    }
  }

  private static List<Map<String, String>> halves(Map<String, String> documents) {
    List<Map<String, String>> halves =
        new ArrayList<>(List.of(new LinkedHashMap<>(), new LinkedHashMap<>()));
    int place = 0;
    for (Map.Entry<String, String> entry : documents.entrySet()) {
      halves.get(place++ < documents.size() / 2 ? 0 : 1).put(entry.getKey(), entry.getValue());
    }
    return halves;
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
