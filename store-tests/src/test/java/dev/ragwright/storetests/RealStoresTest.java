package dev.ragwright.storetests;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.chroma.ChromaApiVersion;
import dev.langchain4j.store.embedding.chroma.ChromaEmbeddingStore;
import dev.langchain4j.store.embedding.milvus.MilvusEmbeddingStore;
import dev.langchain4j.store.embedding.pgvector.PgVectorEmbeddingStore;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.store.VectorStore;
import dev.ragwright.testkit.VectorStoreContract;
import io.milvus.common.clientenum.ConsistencyLevelEnum;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The adapter of LangChain4j's stores on the servers that {@code build/stores.sh} starts: {@code
 * mvn test -Pstores -pl store-tests -am -Dragwright.stores=chroma,pgvector,milvus}. Each test has a
 * collection of its own, which stays behind. Milvus takes long: LangChain4j's client reads the JSON
 * of all entries found once for each of them.
 */
class RealStoresTest {
  private static final AtomicLong COLLECTIONS = new AtomicLong(System.nanoTime());

  private static String collection() {
    return "ragwright_" + COLLECTIONS.incrementAndGet();
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
}
