package dev.ragwright.retrievers.rerank;

import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.testkit.RerankerContract;
import java.util.IdentityHashMap;
import java.util.Objects;

class LateInteractionContractTest extends RerankerContract {
  private final IdentityHashMap<Reranker, OnnxEmbedder> embedders = new IdentityHashMap<>();

  @Override
  protected Reranker reranker() {
    OnnxEmbedder embedder = OnnxEmbedder.allMiniLm();
    Reranker reranker = LateInteraction.of(embedder);
    embedders.put(reranker, embedder);
    return reranker;
  }

  @Override
  protected void close(Reranker reranker) {
    Objects.requireNonNull(embedders.get(reranker)).close();
  }
}
