package dev.ragwright.retrievers.embedding;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.testkit.EmbedderContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Of vectors of which only the first numbers are kept. */
class CutEmbedderContractTest extends EmbedderContract {
  private static OnnxEmbedder shared;

  @BeforeAll
  static void load() {
    shared = OnnxEmbedder.builder(ModelFolder.allMiniLm()).anyDimension(64).build();
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
