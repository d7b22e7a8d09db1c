package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreRetriever;
import dev.ragwright.store.VectorStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The fake keeps the contract of stores, and what searches it that of retrievers. */
class FakeVectorStoreTest {

  @Nested
  class Stores extends VectorStoreContract {
    @Override
    protected VectorStore store(int dimension) {
      return FakeVectorStore.of(dimension);
    }
  }

  /** As LangChain4j's stores of some databases do. */
  @Nested
  class StoresThatTakeNoNoticeOfFilters extends VectorStoreContract {
    @Override
    protected VectorStore store(int dimension) {
      return new Unfiltered(FakeVectorStore.of(dimension));
    }

    @Override
    protected StoreRetriever.Builder searched(StoreRetriever.Builder defaults) {
      return defaults.filtersHere(true);
    }
  }

  /** As many hosted ones do. */
  @Nested
  class StoresThatGiveNoVectorsBack extends VectorStoreContract {
    @Override
    protected VectorStore store(int dimension) {
      return new WithoutVectors(FakeVectorStore.of(dimension));
    }
  }

  @Nested
  class Retrievers extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return StoreRetriever.over(filled(FakeVectorStore.of(64), passages), FakeEmbedder.of(64));
    }
  }

  @Nested
  class RetrieversByRank extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return StoreRetriever.over(
          filled(new WithoutVectors(FakeVectorStore.of(64)), passages), FakeEmbedder.of(64));
    }
  }

  @Nested
  class RetrieversThatFilterThemselves extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return StoreRetriever.builder(
              filled(new Unfiltered(FakeVectorStore.of(64)), passages), FakeEmbedder.of(64))
          .filtersHere(true)
          .build();
    }
  }

  static VectorStore filled(VectorStore store, List<Passage> passages) {
    Embedder embedder = FakeEmbedder.of(64);
    List<VectorStore.Entry> entries = new ArrayList<>();
    for (Passage passage : passages) {
      entries.add(new VectorStore.Entry(passage, embedder.embedDocument(passage.searchText())));
    }
    store.put(entries, CallContext.unbounded());
    return store;
  }

  /** A store that is another one, but for what is overridden. */
  abstract static class Other implements VectorStore {
    final VectorStore store;

    Other(VectorStore store) {
      this.store = store;
    }

    @Override
    public void put(List<Entry> entries, CallContext context) {
      store.put(entries, context);
    }

    @Override
    public void delete(Collection<String> passageIds, CallContext context) {
      store.delete(passageIds, context);
    }

    @Override
    public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
      return store.search(vector, most, filter, context);
    }

    @Override
    public StageDescription description() {
      return store.description();
    }
  }

  static final class Unfiltered extends Other {
    Unfiltered(VectorStore store) {
      super(store);
    }

    @Override
    public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
      return store.search(vector, most, Filter.all(), context);
    }
  }

  static final class WithoutVectors extends Other {
    WithoutVectors(VectorStore store) {
      super(store);
    }

    @Override
    public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
      return store.search(vector, most, filter, context).stream()
          .map(match -> new Match(match.passage(), null, match.score()))
          .toList();
    }
  }
}
