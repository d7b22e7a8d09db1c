package dev.ragwright.generators.extractive;

import dev.ragwright.generate.Generator;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.GeneratorContract;
import org.junit.jupiter.api.Nested;

/** Both ways of choosing sentences keep the contract. */
class ExtractiveContractTest {

  @Nested
  class ByWords extends GeneratorContract {
    @Override
    protected Generator generator() {
      return ExtractiveGenerator.create();
    }
  }

  @Nested
  class ByVectors extends GeneratorContract {
    @Override
    protected Generator generator() {
      return ExtractiveGenerator.builder().embedder(FakeEmbedder.of(64), 0.1).build();
    }
  }
}
