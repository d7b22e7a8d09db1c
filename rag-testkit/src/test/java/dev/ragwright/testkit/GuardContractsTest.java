package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.guard.Redaction;
import dev.ragwright.guard.Redactor;
import dev.ragwright.guard.SpendingLimit;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;

/** What is guarded keeps what every stage promises. */
class GuardContractsTest {
  private static final Redactor RIVERS = Redactor.pattern("RIVER", Pattern.compile("Rhine|Aare"));

  /** A generator of a hosted model, which makes messages of its prompt. */
  private record Hosted(Generator generator, PromptTemplate template) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      template.messages(request);
      return generator.generate(request, context);
    }

    @Override
    public TokenStream stream(GenerationRequest request, CallContext context) {
      template.messages(request);
      return generator.stream(request, context);
    }

    @Override
    public Optional<PromptTemplate> prompt() {
      return Optional.of(template);
    }

    @Override
    public Generator withPrompt(PromptTemplate other) {
      return new Hosted(generator, other);
    }

    @Override
    public StageDescription description() {
      return generator.description().with(StageDescription.MODEL, "m");
    }
  }

  private static Generator hosted() {
    return new Hosted(FakeGenerator.create(), PromptTemplate.grounded());
  }

  private static SpendingLimit limit() {
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 30))
            .model("m", PriceTable.ModelPrice.perMillionTokens("1", "1"))
            .build();
    return SpendingLimit.builder(prices).perRun(Money.of(1_000_000, "USD")).build();
  }

  @Nested
  class Limited extends GeneratorContract {
    @Override
    protected Generator generator() {
      return limit().generator(hosted(), 100);
    }
  }

  @Nested
  class Redacted extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Redaction.replacing(RIVERS).generator(hosted());
    }
  }

  @Nested
  class Restored extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Redaction.replacing(RIVERS).restoring().generator(limit().generator(hosted(), 100));
    }
  }

  @Nested
  class RedactedEmbedder extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return Redaction.replacing(RIVERS).embedder(FakeEmbedder.of(16));
    }
  }

  @Nested
  class RedactedReranker extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Redaction.replacing(RIVERS).reranker(Rerankers.embedding(FakeEmbedder.of(16)));
    }
  }
}
