package dev.ragwright.langchain4j;

import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.store.VectorStore;
import dev.ragwright.testkit.VectorStoreContract;

/** The contract on LangChain4j's store in memory; on servers it is run by store-tests. */
class InMemoryStoreTest extends VectorStoreContract {
  @Override
  protected VectorStore store(int dimension) {
    return LangChain4j.vectorStore(new InMemoryEmbeddingStore<>(), "memory");
  }
}
