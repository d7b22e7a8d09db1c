package dev.ragwright.spring.ai;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.RetrieverContract;
import java.util.List;

/** Filters are tested here alone. */
class FilteringRetrieverContractTest extends RetrieverContract {
  @Override
  protected Retriever retriever(List<Passage> passages) {
    return SpringAi.filteringStoreRetriever(StoreRetrieverContractTest.store(passages), "simple");
  }
}
