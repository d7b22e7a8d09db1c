package dev.ragwright.retrievers.embedding;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.testkit.EmbedderContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class LateChunkingContractTest extends EmbedderContract {
  private static OnnxEmbedder shared;

  @BeforeAll
  static void load() {
    shared = OnnxEmbedder.builder(ModelFolder.allMiniLm()).maxTokens(32).lateChunking().build();
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
