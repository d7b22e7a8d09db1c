package dev.ragwright.tools;

import dev.ragwright.index.PassageIndex;
import dev.ragwright.opensearch.OpenSearchIndex;
import dev.ragwright.pgvector.PgVectorIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrievers.lucene.PassageWords;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens the indexes of engines, with what the environment has of users and passwords. */
final class Engines {
  private Engines() {}

  /**
   * The index at a place.
   *
   * @param embedder null for one of words, or to read the words of one that has vectors
   */
  static PassageIndex open(
      IndexPlace.Engine place, PassageWords words, @Nullable Embedder embedder) {
    return switch (place) {
      case IndexPlace.OpenSearch at -> openSearch(at, words, embedder);
      case IndexPlace.Postgres at -> postgres(at, words, embedder);
    };
  }

  private static PassageIndex openSearch(
      IndexPlace.OpenSearch at, PassageWords words, @Nullable Embedder embedder) {
    OpenSearchIndex.Builder index = OpenSearchIndex.builder().name(at.name()).words(words);
    at.hosts().forEach(index::host);
    Map<String, String> environment = System.getenv();
    String key = environment.get("OPENSEARCH_API_KEY");
    String user = environment.get("OPENSEARCH_USERNAME");
    if (key != null) {
      index.apiKey(key);
    } else if (user != null) {
      index.basicAuth(user, environment.getOrDefault("OPENSEARCH_PASSWORD", ""));
    }
    return (embedder == null ? index : index.embedder(embedder)).open();
  }

  private static PassageIndex postgres(
      IndexPlace.Postgres at, PassageWords words, @Nullable Embedder embedder) {
    Map<String, String> environment = System.getenv();
    PgVectorIndex.Builder index =
        PgVectorIndex.builder()
            .url(at.url(), environment.get("PGUSER"), environment.get("PGPASSWORD"))
            .table(at.name())
            .words(words);
    return (embedder == null ? index : index.embedder(embedder)).open();
  }
}
