package dev.ragwright.retrievers.embedding;

import dev.ragwright.retrieve.Embedder;
import dev.ragwright.testkit.EmbedderContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class OnnxEmbedderContractTest extends EmbedderContract {
  private static OnnxEmbedder shared;

  @BeforeAll
  static void load() {
    shared = OnnxEmbedder.allMiniLm();
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  @Override
  protected Embedder embedder() {
    return shared;
  }
}
