package dev.ragwright.storetests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.Refresh;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.rest5_client.Rest5ClientTransport;
import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.chroma.ChromaApiVersion;
import dev.langchain4j.store.embedding.chroma.ChromaEmbeddingStore;
import dev.langchain4j.store.embedding.elasticsearch.ElasticsearchConfigurationKnn;
import dev.langchain4j.store.embedding.elasticsearch.ElasticsearchEmbeddingStore;
import dev.langchain4j.store.embedding.milvus.MilvusEmbeddingStore;
import dev.langchain4j.store.embedding.opensearch.OpenSearchEmbeddingStore;
import dev.langchain4j.store.embedding.pgvector.PgVectorEmbeddingStore;
import dev.langchain4j.store.embedding.weaviate.WeaviateEmbeddingStore;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.StoreRetriever;
import dev.ragwright.store.VectorStore;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.VectorStoreContract;
import io.milvus.common.clientenum.ConsistencyLevelEnum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5TransportBuilder;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The adapter of LangChain4j's stores on the servers that {@code build/stores.sh} starts: {@code
 * mvn test -Pstores -pl store-tests -am -Dragwright.stores=chroma,pgvector,elasticsearch}. Each
 * test has a collection of its own, which stays behind. Milvus takes long: LangChain4j's client
 * reads the JSON of all entries found once for each of them.
 */
class RealStoresTest {
  private static final String ELASTICSEARCH = "http://127.0.0.1:18303";
  private static final String OPENSEARCH = "http://127.0.0.1:18304";
  private static final String WEAVIATE = "http://127.0.0.1:18305";
  private static final AtomicLong COLLECTIONS = new AtomicLong(System.nanoTime());

  private static String collection() {
    return "ragwright_" + COLLECTIONS.incrementAndGet();
  }

  private static void send(String method, String address, String json) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static VectorStore adapted(EmbeddingStore<TextSegment> store, String collection) {
    return LangChain4j.vectorStore(store, collection);
  }

  @Nested
  @EnabledIfSystemProperty(named = "ragwright.stores", matches = ".*chroma.*")
  class Chroma extends VectorStoreContract {
    @Override
    protected VectorStore store(int dimension) {
      String collection = collection();
      return adapted(
          ChromaEmbeddingStore.builder()
              .apiVersion(ChromaApiVersion.V2)
              .baseUrl("http://127.0.0.1:18300")
              .collectionName(collection)
              .build(),
          collection);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "ragwright.stores", matches = ".*pgvector.*")
  class PgVector extends VectorStoreContract {
    @Override
    protected VectorStore store(int dimension) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setURL("jdbc:postgresql://127.0.0.1:18301/postgres?prepareThreshold=0");
      source.setUser("postgres");
      source.setPassword("postgres");
      String table = collection();
      return adapted(
          PgVectorEmbeddingStore.datasourceBuilder()
              .datasource(source)
              .table(table)
              .dimension(dimension)
              .build(),
          table);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "ragwright.stores", matches = ".*milvus.*")
  class Milvus extends VectorStoreContract {
    @Override
    protected VectorStore store(int dimension) {
      String collection = collection();
      return adapted(
          MilvusEmbeddingStore.builder()
              .uri("http://127.0.0.1:18302")
              .collectionName(collection)
              .dimension(dimension)
              .consistencyLevel(ConsistencyLevelEnum.STRONG)
              .retrieveEmbeddingsOnSearch(true)
              .build(),
          collection);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "ragwright.stores", matches = ".*weaviate.*")
  class Weaviate extends VectorStoreContract {
    /** A class that nothing was written to yet has no properties to ask for, or is not there. */
    private static final String SCHEMA =
        """
        {"class": "NAME", "vectorizer": "none", "properties": [
          {"name": "text", "dataType": ["text"], "indexSearchable": false},
          {"name": "_metadata", "dataType": ["object"], "nestedProperties": [
            {"name": "ragwright", "dataType": ["text"]},
            {"name": "ragwright_document", "dataType": ["text"]}]}]}
        """;

    @Override
    protected StoreRetriever.Builder searched(StoreRetriever.Builder defaults) {
      return defaults.filtersHere(true);
    }

    @Override
    protected VectorStore store(int dimension) {
      String name = "R" + collection().substring(1); // a class begins with a capital letter
      send("POST", WEAVIATE + "/v1/schema", SCHEMA.replace("NAME", name));
      URI server = URI.create(WEAVIATE);
      return adapted(
          WeaviateEmbeddingStore.builder()
              .scheme(server.getScheme())
              .host(server.getHost())
              .port(server.getPort())
              .objectClass(name)
              .metadataKeys(List.of("ragwright", "ragwright_document"))
              .build(),
          name);
    }

