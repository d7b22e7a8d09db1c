package dev.ragwright.guard;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.Optional;

/** Generates within a {@link SpendingLimit}. */
final class LimitedGenerator implements Generator {
  private final SpendingLimit limit;
  private final Generator generator;
  private final int maxOutputTokens;
  private final TokenCounter counter;
  private final PromptTemplate prompt;

  LimitedGenerator(
      SpendingLimit limit, Generator generator, int maxOutputTokens, TokenCounter counter) {
    this.limit = limit;
    this.generator = generator;
    this.maxOutputTokens = maxOutputTokens;
    this.counter = counter;
    this.prompt =
        generator
            .prompt()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "a SpendingLimit cannot be kept for %s: it does not tell its prompt, so nobody knows how much it sends; a generator of your own overrides prompt(), and a name, if any, is given last"
                            .formatted(generator.description())));
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    return reserve(request)
        .during(description(), () -> generator.generate(request, context), this::cost);
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    SpendingLimit.Reservation reservation = reserve(request);
    TokenStream stream;
    try {
      stream = generator.stream(request, context);
    } catch (Throwable e) {
      reservation.failed(e, description());
      throw e;
    }
    return new FollowedStream(stream) {
      @Override
      Generation ended(Generation made) {
        reservation.settle(cost(made));
        return made;
      }

      @Override
      void failed(RuntimeException failure) {
        reservation.failed(failure, description());
      }

      @Override
      void closed() {
        reservation.settle(Cost.unknown("what a stream used that was closed before its end"));
      }
    };
  }

  private SpendingLimit.Reservation reserve(GenerationRequest request) {
    long messages = 0;
    for (ChatMessage message : prompt.messages(request)) {
      messages += counter.count(message.text()) + (long) ByteBound.FRAME;
    }
    Sent sent = generator.mostSent();
    long replies = Math.multiplyExact(sent.replies(), maxOutputTokens + (long) ByteBound.FRAME);
    Usage most =
        Usage.of(Usage.INPUT_TOKENS, Math.addExact(ByteBound.all(sent, messages), replies))
            .with(Usage.OUTPUT_TOKENS, Math.multiplyExact(sent.times(), maxOutputTokens))
            .with(Usage.REQUESTS, sent.times());
    return limit.reserve(most, description());
  }

  /** As the trace has it. */
  private Cost cost(Generation made) {
    return StageRecord.of("generate", description(), Duration.ZERO, made.usage())
        .withServed(made.model().orElse(""))
        .withParts(made.parts())
        .cost(limit.prices());
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
  public Optional<PromptTemplate> prompt() {
    return Optional.of(prompt);
  }

  @Override
  public Generator withPrompt(PromptTemplate other) {
    return new LimitedGenerator(limit, generator.withPrompt(other), maxOutputTokens, counter);
  }

  @Override
  public Sent mostSent() {
    return generator.mostSent();
  }

  @Override
  public StageDescription description() {
    return generator.description();
  }
}
