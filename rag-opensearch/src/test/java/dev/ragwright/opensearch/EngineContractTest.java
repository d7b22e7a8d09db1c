package dev.ragwright.opensearch;

import dev.ragwright.index.PassageIndex;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.IndexRetrieverContract;
import dev.ragwright.testkit.PassageIndexContract;
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

  private OpenSearchIndex.Builder fresh() {
    return EngineCluster.index(engine, "contract-" + COUNT.incrementAndGet()).shards(2, 0);
  }

  abstract class OverEngine extends IndexRetrieverContract<OpenSearchIndex> {
    OverEngine(Function<OpenSearchIndex, Retriever> kind) {
      super(kind);
    }

    @Override
    protected OpenSearchIndex index() {
      return fresh().embedder(FakeEmbedder.of(64)).open();
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
      return fresh().embedder(embedder).open();
    }

    @Override
    protected PassageIndex index() {
      return fresh().open();
    }
  }
}
