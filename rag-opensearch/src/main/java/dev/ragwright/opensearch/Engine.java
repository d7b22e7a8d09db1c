package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrieve.Filter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An index of a cluster, as the stages over it need it. Safe to share. */
final class Engine implements AutoCloseable {
  private static final int PAGE = 1_000;
  private static final int TRIES = 40;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Cluster cluster;
  private final String index;
  private final Dialect dialect;

  private Engine(Cluster cluster, String index, Dialect dialect) {
    this.cluster = cluster;
    this.index = index;
    this.dialect = dialect;
  }

  /**
   * The index of a cluster, whose engine is asked for.
   *
   * @throws EngineException if what answers is neither, or too old
   */
  static Engine of(Cluster cluster, String index, CallContext context) {
    Cluster.Reply reply = cluster.get("/", context);
    if (reply.elastic() && (reply.status() == 403 || reply.status() == 405)) {
      return new Engine(cluster, index, Dialect.ELASTICSEARCH); // it may not be asked its version
    }
    JsonNode root = reply.good("tell its version").json();
    return new Engine(cluster, index, Dialect.of(root, cluster));
  }

  Dialect dialect() {
    return dialect;
  }

  /** Makes the index if it is not there, and refuses one that was made otherwise. */
  void require(ObjectNode made, Map<String, String> remembered) {
    CallContext context = CallContext.unbounded();
    Cluster.Reply found = cluster.get("/" + index + "/_mapping", context);
    if (found.status() == 404) {
      Cluster.Reply put = cluster.send("PUT", "/" + index, made, context);
      boolean raced = put.body().contains("resource_already_exists_exception");
      if (!raced) {
        put.good("make the index '" + index + "'");
        return;
      }
      found = cluster.get("/" + index + "/_mapping", context);
    }
    JsonNode mappings = found.good("tell the mapping of '" + index + "'").json();
    JsonNode meta = mappings.elements().next().path("mappings").path("_meta").path("ragwright");
    if (meta.isMissingNode()) {
      throw new EngineException(
          "the index '%s' was made by another program; take another name".formatted(index), false);
    }
    Map<String, String> there = new TreeMap<>();
    meta.properties().forEach(entry -> there.put(entry.getKey(), entry.getValue().asText()));
    remembered.forEach(
        (key, value) -> {
          if (!value.equals(there.get(key))) {
            throw new EngineException(
                "the index '%s' was made with %s '%s', and is opened with '%s'; open it as it was made, or take another name"
                    .formatted(index, key, there.get(key), value),
                false);
          }
        });
  }

  /** The hits of a search, which is asked again where a shard did not answer. */
  JsonNode search(ObjectNode body, CallContext context) {
    // Statistics of all shards; a search by vectors alone has none, and Elasticsearch refuses it.
    String type = body.has("knn") ? "" : "&search_type=dfs_query_then_fetch";
    String path = "/" + index + "/_search?allow_partial_search_results=false" + type;
    Duration pause = Duration.ofMillis(25);
    for (int tried = 1; ; tried++) {
      Cluster.Reply reply = cluster.send("POST", path, body, context);
      if (reply.status() == 404) {
        throw new EngineException(
            "the index '%s' is gone: %s".formatted(index, reply.said()), false);
      }
      JsonNode found = reply.good("search").json();
      JsonNode shards = found.path("_shards");
      boolean whole =
          shards.path("failed").asInt() == 0
              && !found.path("timed_out").asBoolean()
              && shards.path("successful").asInt() == shards.path("total").asInt();
      if (whole) {
        return found.path("hits").path("hits");
      }
      if (tried == TRIES) {
        throw new EngineException(
            "%s of %s shards of '%s' did not answer: %s"
                .formatted(
                    shards.path("total").asInt() - shards.path("successful").asInt(),
                    shards.path("total").asInt(),
                    index,
                    Cluster.cut(shards.path("failures").toString())),
            true);
      }
      Interrupts.pause(pause, context);
      pause =
          pause.multipliedBy(2).compareTo(Duration.ofSeconds(1)) < 0
              ? pause.multipliedBy(2)
              : pause;
    }
  }

  Bulk bulk(CallContext context) {
    return new Bulk(cluster, index, context);
  }

  /** Deletes what a query finds; when this returns, no search finds it. */
  void delete(ObjectNode query, CallContext context) {
    while (true) {
      ObjectNode body = JSON.objectNode().put("size", PAGE).put("_source", false);
      body.set("query", query);
      body.putArray("sort").add("id");
      JsonNode hits = search(body, context);
      if (hits.isEmpty()) {
        return;
      }
      Bulk bulk = bulk(context);
      hits.forEach(hit -> bulk.delete(hit.path("_id").asText()));
      bulk.end();
    }
  }

  List<Passage> passages(ObjectNode query, CallContext context) {
    List<Passage> passages = new ArrayList<>();
    JsonNode after = null;
    while (true) {
      ObjectNode body = JSON.objectNode().put("size", PAGE);
      body.set("query", query);
      body.putArray("sort").add("id");
      body.putArray("_source").add(PassageDocument.EXACT);
      if (after != null) {
        body.set("search_after", after);
      }
      JsonNode hits = search(body, context);
      for (JsonNode hit : hits) {
        passages.add(
            PassageDocument.read(hit.path("_source").path(PassageDocument.EXACT).asText()));
        after = hit.path("sort");
      }
      if (hits.size() < PAGE) {
        passages.sort(Comparator.comparingInt(Passage::start).thenComparing(Passage::id));
        return passages;
      }
    }
  }

  long size(CallContext context) {
    return cluster
        .get("/" + index + "/_count", context)
        .good("count")
        .json()
        .path("count")
        .asLong();
  }

  /** What a description says of it: its place, and no secret. */
  @Override
  public String toString() {
    return index + " at " + cluster;
  }

  /** A name that is the same in each process that asks the same index. */
  String name() {
    return dialect.name().toLowerCase(Locale.ROOT) + ":" + index;
  }

  @Override
  public void close() {
    cluster.close();
  }

  /** A filter's query; null for one that accepts all. */
  static @Nullable ObjectNode filter(Filter filter) {
    return filter instanceof Filter.All ? null : FilterQueries.of(filter);
  }
}
