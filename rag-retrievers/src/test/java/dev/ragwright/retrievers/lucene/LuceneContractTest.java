package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeVectorStore;
import dev.ragwright.testkit.RetrieverContract;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;

/** The retrievers of an index keep the contract, their index being what is closed. */
class LuceneContractTest {

  abstract static class OfIndex extends RetrieverContract {
    private final IdentityHashMap<Retriever, LuceneIndex> owners = new IdentityHashMap<>();
    private final Function<LuceneIndex, Retriever> kind;

    OfIndex(Function<LuceneIndex, Retriever> kind) {
      this.kind = kind;
    }

    LuceneIndex open() {
      return LuceneIndex.inMemory(FakeEmbedder.of(64));
    }

    @Override
    protected Retriever retriever(List<Passage> passages) {
      LuceneIndex index = open();
      index.addAll(passages);
      Retriever retriever = kind.apply(index);
      owners.put(retriever, index);
      return retriever;
    }

    @Override
    protected void close(Retriever retriever) {
      Objects.requireNonNull(owners.get(retriever)).close();
    }
  }

  @Nested
  class Words extends OfIndex {
    Words() {
      super(LuceneIndex::bm25);
    }
  }

  @Nested
  class VectorSearch extends OfIndex {
    VectorSearch() {
      super(LuceneIndex::knn);
    }
  }

  @Nested
  class Both extends OfIndex {
    Both() {
      super(LuceneIndex::hybrid);
    }
  }

  @Nested
  class BothWithVectorsInAStore extends OfIndex {
    BothWithVectorsInAStore() {
      super(LuceneIndex::hybrid);
    }

    @Override
    LuceneIndex open() {
      return LuceneIndex.builder()
          .embedder(FakeEmbedder.of(64))
          .vectorStore(FakeVectorStore.of(64))
          .open();
    }
  }

  @Nested
  class VectorSearchInAStore extends OfIndex {
    VectorSearchInAStore() {
      super(LuceneIndex::knn);
    }

    @Override
    LuceneIndex open() {
      return LuceneIndex.builder()
          .embedder(FakeEmbedder.of(64))
          .vectorStore(FakeVectorStore.of(64))
          .open();
    }
  }
}
