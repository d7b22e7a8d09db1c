package dev.ragwright.resilience;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.trace.StageRecord;
import java.util.Optional;

/** Generates by the rules of a service. */
record ResilientGenerator(Resilience rules, Generator generator) implements Generator {

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    Attempts attempts = rules.attempts(generator::description, context);
    Generation made =
        attempts.until(
            attempt -> {
              Generation one = generator.generate(request, attempt.context());
              attempt.succeeded(one.usage(), record -> told(record, one));
              return one;
            });
    return told(made, attempts);
  }

  /** The record of an attempt, with what it tells. */
  static StageRecord told(StageRecord record, Generation made) {
    return record.withServed(made.model().orElse("")).withParts(made.parts());
  }

  private static Generation told(Generation made, Attempts attempts) {
    return attempts.records().size() == 1
        ? made
        : made.withUsage(attempts.usage()).withParts(attempts.records());
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    Attempts attempts = rules.attempts(generator::description, context);
    return attempts.until(
        attempt -> {
          BegunStream begun = BegunStream.of(generator.stream(request, attempt.context()));
          attempt.begun();
          return begun.ending(
              made -> {
                attempt.succeeded(made.usage(), record -> told(record, made));
                return told(made, attempts);
              },
              attempt::failed,
              attempt::close);
        });
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
    return generator.prompt();
  }

  @Override
  public Generator withPrompt(PromptTemplate prompt) {
    return new ResilientGenerator(rules, generator.withPrompt(prompt));
  }

  @Override
  public Sent mostSent() {
    return rules.most(generator.mostSent());
  }

  @Override
  public StageDescription description() {
    return generator.description();
  }
}
