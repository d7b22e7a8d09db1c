package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import java.util.Optional;

/**
 * Answers a question from evidence. One method, so a lambda will do. Implementations are immutable
 * and safe to share; {@code GeneratorContract} of rag-testkit checks what is promised here.
 */
@FunctionalInterface
public interface Generator extends Stage {

  /**
   * Returns a text that answers the question from the request's evidence, or an abstention. Every
   * citation is of that evidence, word for word, or of the {@linkplain Generation#context context}
   * that the generator says it read in its place.
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

  /**
   * The counter in whose tokens a context for this generator is measured; an estimate unless
   * overridden.
   */
  default TokenCounter tokenCounter() {
    return TokenCounter.approximate();
  }

  /**
   * Whether it reads nothing of a context but the evidence's passages, in their order, and the
   * titles: no score, no dropped passage, no number of tokens. An experiment then generates one
   * answer for all arms that reach the same passages with other scores. False unless overridden.
   */
  default boolean readsTextOnly() {
    return false;
  }

  /**
   * The prompt that makes the messages for its model, which {@link #withPrompt} changes; empty if
   * it has none, or does not tell, as unless overridden. One that sends more than these messages,
   * once, overrides {@link #mostSent} too.
   */
  default Optional<PromptTemplate> prompt() {
    return Optional.empty();
  }

  /**
   * The most that a call sends, by which a {@link dev.ragwright.guard.SpendingLimit} knows what it
   * may cost: the {@linkplain #prompt prompt's} messages, once, unless overridden. What wraps a
   * generator and tells its prompt tells this, too.
   */
  default Sent mostSent() {
    return Sent.once();
  }

  /**
   * This generator with another prompt, over the same model; it owns nothing, and lasts as long as
   * this one.
   *
   * @throws IllegalArgumentException if it has no prompt, as unless overridden
   */
  default Generator withPrompt(PromptTemplate prompt) {
    throw new IllegalArgumentException(
        "the generator %s has no prompt to change; a name, if any, is given last"
            .formatted(description()));
  }

  @Override
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
      public boolean readsTextOnly() {
        return generator.readsTextOnly();
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", name);
      }
    };
  }
}
