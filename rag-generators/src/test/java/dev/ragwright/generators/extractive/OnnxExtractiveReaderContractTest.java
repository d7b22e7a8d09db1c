package dev.ragwright.generators.extractive;

import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.testkit.GeneratorContract;
import dev.ragwright.testkit.RerankerContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The reader keeps the contract of both stages that it can be. */
class OnnxExtractiveReaderContractTest {
  @TempDir Path folder;

  private OnnxExtractiveReader reader() {
    try {
      return OnnxExtractiveReader.builder(ReaderGraph.write(folder, 64)).maxAnswerTokens(5).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Nested
  class AsGenerator extends GeneratorContract {
    @Override
    protected Generator generator() {
      return reader();
    }

    @Override
    protected void close(Generator generator) {
      ((OnnxExtractiveReader) generator).close();
    }
  }

  @Nested
  class AsReranker extends RerankerContract {
    private final Map<Reranker, OnnxExtractiveReader> readers = new ConcurrentHashMap<>();

    @Override
    protected Reranker reranker() {
      OnnxExtractiveReader reader = reader();
      Reranker reranker = reader.reranker();
      readers.put(reranker, reader);
      return reranker;
    }

    @Override
    protected void close(Reranker reranker) {
      Objects.requireNonNull(readers.get(reranker)).close();
    }
  }
}
