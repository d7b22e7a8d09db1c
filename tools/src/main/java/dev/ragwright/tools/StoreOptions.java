package dev.ragwright.tools;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.chroma.ChromaApiVersion;
import dev.langchain4j.store.embedding.chroma.ChromaEmbeddingStore;
import dev.langchain4j.store.embedding.milvus.MilvusEmbeddingStore;
import dev.langchain4j.store.embedding.pgvector.PgVectorEmbeddingStore;
import dev.langchain4j.store.embedding.qdrant.QdrantEmbeddingStore;
import dev.langchain4j.store.embedding.weaviate.WeaviateEmbeddingStore;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.VectorStore;
import io.milvus.common.clientenum.ConsistencyLevelEnum;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine.Option;

/** The options by which the tools choose the database that vectors are kept in. */
class StoreOptions {
  private static final String USUAL_COLLECTION = "ragwright";
  private static final String KEY = "RAGWRIGHT_STORE_KEY";

  @Option(
      names = "--store",
      paramLabel = "KIND:ADDRESS",
      description =
          "Keep the vectors in a database: chroma:URL, pgvector:JDBC_URL, qdrant:HOST:PORT,"
              + " qdrant:https://HOST:PORT, weaviate:URL or milvus:URL. Words, and what was synced, stay"
              + " in --index. The environment variable "
              + KEY
              + " has its API key or token, or pgvector's password, if it needs one.")
  @Nullable String store;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description =
          "The collection or table in it, made where it is not there; ragwright unless given.")
  @Nullable String collection;

  @Nullable String key = given(System.getenv(KEY));

  private static @Nullable String given(@Nullable String key) {
    return key == null || key.isEmpty() ? null : key;
  }

  boolean chosen() {
    return store != null;
  }

  /**
   * Refuses what cannot be meant, before the long work.
   *
   * @throws IllegalArgumentException if it does
   */
  void check() {
    if (store != null) {
      if (StoreName.of(store).kind() == StoreName.Kind.chroma && key != null) {
        throw new IllegalArgumentException(
            KEY + " is set, and LangChain4j's client of Chroma sends no key; unset it");
      }
    } else if (collection != null) {
      throw new IllegalArgumentException("--collection goes with --store");
    }
    // Every kind takes these, and pgvector's client writes the name into its SQL as it is.
    if (collection != null && !collection.matches("[A-Za-z][A-Za-z0-9_]{2,47}")) {
      throw new IllegalArgumentException(
          "--collection must be a letter and 2 to 47 letters, digits and _ of ASCII, was \"%s\""
              .formatted(collection));
    }
  }

  /**
   * Opens the store, for vectors of so many numbers. Some clients ask their server now, and make
   * the collection; others do at their first call.
   *
   * @throws StoreException if that fails, with the address and without the password
   * @throws IllegalArgumentException if the options cannot be meant, or the client is not there
   */
  VectorStore open(int dimension) {
    check();
    StoreName name = StoreName.of(store == null ? "" : store);
    String into = collection == null ? USUAL_COLLECTION : collection;
    try {
      return LangChain4j.vectorStore(client(name, into, dimension), name + " " + into);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "--store %s needs dev.langchain4j:langchain4j-%s on the class path, which lacks %s"
              .formatted(name, name.kind(), e.getMessage()),
          e);
    } catch (RuntimeException e) {
      throw new StoreException(
          "the store '%s' failed at opening the collection %s: %s"
              .formatted(name, into, withoutKey(name.said(e))),
          e);
    }
  }

  private String withoutKey(String text) {
    return key == null || key.isEmpty() ? text : text.replace(key, "(the key)");
  }

  private EmbeddingStore<TextSegment> client(StoreName name, String collection, int dimension) {
    return switch (name.kind()) {
      case chroma -> chroma(name, collection);
      case pgvector -> pgvector(name, collection, dimension);
      case qdrant -> qdrant(name, collection);
      case weaviate -> weaviate(name, collection);
      case milvus -> milvus(name, collection, dimension);
    };
  }

  private static EmbeddingStore<TextSegment> chroma(StoreName name, String collection) {
    return ChromaEmbeddingStore.builder()
        .apiVersion(ChromaApiVersion.V2)
        .baseUrl(name.address())
        .collectionName(collection)
        .build();
  }

  private EmbeddingStore<TextSegment> pgvector(StoreName name, String collection, int dimension) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(name.address());
    if (key != null) {
      source.setPassword(key);
    }
    return PgVectorEmbeddingStore.datasourceBuilder()
        .datasource(source)
        .table(collection)
        .dimension(dimension)
        .build();
  }

  private EmbeddingStore<TextSegment> qdrant(StoreName name, String collection) {
    URI server = name.server();
    return QdrantEmbeddingStore.builder()
        .host(server.getHost())
        .port(server.getPort())
        .useTls(server.getScheme().equals("https"))
        .apiKey(key)
        .collectionName(collection)
        .build();
  }

  /** A class begins with a capital letter there, and only the keys that are named come back. */
  private EmbeddingStore<TextSegment> weaviate(StoreName name, String collection) {
    URI server = name.server();
    return WeaviateEmbeddingStore.builder()
        .apiKey(key)
        .scheme(server.getScheme())
        .host(server.getHost())
        .port(server.getPort() < 0 ? null : server.getPort())
        .objectClass(collection.substring(0, 1).toUpperCase(Locale.ROOT) + collection.substring(1))
        .metadataKeys(List.of("ragwright", "ragwright_document"))
        .build();
  }

  private EmbeddingStore<TextSegment> milvus(StoreName name, String collection, int dimension) {
    return MilvusEmbeddingStore.builder()
        .uri(name.address())
        .token(key)
        .collectionName(collection)
        .dimension(dimension)
        .consistencyLevel(ConsistencyLevelEnum.STRONG)
        .retrieveEmbeddingsOnSearch(true)
        .build();
  }
}
