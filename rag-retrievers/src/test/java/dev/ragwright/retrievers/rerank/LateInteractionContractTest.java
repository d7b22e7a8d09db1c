package dev.ragwright.retrievers.rerank;

import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.testkit.RerankerContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** With small models: what is promised does not depend on how good the vectors are. */
class LateInteractionContractTest {
  @TempDir static Path root;

  @Nested
  class OfAnEmbedder extends RerankerContract {
    private final IdentityHashMap<Reranker, OnnxEmbedder> embedders = new IdentityHashMap<>();

    @Override
    protected Reranker reranker() {
      try {
        Path folder =
            ColBertFolder.encoder(root.resolve("embedder"))
                .with("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}")
                .path();
        OnnxEmbedder embedder = OnnxEmbedder.load(folder);
        Reranker reranker = LateInteraction.of(embedder);
        embedders.put(reranker, embedder);
        return reranker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    protected void close(Reranker reranker) {
      Objects.requireNonNull(embedders.get(reranker)).close();
    }
  }

  @Nested
  class OfATrainedModel extends RerankerContract {
    @Override
    protected Reranker reranker() {
      try {
        return LateInteraction.load(ColBertFolder.pylate(root.resolve("trained")).path());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    protected void close(Reranker reranker) {
      ((LateInteraction) reranker).close();
    }
  }
}
