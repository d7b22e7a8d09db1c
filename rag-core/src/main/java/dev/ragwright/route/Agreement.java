package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.text.Words;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/** How far others answer alike. */
record Agreement(List<Generator> others) implements Share {
  Agreement {
    others = List.copyOf(others);
    if (others.isEmpty()) {
      throw new IllegalArgumentException(
          "agreement needs another generator to agree with, had none");
    }
  }

  /** What another one said, and how far that is the same. */
  private record Said(double alike, StageRecord record) {}

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    context.throwIfStopped();
    List<String> words = Words.of(generation.text()).toList();
    List<Function<CallContext, Said>> tasks = new ArrayList<>();
    others.forEach(other -> tasks.add(within -> said(other, request, words, within)));
    List<Said> all = context.inParallel(tasks);
    Usage usage = all.stream().map(one -> one.record().usage()).reduce(Usage.none(), Usage::plus);
    double mean = all.stream().mapToDouble(Said::alike).sum() / all.size();
    return new Scored(OptionalDouble.of(mean), usage, all.stream().map(Said::record).toList());
  }

  private static Said said(
      Generator other, GenerationRequest request, List<String> words, CallContext context) {
    long start = context.ticker().nanos();
    Generation made = other.generate(request, context);
    double alike = f1(words, Words.of(made.text()).toList());
    StageRecord record =
        StageRecord.of(
                "generator",
                other.description(),
                Duration.ofNanos(context.ticker().nanos() - start),
                made.usage())
            .with("alike", alike)
            .withServed(made.model().orElse(""))
            .withParts(made.parts());
    return new Said(alike, record);
  }

  /** The harmonic mean of precision and recall, of words as often as they are used. */
  private static double f1(List<String> one, List<String> other) {
    Map<String, Integer> left = new HashMap<>();
    one.forEach(word -> left.merge(word, 1, Integer::sum));
    int shared = 0;
    for (String word : other) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        shared++;
      }
    }
    return shared == 0 ? 0 : 2.0 * shared / (one.size() + other.size());
  }

  @Override
  public boolean readsTextOnly() {
    return others.stream().allMatch(Generator::readsTextOnly);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("acceptance", "agreement")
        .withParts(others.stream().map(Generator::description).toList());
  }
}
