package dev.ragwright.resilience;

import dev.ragwright.generate.Generator;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.GeneratorContract;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** What is wrapped keeps what every generator promises. */
class ResilientContractsTest {

  @Nested
  class AskedAgain extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Resilience.retries().generator(FakeGenerator.create());
    }
  }

  @Nested
  class AskedTwiceIfSlow extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Resilience.builder()
          .hedge(Duration.ofMillis(1))
          .build()
          .generator(FakeGenerator.create());
    }
  }

  @Nested
  class WithAnother extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Resilience.fallback(FakeGenerator.create(), FakeGenerator.create());
    }
  }
}
