package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;

/**
 * Answers a question from evidence. One method, so a lambda will do. Implementations are immutable
 * and safe to share; {@code GeneratorContract} of rag-testkit checks what is promised here.
 */
@FunctionalInterface
public interface Generator {

  /**
   * Returns a text that answers the question from the request's evidence, or an abstention. Every
   * citation is of that evidence, word for word.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Generation generate(GenerationRequest request, CallContext context);

  /**
   * As {@link #generate}, piece by piece as the text is made; in one piece unless overridden. The
   * pieces joined are the text of {@link TokenStream#result()}.
   */
  default TokenStream stream(GenerationRequest request, CallContext context) {
    return TokenStream.of(generate(request, context));
  }

  /** In whose tokens a context for this generator is measured; a guess unless overridden. */
  default TokenCounter tokenCounter() {
    return TokenCounter.approximate();
  }

  /** What it is. */
  default StageDescription description() {
    return StageDescription.opaque("generator", this);
  }

  /** This generator under a name that its user vouches for: a changed one gets a new name. */
  default Generator named(String name) {
    Generator generator = this;
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        return generator.generate(request, context);
      }

      @Override
      public TokenStream stream(GenerationRequest request, CallContext context) {
        return generator.stream(request, context);
      }

      @Override
      public TokenCounter tokenCounter() {
        return generator.tokenCounter();
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", name);
      }
    };
  }
}
