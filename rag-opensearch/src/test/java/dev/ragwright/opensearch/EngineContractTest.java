package dev.ragwright.opensearch;

import dev.ragwright.document.Passage;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.PassageIndexContract;
import dev.ragwright.testkit.RetrieverContract;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every retriever promises, over each engine. */
@ParameterizedClass
@EnumSource(LocalCluster.Engine.class)
class EngineContractTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  @Parameter LocalCluster.Engine engine;

  abstract class OverEngine extends RetrieverContract {
    private final IdentityHashMap<Retriever, OpenSearchIndex> open = new IdentityHashMap<>();
    private final Function<OpenSearchIndex, Retriever> way;

    OverEngine(Function<OpenSearchIndex, Retriever> way) {
      this.way = way;
    }

    @Override
    protected Retriever retriever(List<Passage> passages) {
      OpenSearchIndex index =
          EngineCluster.index(engine, "contract-" + COUNT.incrementAndGet())
              .shards(2, 0)
              .embedder(FakeEmbedder.of(64))
              .open();
      index.addAll(passages);
      Retriever retriever = way.apply(index);
      open.put(retriever, index);
      return retriever;
    }

    @Override
    protected void close(Retriever retriever) {
      open.get(retriever).close(); // twice, if a test says so
    }
  }

  @Nested
  class Words extends OverEngine {
    Words() {
      super(OpenSearchIndex::bm25);
    }
  }

  @Nested
  class Vectors extends OverEngine {
    Vectors() {
      super(OpenSearchIndex::knn);
    }
  }

  @Nested
  class Both extends OverEngine {
    Both() {
      super(OpenSearchIndex::hybrid);
    }
  }

  @Nested
  class Contents extends PassageIndexContract {
    @Override
    protected PassageIndex index(Embedder embedder) {
      return EngineCluster.index(engine, "contract-" + COUNT.incrementAndGet())
          .shards(2, 0)
          .embedder(embedder)
          .open();
    }

    @Override
    protected PassageIndex index() {
      return EngineCluster.index(engine, "contract-" + COUNT.incrementAndGet()).shards(2, 0).open();
    }
  }
}
