package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.index.IndexSize;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An index of a cluster, as the stages over it need it. Safe to share. */
final class Engine implements AutoCloseable {
  private static final int PAGE = 1_000;
  private static final int MOST = 10_000; // that an engine gives at once
  private static final int BUCKETS = 10_000;
  private static final int TRIES = 40;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectNode PASSAGES = having("id");
  private static final ObjectNode DOCUMENTS = having("document");
  private static final ObjectNode RECORDS = having(PassageDocument.RECORD);

  private final Cluster cluster;
  private final Dialect dialect;
  private final IndexAlias alias;
  private final String index; // what is asked: an alias
  private final boolean filling;

  /** The index that a name means. */
  Engine(Cluster cluster, Dialect dialect, IndexAlias alias) {
    this(cluster, dialect, alias, alias.target(), false);
  }

  private Engine(
      Cluster cluster, Dialect dialect, IndexAlias alias, String index, boolean filling) {
    this.cluster = cluster;
    this.dialect = dialect;
    this.alias = alias;
    this.index = index;
    this.filling = filling;
  }

  /** One that is filled to take the place of what the name means. */
  static Engine filling(Cluster cluster, Dialect dialect, IndexAlias alias, String index) {
    return new Engine(cluster, dialect, alias, IndexAlias.filling(index), true);
  }

  Dialect dialect() {
    return dialect;
  }

  /** What the index remembers under a key. */
  String made(String key) {
    return alias.made(key);
  }

  /** Why the engine does not know the index; null if it should. */
  @Nullable EngineException missing(CallContext context) {
    return filling ? alias.overtaken() : alias.missing(context);
  }

  private Cluster.Reply good(Cluster.Reply reply, String what, CallContext context) {
    if (reply.status() == 404) {
      EngineException missing = missing(context);
      if (missing != null) {
        throw missing;
      }
    }
    return reply.good(what);
  }

  /** The hits of a search, which is asked again where a shard did not answer. */
  JsonNode search(ObjectNode body, CallContext context) {
    return whole(body, context).path("hits").path("hits");
  }

  /**
   * The best hits of a search, ties by id. Where they are more than an engine gives at once, one
   * copy of each shard is asked for all of them, since copies score a little otherwise.
   *
   * @param exact whether each of them counts, so that no more have to be asked for
   * @param each takes a hit, and tells whether it counts
   */
  void ranked(
      ObjectNode body, int topK, boolean exact, CallContext context, Predicate<JsonNode> each) {
    body.put("track_total_hits", false);
    body.putArray("sort").addObject().put("_score", "desc");
    ((ArrayNode) body.get("sort")).addObject().put("id", "asc");
    String copy = topK > MOST || !exact ? "&preference=" + UUID.randomUUID() : "";
    int left = topK;
    while (left > 0) {
      int size = Math.min(MOST, exact ? left : Math.max(PAGE, left));
      JsonNode hits = whole(body.put("size", size), copy, context).path("hits").path("hits");
      for (JsonNode hit : hits) {
        if (left > 0 && each.test(hit)) {
          left--;
        }
      }
      if (hits.size() < size) {
        return;
      }
      body.set("search_after", hits.get(size - 1).path("sort"));
    }
  }

  private JsonNode whole(ObjectNode body, CallContext context) {
    return whole(body, "", context);
  }

  private JsonNode whole(ObjectNode body, String more, CallContext context) {
    // Statistics of all shards; a search by vectors alone has none, and Elasticsearch refuses it.
    String type = body.has("knn") ? "" : "&search_type=dfs_query_then_fetch";
    String path = "/" + index + "/_search?allow_partial_search_results=false" + type + more;
    Duration pause = Duration.ofMillis(25);
    long start = System.nanoTime();
    Duration left = cluster.patience();
    for (int tried = 1; ; tried++) {
      Cluster.Reply reply = cluster.send("POST", path, body, context, left);
      boolean moved = reply.status() == 404; // to another index, which not all nodes know yet
      EngineException missing = moved ? missing(context) : null;
      if (missing != null) {
        throw missing;
      }
      JsonNode found =
          moved && tried < TRIES && left.compareTo(pause) > 0
              ? JSON.objectNode()
              : reply.good("search").json();
      JsonNode shards = found.path("_shards");
      boolean whole =
          !moved
              && shards.path("failed").asInt() == 0
              && !found.path("timed_out").asBoolean()
              && shards.path("successful").asInt() == shards.path("total").asInt();
      if (whole) {
        return found;
      }
      left = cluster.patience().minusNanos(System.nanoTime() - start).minus(pause);
      if (tried == TRIES || left.isNegative() || left.isZero()) {
        throw new EngineException(
            "%s of %s shards of '%s' did not answer: %s"
                .formatted(
                    shards.path("total").asInt() - shards.path("successful").asInt(),
                    shards.path("total").asInt(),
                    alias.name(),
                    Cluster.cut(shards.path("failures").toString())),
            true);
      }
      Interrupts.pause(pause, context);
      pause = Cluster.longer(pause);
    }
  }

  Bulk bulk(PassageWords words, CallContext context) {
    return new Bulk(cluster, index, words, context, () -> missing(context));
  }

