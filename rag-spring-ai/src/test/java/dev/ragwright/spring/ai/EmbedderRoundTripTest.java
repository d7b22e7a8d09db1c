package dev.ragwright.spring.ai;

import dev.ragwright.retrieve.Embedder;
import dev.ragwright.testkit.EmbedderContract;
import dev.ragwright.testkit.FakeEmbedder;

/** An embedder of ours as their model, as ours. */
class EmbedderRoundTripTest extends EmbedderContract {
  @Override
  protected Embedder embedder() {
    return SpringAi.embedder(SpringAi.embeddingModel(FakeEmbedder.of(64)), "round");
  }
}
