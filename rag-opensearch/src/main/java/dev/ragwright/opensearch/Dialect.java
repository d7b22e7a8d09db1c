package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** In what OpenSearch and Elasticsearch differ. */
enum Dialect {
  OPENSEARCH {
    @Override
    void settings(ObjectNode index) {
      index.put("knn", true);
    }

    @Override
    ObjectNode vectors(int dimension) {
      // Without an engine's name it would be one whose native library many installations lack.
      ObjectNode field = JSON.objectNode().put("type", "knn_vector").put("dimension", dimension);
      field
          .putObject("method")
          .put("name", "hnsw")
          .put("engine", "lucene")
          .put("space_type", "cosinesimil");
      return field;
    }

    @Override
    ObjectNode nearest(float[] vector, int most, @Nullable ObjectNode filter) {
      ObjectNode search = JSON.objectNode();
      ObjectNode field = search.putObject("query").putObject("knn").putObject("vector");
      put(field, "vector", vector);
      field.put("k", Math.max(BEAM, most));
      if (filter != null) {
        field.set("filter", filter);
      }
      return search;
    }

    @Override
    double bm25(double score, double k1) {
      return score;
    }
  },

  ELASTICSEARCH {
    @Override
    void settings(ObjectNode index) {}

    @Override
    ObjectNode vectors(int dimension) {
      ObjectNode field =
          JSON.objectNode()
              .put("type", "dense_vector")
              .put("dims", dimension)
              .put("index", true)
              .put("similarity", "cosine");
      field.putObject("index_options").put("type", "hnsw").put("m", 16).put("ef_construction", 100);
      return field;
    }

    @Override
    ObjectNode nearest(float[] vector, int most, @Nullable ObjectNode filter) {
      ObjectNode search = JSON.objectNode();
      ObjectNode field = search.putObject("knn").put("field", "vector");
      put(field, "query_vector", vector);
      field.put("k", most).put("num_candidates", Math.max(BEAM, most));
      if (filter != null) {
        field.set("filter", filter);
      }
      return search;
    }

    @Override
    double bm25(double score, double k1) {
      return score / (k1 + 1); // it has the factor that does not change the order
    }
  };

  /** How many candidates each shard walks its graph for, as the index in this process does. */
  private static final int BEAM = 100;

  private static final Pattern NUMBER = Pattern.compile("(\\d{1,5})\\.(\\d{1,3})");

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /**
   * That of a cluster.
   *
   * @throws EngineException if it is of neither, or of a version that is too old
   */
  static Dialect of(Cluster cluster) {
    Cluster.Reply reply = cluster.get("/", CallContext.unbounded());
    if (reply.elastic() && (reply.status() == 403 || reply.status() == 405)) {
      return ELASTICSEARCH; // which does not tell everybody its version
    }
    JsonNode root = reply.good("tell its version").json();
    JsonNode version = root.path("version");
    String number = version.path("number").asText();
    Matcher parts = NUMBER.matcher(number);
    if (!parts.lookingAt()) {
      throw new EngineException(
          "what answers at %s is neither OpenSearch nor Elasticsearch: %s"
              .formatted(cluster, Cluster.cut(root.toString())),
          false);
    }
    Dialect dialect =
        version.path("distribution").asText().equals("opensearch") ? OPENSEARCH : ELASTICSEARCH;
    int found = 1_000 * Integer.parseInt(parts.group(1)) + Integer.parseInt(parts.group(2));
    if (found < (dialect == OPENSEARCH ? 2_000 : 8_004)) { // its filtered search by vectors
      throw new EngineException(
          "the cluster at %s is %s %s; OpenSearch 2.0 and Elasticsearch 8.4 or later are supported, and 3.6.0 and 9.5.3 were tried"
              .formatted(cluster, dialect == OPENSEARCH ? "OpenSearch" : "Elasticsearch", number),
          false);
    }
    return dialect;
  }

  /** Adds what an index's settings need for vectors. */
  abstract void settings(ObjectNode index);

  /** The mapping of the field {@code vector}. */
  abstract ObjectNode vectors(int dimension);

  /** The body of a search for the nearest passages. */
  abstract ObjectNode nearest(float[] vector, int most, @Nullable ObjectNode filter);

  /** A score of BM25 as Robertson's formula has it without the factor k1 + 1, as Lucene does. */
  abstract double bm25(double score, double k1);

  private static void put(ObjectNode object, String name, float[] vector) {
    ArrayNode numbers = object.putArray(name);
    for (float number : vector) {
      numbers.add(number);
    }
  }
}