    @Test
    void aFilterIsRefusedByName() {
      VectorStore store = store(2);
      Passage passage = Passage.of("a", "A text.");
      store.put(
          List.of(new VectorStore.Entry(passage, new float[] {1, 0})), CallContext.unbounded());
      RetrievalRequest filtered =
          RetrievalRequest.of("A text.", 1).withFilter(Filter.is("tenant", "acme"));
      assertThatThrownBy(
              () ->
                  StoreRetriever.over(store, FakeEmbedder.of(2))
                      .retrieve(filtered, CallContext.unbounded()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("takes no notice of filters");
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "ragwright.stores", matches = ".*elasticsearch.*")
  class Elasticsearch extends VectorStoreContract {
    /** A mapping that Elasticsearch guesses makes dates of texts, and float of few numbers. */
    private static final String MAPPING =
        """
        {"mappings": {
          "date_detection": false,
          "dynamic_templates": [
            {"texts": {"match_mapping_type": "string", "mapping": {
              "type": "keyword", "index": false, "doc_values": false,
              "fields": {"keyword": {"type": "keyword", "ignore_above": 8000}}}}},
            {"numbers": {"match_mapping_type": "double", "mapping": {"type": "double"}}}],
          "properties": {
            "text": {"type": "text", "index": false},
            "metadata": {"properties": {
              "ragwright": {"type": "keyword", "index": false, "doc_values": false}}},
            "vector": {"type": "dense_vector", "dims": DIMENSION, "similarity": "cosine",
              "index_options": {"type": "hnsw"}}}}}
        """;

    /** What is written is found when it is refreshed, by itself within a second. */
    private static final class ElasticsearchAtOnce extends ElasticsearchClient {
      ElasticsearchAtOnce(String server) {
        super(
            new Rest5ClientTransport(
                Rest5Client.builder(URI.create(server)).build(), new JacksonJsonpMapper()));
      }

      @Override
      public BulkResponse bulk(BulkRequest request) throws IOException {
        return super.bulk(request.rebuild().refresh(Refresh.True).build());
      }

      @Override
      public ElasticsearchClient withTransportOptions(@Nullable TransportOptions options) {
        return this; // LangChain4j names itself by it, in a client that would not refresh
      }
    }

    @Override
    protected VectorStore store(int dimension) {
      String index = collection();
      send(
          "PUT",
          ELASTICSEARCH + "/" + index,
          MAPPING.replace("DIMENSION", Integer.toString(dimension)));
      return adapted(
          ElasticsearchEmbeddingStore.builder()
              .client(new ElasticsearchAtOnce(ELASTICSEARCH))
              .indexName(index)
              .configuration(
                  ElasticsearchConfigurationKnn.builder().includeVectorResponse(true).build())
              .build(),
          index);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = "ragwright.stores", matches = ".*opensearch.*")
  class OpenSearch extends VectorStoreContract {
    /** The index that LangChain4j makes is of an engine with native libraries. */
    private static final String MAPPING =
        """
        {"settings": {"index.knn": true},
         "mappings": {
          "date_detection": false,
          "properties": {
            "text": {"type": "text", "index": false},
            "metadata": {"type": "object", "enabled": false},
            "vector": {"type": "knn_vector", "dimension": DIMENSION, "method": {
              "name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}}}}}
        """;

    /** LangChain4j's deletes nothing, sends no filter, and what it writes is found later. */
    private static final class Deleting extends OpenSearchEmbeddingStore {
      private final OpenSearchClient client;
      private final String index;

      Deleting(OpenSearchClient client, String index) {
        super(client, index);
        this.client = client;
        this.index = index;
      }

      @Override
      public void removeAll(Collection<String> ids) {
        if (ids.isEmpty()) {
          return;
        }
        org.opensearch.client.opensearch.core.BulkRequest.Builder request =
            new org.opensearch.client.opensearch.core.BulkRequest.Builder();
        for (String id : ids) {
          request.operations(one -> one.delete(entry -> entry.index(index).id(id)));
        }
        try {
          client.bulk(request.build());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    private static final class OpenSearchAtOnce extends OpenSearchClient {
      OpenSearchAtOnce(OpenSearchTransport transport) {
        super(transport);
      }

      @Override
      public org.opensearch.client.opensearch.core.BulkResponse bulk(
          org.opensearch.client.opensearch.core.BulkRequest request) throws IOException {
        return super.bulk(
            request.toBuilder()
                .refresh(org.opensearch.client.opensearch._types.Refresh.True)
                .build());
      }
    }

    @Override
    protected StoreRetriever.Builder searched(StoreRetriever.Builder defaults) {
      return defaults.filtersHere(true);
    }

    private static String index(int dimension) {
      String index = collection();
      send(
          "PUT",
          OPENSEARCH + "/" + index,
          MAPPING.replace("DIMENSION", Integer.toString(dimension)));
      return index;
    }

    private static OpenSearchClient client() {
      HttpHost server = new HttpHost("http", "127.0.0.1", URI.create(OPENSEARCH).getPort());
      return new OpenSearchAtOnce(ApacheHttpClient5TransportBuilder.builder(server).build());
    }

    @Override
    protected VectorStore store(int dimension) {
      String index = index(dimension);
      return adapted(new Deleting(client(), index), index);
    }

    @Test
    void withoutPreparationItIsRefusedByName() {
      String index = index(2);
      Passage passage = Passage.of("a", "A text.");
      List<VectorStore.Entry> entries = List.of(new VectorStore.Entry(passage, new float[] {1, 0}));
      assertThatThrownBy(
              () ->
                  adapted(new OpenSearchEmbeddingStore(client(), index), index)
                      .put(entries, CallContext.unbounded()))
          .isInstanceOf(StoreException.class)
          .hasMessage(
              "the store '%s' cannot be written to: dev.langchain4j.store.embedding.opensearch.OpenSearchEmbeddingStore has no removeAll(ids), by which entries are replaced and deleted; give a subclass that has",
              index);

      VectorStore store = adapted(new Deleting(client(), index), index);
      store.put(entries, CallContext.unbounded());
      Retriever retriever = StoreRetriever.over(store, FakeEmbedder.of(2));
      assertThat(retriever.retrieve("A text.", 1).hits()).hasSize(1);
      RetrievalRequest filtered =
          RetrievalRequest.of("A text.", 1).withFilter(Filter.is("tenant", "acme"));
      assertThatThrownBy(() -> retriever.retrieve(filtered, CallContext.unbounded()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("takes no notice of filters");
    }
  }
}