  /** Deletes all of a document; when the bulk has ended and refused nothing, no search finds it. */
  void delete(String documentId, Bulk bulk, CallContext context) {
    ObjectNode query = FilterQueries.terms("document", List.of(Keys.digest(documentId)));
    while (!bulk.refused()) {
      ObjectNode body = JSON.objectNode().put("size", PAGE);
      body.set("query", query);
      body.putArray("_source").add("id");
      JsonNode hits = search(body, context);
      if (hits.isEmpty()) {
        return;
      }
      for (JsonNode hit : hits) {
        JsonNode id = hit.path("_source").path("id"); // which its record has not
        String name = id.isTextual() ? Keys.read(id.asText()) : documentId;
        bulk.delete(hit.path("_id").asText(), name);
      }
      bulk.flush();
      refresh(context);
    }
  }

  /** The passages that a query finds, in any order, each given once. */
  void passages(ObjectNode query, CallContext context, Consumer<StoredPassage> each) {
    ObjectNode asked = JSON.objectNode();
    asked.putObject("bool").putArray("filter").add(query).add(PASSAGES);
    walk(
        asked,
        "id",
        List.of(PassageDocument.EXACT, PassageDocument.BYTES),
        context,
        source -> {
          String bytes = source.path(PassageDocument.BYTES).asText("");
          each.accept(
              new StoredPassage(
                  PassageDocument.read(source.path(PassageDocument.EXACT).asText()),
                  bytes.isEmpty() ? null : PassageDocument.vector(bytes)));
        });
  }

  /** What is known of whole documents that a query finds: each one's id, and its digest. */
  void records(ObjectNode query, CallContext context, BiConsumer<String, String> each) {
    ObjectNode asked = JSON.objectNode();
    asked.putObject("bool").putArray("filter").add(query).add(RECORDS);
    walk(
        asked,
        "document",
        List.of(PassageDocument.EXACT, PassageDocument.RECORD),
        context,
        source ->
            each.accept(
                Keys.read(source.path(PassageDocument.EXACT).asText()),
                source.path(PassageDocument.RECORD).asText()));
  }

  private void walk(
      ObjectNode query,
      String order,
      List<String> fields,
      CallContext context,
      Consumer<JsonNode> each) {
    JsonNode after = null;
    JsonNode hits;
    do {
      ObjectNode body = JSON.objectNode().put("size", PAGE).put("track_total_hits", false);
      body.set("query", query);
      body.putArray("sort").add(order);
      ArrayNode source = body.putArray("_source");
      fields.forEach(source::add);
      if (after != null) {
        body.set("search_after", after);
      }
      hits = search(body, context);
      for (JsonNode hit : hits) {
        each.accept(hit.path("_source"));
        after = hit.path("sort");
      }
    } while (hits.size() == PAGE);
  }

  /** How much there is. */
  IndexSize size(CallContext context) {
    long passages = count(PASSAGES, context);
    long documents = 0;
    JsonNode after = null;
    JsonNode buckets;
    do {
      ObjectNode body = JSON.objectNode().put("size", 0).put("track_total_hits", false);
      body.set("query", DOCUMENTS);
      ObjectNode composite =
          body.putObject("aggs").putObject("all").putObject("composite").put("size", BUCKETS);
      composite
          .putArray("sources")
          .addObject()
          .putObject("document")
          .putObject("terms")
          .put("field", "document");
      if (after != null) {
        composite.set("after", after);
      }
      JsonNode all = whole(body, context).path("aggregations").path("all");
      buckets = all.path("buckets");
      after = all.path("after_key");
      documents += buckets.size();
    } while (buckets.size() == BUCKETS);
    return new IndexSize(documents, passages);
  }

  /** Whether a sync has ever written a document that is there. */
  boolean hasRecords(CallContext context) {
    return count(RECORDS, context) > 0;
  }

  private long count(ObjectNode query, CallContext context) {
    ObjectNode body = JSON.objectNode().put("size", 0).put("track_total_hits", true);
    body.set("query", query);
    return whole(body, context).path("hits").path("total").path("value").asLong();
  }

  /** Makes visible what others have written. */
  void refresh(CallContext context) {
    good(cluster.send("POST", "/" + index + "/_refresh", null, context), "refresh", context);
  }

  /** Refuses a call once the index is closed, whether or not the engine would be asked. */
  void checkOpen() {
    cluster.check();
  }

  /** What is kept beside passages and documents, by name; null if nothing is. */
  @Nullable String kept(String name, CallContext context) {
    Cluster.Reply reply = cluster.get("/" + index + "/_doc/" + name, context);
    if (reply.status() == 404 && reply.json().has("found")) {
      return null;
    }
    JsonNode source = good(reply, "tell what it keeps", context).json().path("_source");
    return source.path(PassageDocument.EXACT).asText();
  }

  /** Keeps a text beside passages and documents, which no search finds. */
  void keep(String name, String what, CallContext context) {
    String path = "/" + index + "/_doc/" + name + "?require_alias=true";
    ObjectNode kept = JSON.objectNode().put(PassageDocument.EXACT, what);
    good(cluster.send("PUT", path, kept, context), "keep what was synced", context);
  }

  /** What a description says of it: its place, and no secret. */
  @Override
  public String toString() {
    return alias.name() + " at " + cluster;
  }

  /** A name that is the same in each process that asks the same index. */
  String name() {
    return dialect.name().toLowerCase(Locale.ROOT) + ":" + alias.name();
  }

  @Override
  public void close() {
    cluster.close();
  }

  private static ObjectNode having(String field) {
    ObjectNode query = JSON.objectNode();
    query.putObject("exists").put("field", field);
    return query;
  }

  /** A filter's query, which finds all that it accepts; null for one that accepts all. */
  static @Nullable ObjectNode filter(Filter filter) {
    return filter instanceof Filter.All ? null : FilterQueries.of(filter, true);
  }
}
