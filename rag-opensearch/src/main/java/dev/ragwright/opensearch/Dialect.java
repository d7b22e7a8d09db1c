package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
              .put("similarity", "cosine");
      field.putObject("index_options").put("type", "hnsw");
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

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

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
