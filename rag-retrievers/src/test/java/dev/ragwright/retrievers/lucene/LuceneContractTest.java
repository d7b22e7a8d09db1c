package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.GoldenFolder;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import dev.ragwright.retrievers.rerank.ColBertFolder;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeVectorStore;
import dev.ragwright.testkit.IndexRetrieverContract;
import dev.ragwright.testkit.QueryExpanderContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The retrievers of an index keep the contract, their index being what is closed. */
class LuceneContractTest {
  @TempDir static Path root;

  private static LateInteraction model;
  private static SparseEncoder sparse;

  @BeforeAll
  static void loadModels() throws IOException {
    sparse =
        SparseEncoder.load(GoldenFolder.all("sparse.jsonl", "masked.onnx").getFirst().write(root));
    model = LateInteraction.load(ColBertFolder.pylate(root.resolve("colbert")).path());
  }

  @AfterAll
  static void closeModels() {
    sparse.close();
    model.close();
  }

  abstract static class OfIndex extends IndexRetrieverContract<LuceneIndex> {
    OfIndex(Function<LuceneIndex, Retriever> kind) {
      super(kind);
    }

    @Override
    protected LuceneIndex index() {
      return LuceneIndex.inMemory(FakeEmbedder.of(64));
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
  class WordsWithFeedback extends OfIndex {
    WordsWithFeedback() {
      super(LuceneIndex::rm3);
    }
  }

  @Nested
  class VectorSearchWithFeedback extends OfIndex {
    VectorSearchWithFeedback() {
      super(LuceneIndex::rocchio);
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
    protected LuceneIndex index() {
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
    protected LuceneIndex index() {
      return LuceneIndex.builder()
          .embedder(FakeEmbedder.of(64))
          .vectorStore(FakeVectorStore.of(64))
          .open();
    }
  }

  /** Of tokens, with a model of a few kilobytes: what is promised is not how good it is. */
  @Nested
  class TokenVectors extends OfIndex {
    TokenVectors() {
      super(LuceneIndex::lateInteraction);
    }

    @Override
    protected LuceneIndex index() {
      return LuceneIndex.builder().embedder(FakeEmbedder.of(64)).lateInteraction(model).open();
    }
  }

  @Nested
  class TokenVectorsOfWhatWordsFind extends OfIndex {
    TokenVectorsOfWhatWordsFind() {
      super(LuceneIndex::lateInteraction);
    }

    @Override
    protected LuceneIndex index() {
      return LuceneIndex.builder().lateInteraction(model).open();
    }
  }

  @Nested
  class TokenVectorsOfWhatAStoreFinds extends OfIndex {
    TokenVectorsOfWhatAStoreFinds() {
      super(LuceneIndex::lateInteraction);
    }

    @Override
    protected LuceneIndex index() {
      return LuceneIndex.builder()
          .embedder(FakeEmbedder.of(64))
          .vectorStore(FakeVectorStore.of(64))
          .lateInteraction(model)
          .open();
    }
  }

  @Nested
  class SparseWeights extends OfIndex {
    SparseWeights() {
      super(LuceneIndex::sparse);
    }

    @Override
    protected LuceneIndex index() {
      return LuceneIndex.builder().sparseEncoder(sparse).open();
    }
  }

  abstract static class OfWords extends QueryExpanderContract {
    private final IdentityHashMap<QueryExpander, LuceneIndex> owners = new IdentityHashMap<>();
    private final Function<LuceneIndex, QueryExpander> kind;

    OfWords(Function<LuceneIndex, QueryExpander> kind) {
      this.kind = kind;
    }

    @Override
    protected QueryExpander expander() {
      LuceneIndex index = LuceneIndex.inMemory();
      index.addAll(
          List.of(
              Passage.of("alps", "The rivers rise in the Alps."),
              Passage.of("odd", "\ud842\udfb7\u91ce\u5bb6 lone \ud83d high")));
      QueryExpander expander = kind.apply(index);
      owners.put(expander, index);
      return expander;
    }

    @Override
    protected void close(QueryExpander expander) {
      Objects.requireNonNull(owners.get(expander)).close();
    }
  }

  @Nested
  class Spelling extends OfWords {
    Spelling() {
      super(LuceneIndex::spelling);
    }
  }

  @Nested
  class Keywords extends OfWords {
    Keywords() {
      super(LuceneIndex::keywords);
    }
  }

  /** Every passage is put in as two halves, and has to come back whole. */
  @Nested
  class Parents extends OfIndex {
    Parents() {
      super(index -> Retrievers.parents(index.hybrid(), index::passages));
    }

    @Override
    protected Retriever retriever(List<Passage> passages) {
      return super.retriever(passages.stream().flatMap(Parents::halves).toList());
    }

    private static Stream<Passage> halves(Passage whole) {
      if (!whole.id().contains("#")) {
        return Stream.of(whole); // has a name of its own, which a parent has not
      }
      int space = whole.text().indexOf(' ', whole.text().length() / 2);
      int middle = space < 0 ? whole.text().length() : space;
      return Stream.of(new int[] {0, middle}, new int[] {middle, whole.text().length()})
          .filter(half -> half[0] < half[1])
          .map(
              half ->
                  new Passage(
                      whole.id() + "/" + half[0],
                      whole.documentId(),
                      whole.start() + half[0],
                      whole.start() + half[1],
                      whole.text().substring(half[0], half[1]),
                      whole.headings(),
                      whole
                          .metadata()
                          .with(Chunkers.PARENT_START, whole.start())
                          .with(Chunkers.PARENT_END, whole.end())));
    }
  }
}
