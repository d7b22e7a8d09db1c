package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.retrievers.stored.IndexMade;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What the name of an index means in a cluster: an alias, behind which one index stands at a time.
 *
 * <p>That index has a second alias, {@link #target}, which ends in a digest of how it was made, and
 * all that searches and writes names that one. So a rebuild that makes it otherwise takes it away
 * in the same step that moves the name, and who opened the former one can neither search nor fill
 * the new one by mistake. Since a bulk request that asks for an alias makes no index, none is made
 * by one that comes too late.
 *
 * <p>An index that is being filled has neither alias, but one of its own, {@link #filling}, which
 * is taken away in the step that puts it in its place, and before it is removed. Only one of both
 * can take it, so no index is removed that the name means, whoever learns too late of what was
 * done. The next rebuild removes it: one that was killed leaves nothing for long, and of two at
 * once the second wins. No clock is asked.
 */
final class IndexAlias {
  private static final int DIGEST = 12;
  private static final int TRIES = 20;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Cluster cluster;
  private final String name;
  private final Map<String, String> manifest;

  /**
   * The alias.
   *
   * @param manifest how the index is made, which one that is there has to be as well
   */
  IndexAlias(Cluster cluster, String name, Map<String, String> manifest) {
    this.cluster = cluster;
    this.name = name;
    this.manifest = new TreeMap<>(manifest);
    this.manifest.put("name", name);
  }

  /** What the index remembers under a key. */
  String made(String key) {
    return manifest.getOrDefault(key, IndexMade.NO_EMBEDDER);
  }

  /** What people call the index. */
  String name() {
    return name;
  }

  /** The alias that searches and writes name. */
  String target() {
    byte[] digest = Sha.sha256().digest(manifest.toString().getBytes(StandardCharsets.UTF_8));
    return name + "-" + HexFormat.of().formatHex(digest).substring(0, DIGEST);
  }

  /** The alias of an index that is being filled. */
  static String filling(String index) {
    return index + "-filling";
  }

  /**
   * Makes the index if there is none.
   *
   * @param made its settings and its mapping
   * @throws EngineException if the name is another program's
   */
  void require(ObjectNode made) {
    CallContext context = CallContext.unbounded();
    if (found(context) == null) {
      String first = name + "-0"; // one name, so that of two who make it one succeeds
      Cluster.Reply reply = make(first, made, List.of(name, target()), context);
      if (found(context) == null) {
        throw new EngineException(
            "the index '%s' is there, which would be the first of '%s', and the alias '%s' is not: delete it, or take another name; %s"
                .formatted(first, name, name, reply.said()),
            false);
      }
    }
  }

  /**
   * That of the index as it was made.
   *
   * @throws EngineException if it was made otherwise; but one that has vectors may be read without
   *     an embedder
   */
  IndexAlias checked() {
    Map<String, String> there = found(CallContext.unbounded());
    if (there == null) {
      throw gone();
    }
    EngineException otherwise = otherwise(IndexMade.forReading(manifest), there);
    if (otherwise != null) {
      throw otherwise;
    }
    return new IndexAlias(cluster, name, there);
  }

  /** Why the engine does not know {@link #target}; null if it should. */
  @Nullable EngineException missing(CallContext context) {
    Map<String, String> there = found(context);
    return there == null ? gone() : otherwise(manifest, there);
  }

  private EngineException gone() {
    return new EngineException(
        "the index '%s' is gone, as somebody deleted it; who opens it again makes an empty one"
            .formatted(name),
        false);
  }

  private @Nullable EngineException otherwise(
      Map<String, String> wanted, Map<String, String> there) {
    String otherwise =
        IndexMade.otherwise(
            name, wanted, there, "open it as it was made, rebuild it, or take another name");
    return otherwise == null ? null : new EngineException(otherwise, false);
  }

  /** How what stands behind the name was made; null if nothing does. */
  private @Nullable Map<String, String> found(CallContext context) {
    Cluster.Reply reply = cluster.get("/" + name + "/_mapping", context);
    if (reply.status() == 404) {
      return null;
    }
    JsonNode indices = reply.good("tell the mapping of '" + name + "'").json();
    JsonNode meta = indices.elements().next().path("mappings").path("_meta").path("ragwright");
    if (meta.isMissingNode() || indices.has(name) || indices.size() > 1) {
      throw new EngineException(
          "the index '%s' was made by another program; take another name".formatted(name), false);
    }
    Map<String, String> there = new TreeMap<>();
    meta.properties().forEach(entry -> there.put(entry.getKey(), entry.getValue().asText()));
    return there;
  }

  private Cluster.Reply make(
      String index, ObjectNode made, List<String> aliases, CallContext context) {
    ObjectNode body = made.deepCopy();
    ObjectNode named = body.putObject("aliases");
    aliases.forEach(named::putObject);
    ObjectNode meta = (ObjectNode) body.path("mappings").path("_meta").path("ragwright");
    manifest.forEach(meta::put);
    // Its shards are waited for in vain where no node may have them, so not for long.
    String path = "/" + index + "?wait_for_active_shards=0";
    Cluster.Reply reply = cluster.send("PUT", path, body, context);
    if (reply.status() == 200) {
      cluster.get("/_cluster/health/" + index + "?wait_for_status=yellow&timeout=1s", context);
    }
    boolean plain =
        reply.body().contains("unknown setting [index.knn]")
            || reply.body().contains("No handler for type [knn_vector]");
    if (reply.status() == 400 && plain) {
      throw new EngineException(
          "the cluster has no k-NN plugin, which vectors need: install opensearch-knn in each node, or open the index without an embedder, which finds by words; "
              + reply.said(),
          false);
    }
    return reply.body().contains("resource_already_exists_exception")
        ? reply
        : reply.good("make the index '" + name + "'");
  }

  /**
   * Makes an index that is to take the place of what the name means, and removes those that earlier
   * rebuilds have left.
   */
  String begin(ObjectNode made) {
    CallContext context = CallContext.unbounded();
    Cluster.Reply reply = cluster.get("/" + name + "-*", context);
    JsonNode indices = reply.good("tell the indices of '" + name + "'").json();
    indices
        .properties()
        .forEach(
            entry -> {
              JsonNode meta = entry.getValue().path("mappings").path("_meta").path("ragwright");
              boolean ours = meta.path("name").asText().equals(name);
              JsonNode aliases = entry.getValue().path("aliases");
              if (ours && aliases.has(filling(entry.getKey()))) {
                discard(entry.getKey());
              } else if (ours && !aliases.has(name)) {
                drop(entry.getKey()); // nothing gives it a name again
              }
            });
    String index = target() + "-" + UUID.randomUUID().toString().replace("-", "");
    make(index, made, List.of(filling(index)), context);
    return index;
  }

  /** Removes an index that was being filled, unless it has taken its place, or is removed. */
  void discard(String index) {
    ObjectNode body = JSON.objectNode();
    remove(body.putArray("actions"), index, filling(index));
    Cluster.Reply reply = cluster.send("POST", "/_aliases", body, CallContext.unbounded());
    if (reply.status() != 404 && reply.status() != 400) { // what engines say of no such alias
      reply.good("take its alias from the index '" + index + "'");
      drop(index);
    }
  }

  private void drop(String index) {
    Cluster.Reply reply = cluster.send("DELETE", "/" + index, null, CallContext.unbounded());
    if (reply.status() != 404) {
      reply.good("remove the index '" + index + "'");
    }
  }

  /**
   * Puts an index in the place of what the name means, in one step, and removes what was there. If
   * that cannot be removed, the next rebuild does it.
   *
   * @throws EngineException if another rebuild has removed it
   */
  void put(String index) {
    CallContext context = CallContext.unbounded();
    Set<String> before = new LinkedHashSet<>(); // of all tries, as one's answer may be lost
    for (int tried = 1; ; tried++) {
      Cluster.Reply found = cluster.get("/" + name + "/_alias", context);
      JsonNode there =
          found.status() == 404 ? JSON.objectNode() : found.good("tell its aliases").json();
      if (there.has(index)) {
        break; // by a try whose answer was lost
      }
      ObjectNode body = JSON.objectNode();
      ArrayNode actions = body.putArray("actions");
      there
          .properties()
          .forEach(
              old -> {
                before.add(old.getKey());
                old.getValue()
                    .path("aliases")
                    .fieldNames()
                    .forEachRemaining(alias -> remove(actions, old.getKey(), alias));
              });
      remove(actions, index, filling(index));
      for (String alias : List.of(name, target())) {
        actions.addObject().putObject("add").put("index", index).put("alias", alias);
      }
      Cluster.Reply reply = cluster.send("POST", "/_aliases", body, context);
      if (reply.status() == 404 || reply.status() == 400) {
        JsonNode aliases =
            cluster.get("/" + index + "/_alias", context).json().path(index).path("aliases");
        if (!aliases.has(name) && !aliases.has(filling(index))) {
          throw overtaken();
        }
        if (tried < TRIES) {
          continue; // what was there is no longer, by another rebuild
        }
      }
      reply.good("let '" + name + "' mean '" + index + "'");
      break;
    }
    for (String old : before) {
      try {
        drop(old);
      } catch (RuntimeException e) {
        LoggerFactory.getLogger(OpenSearchIndex.class)
            .warn("the index '{}' stays until the next rebuild of '{}'", old, name, e);
      }
    }
  }

  private static void remove(ArrayNode actions, String index, String alias) {
    actions
        .addObject()
        .putObject("remove")
        .put("index", index)
        .put("alias", alias)
        .put("must_exist", true);
  }

  /** Of a rebuild whose index another one removed. */
  EngineException overtaken() {
    return new EngineException(
        "the index that was to take the place of '%s' is gone: another rebuild began, or somebody deleted it; what the name means is as it was"
            .formatted(name),
        false);
  }
}
