package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.RetrieverContract;
import java.util.List;
import org.springframework.ai.vectorstore.SimpleVectorStore;

/** A store of Spring AI's own keeps our promises, filters and all. */
class StoreRetrieverContractTest extends RetrieverContract {

  static SimpleVectorStore store(List<Passage> passages) {
    SimpleVectorStore store =
        SimpleVectorStore.builder(SpringAi.embeddingModel(new Directed())).build();
    if (!passages.isEmpty()) {
      store.add(passages.stream().map(SpringAi::document).toList());
    }
    return store;
  }

  /** No text has zeros, which this store refuses. */
  private static final class Directed implements Embedder {
    private final FakeEmbedder words = FakeEmbedder.of(64);

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Embeddings embedded = words.embed(texts, side, context);
      embedded.vectors().stream()
          .filter(vector -> Embeddings.dot(vector, vector) == 0)
          .forEach(vector -> vector[0] = 1);
      return embedded;
    }

    @Override
    public int dimension() {
      return words.dimension();
    }
  }

  @Override
  protected Retriever retriever(List<Passage> passages) {
    return SpringAi.storeRetriever(store(passages), "simple");
  }
}
