package dev.ragwright.retrievers.embedding;

import dev.ragwright.retrieve.Embedder;
import dev.ragwright.testkit.EmbedderContract;
import org.junit.jupiter.api.Nested;

/** Both models keep the contract. */
class OnnxEmbedderContractTest {

  @Nested
  class AllMiniLm extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return OnnxEmbedder.allMiniLm();
    }

    @Override
    protected void close(Embedder embedder) {
      ((OnnxEmbedder) embedder).close();
    }
  }
}
