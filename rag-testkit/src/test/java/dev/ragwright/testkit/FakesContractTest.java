package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generator;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** The fakes keep the contracts, and so do stages whose owner can be closed. */
class FakesContractTest {

  @Nested
  class FakeRetrievers extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return FakeRetriever.of(passages);
    }
  }

  @Nested
  class FakeGenerators extends GeneratorContract {
    @Override
    protected Generator generator() {
      return FakeGenerator.create();
    }
  }

  /** A lambda streams by the default method of the interface. */
  @Nested
  class LambdaGenerators extends GeneratorContract {
    @Override
    protected Generator generator() {
      Generator generator = FakeGenerator.create();
      return (request, context) -> generator.generate(request, context);
    }
  }

  @Nested
  class FakeEmbedders extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return FakeEmbedder.of(64);
    }
  }

  /** To fewer numbers, on both sides. */
  @Nested
  class AdaptedEmbedders extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      Embedder plain = FakeEmbedder.of(64);
      float[][] rows = new float[48][64];
      Random random = new Random(3);
      for (float[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          row[i] = (float) random.nextGaussian();
        }
      }
      return plain.adapted(
          EmbeddingAdapter.of(
              EmbeddingAdapter.settings(plain), EmbeddingAdapter.Sides.BOTH, "set", 1, rows));
    }
  }

  @Nested
  class RetrieversThatClose extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return new ClosingRetriever(FakeRetriever.of(passages), new Lifecycle("the index"));
    }

    @Override
    protected void close(Retriever retriever) {
      ((ClosingRetriever) retriever).lifecycle().close(() -> {});
    }
  }

  @Nested
  class EmbeddersThatClose extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return new ClosingEmbedder(FakeEmbedder.of(8), new Lifecycle("the model"));
    }

    @Override
    protected void close(Embedder embedder) {
      ((ClosingEmbedder) embedder).lifecycle().close(() -> {});
    }
  }

  private record ClosingRetriever(Retriever retriever, Lifecycle lifecycle) implements Retriever {
    @Override
    public Retrieval retrieve(RetrievalRequest request, CallContext context) {
      Lifecycle.Lease lease = lifecycle.acquire();
      try (lease) {
        return retriever.retrieve(request, context);
      }
    }
  }

  private record ClosingEmbedder(Embedder embedder, Lifecycle lifecycle) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Lifecycle.Lease lease = lifecycle.acquire();
      try (lease) {
        return embedder.embed(texts, side, context);
      }
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public StageDescription description() {
      return embedder.description();
    }
  }
}
