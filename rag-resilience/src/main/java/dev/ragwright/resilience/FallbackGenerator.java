package dev.ragwright.resilience;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.text.Said;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Asks one generator after the other until one answers. */
final class FallbackGenerator implements Generator {
  private final List<Generator> generators;

  FallbackGenerator(Generator first, Collection<Generator> others) {
    List<Generator> all = new ArrayList<>();
    all.add(Objects.requireNonNull(first, "first"));
    others.forEach(other -> all.add(Objects.requireNonNull(other, "one of the others")));
    if (others.isEmpty()) {
      throw new IllegalArgumentException("a fallback takes two generators or more, had one");
    }
    this.generators = List.copyOf(all);
  }

  /** What is asked of each, and made of its answer. */
  private interface Asked<T> {
    T ask(Generator generator, long start, List<StageRecord> before);
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    return first(
        context,
        (generator, start, before) -> {
          Generation made = generator.generate(request, context);
          return told(made, generator, start, before, context);
        });
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    return first(
        context,
        (generator, start, before) ->
            BegunStream.of(generator.stream(request, context))
                .ending(
                    made -> told(made, generator, start, before, context),
                    failure -> {},
                    () -> {}));
  }

  private <T> T first(CallContext context, Asked<T> asked) {
    List<StageRecord> before = new ArrayList<>();
    List<RagException> failures = new ArrayList<>();
    for (Generator generator : generators) {
      context.throwIfStopped();
      long start = context.ticker().nanos();
      try {
        return asked.ask(generator, start, before);
      } catch (CancelledException e) {
        throw e;
      } catch (RagException e) {
        context.throwIfStopped();
        failures.add(e);
        before.add(record(generator, start, e.usage(), context).failed(e));
      }
    }
    RagException last = failures.getLast();
    AttemptsFailedException all =
        new AttemptsFailedException(
            "all " + generators.size() + " generators failed, the last one: " + Said.by(last),
            last,
            last.retryable(),
            before);
    failures.subList(0, failures.size() - 1).forEach(all::addSuppressed);
    throw all;
  }

  private static StageRecord record(
      Generator generator, long start, Usage usage, CallContext context) {
    Duration took = Duration.ofNanos(context.ticker().nanos() - start);
    return StageRecord.of("generator", generator.description(), took, usage);
  }

  /** Each that was asked has its record, since each has its own price. */
  private static Generation told(
      Generation made,
      Generator generator,
      long start,
      List<StageRecord> before,
      CallContext context) {
    List<StageRecord> records = new ArrayList<>(before);
    records.add(ResilientGenerator.told(record(generator, start, made.usage(), context), made));
    return made.withUsage(Attempts.usage(records)).withParts(records);
  }

  @Override
  public TokenCounter tokenCounter() {
    return generators.getFirst().tokenCounter();
  }

  @Override
  public boolean readsTextOnly() {
    return generators.stream().allMatch(Generator::readsTextOnly);
  }

  /** That of all of them, where they have one and the same. */
  @Override
  public Optional<PromptTemplate> prompt() {
    Optional<PromptTemplate> first = generators.getFirst().prompt();
    return generators.stream().allMatch(one -> one.prompt().equals(first))
        ? first
        : Optional.empty();
  }

  @Override
  public Generator withPrompt(PromptTemplate prompt) {
    List<Generator> changed = generators.stream().map(one -> one.withPrompt(prompt)).toList();
    return new FallbackGenerator(changed.getFirst(), changed.subList(1, changed.size()));
  }

  /** What all of them send, of which the last may be the one to answer. */
  @Override
  public Sent mostSent() {
    return generators.stream().map(Generator::mostSent).reduce(Sent::plus).orElseThrow();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "fallback")
        .withParts(generators.stream().map(Generator::description).toList());
  }
}
