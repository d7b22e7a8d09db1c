package dev.ragwright.retrievers.rerank;

import dev.ragwright.retrieve.Reranker;
import dev.ragwright.testkit.RerankerContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class OnnxCrossEncoderContractTest extends RerankerContract {
  @TempDir Path folder;

  @Override
  protected Reranker reranker() {
    try {
      return OnnxCrossEncoder.load(RerankerFolder.network(folder, 5));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void close(Reranker reranker) {
    ((OnnxCrossEncoder) reranker).close();
  }
}
