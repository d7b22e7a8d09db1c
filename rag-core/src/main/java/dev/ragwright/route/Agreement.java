package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.text.Words;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How far others answer alike. */
record Agreement(List<Generator> others) implements Share {
  Agreement {
    others = List.copyOf(others);
    if (others.isEmpty()) {
      throw new IllegalArgumentException(
          "agreement needs another generator to agree with, had none");
    }
  }

  /** What was asked of another one, and how far it said the same; -1 if it failed. */
  private record Said(double alike, StageRecord record) {}

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    context.throwIfStopped();
    List<String> words = Words.of(generation.text()).toList();
    AtomicReferenceArray<@Nullable Said> said = new AtomicReferenceArray<>(others.size());
    List<Function<CallContext, Boolean>> tasks =
        IntStream.range(0, others.size())
            .<Function<CallContext, Boolean>>mapToObj(
                i -> within -> ask(others.get(i), request, words, within, one -> said.set(i, one)))
            .toList();
    try {
      context.inParallel(tasks);
    } catch (RagException e) { // the others have ended, and are charged for
      throw RouteFailedException.of(
          "one that was to agree failed", e, all(said).stream().map(Said::record).toList());
    }
    List<Said> all = all(said);
    Usage usage = all.stream().map(one -> one.record().usage()).reduce(Usage.none(), Usage::plus);
    double mean = all.stream().mapToDouble(Said::alike).sum() / all.size();
    return new Scored(OptionalDouble.of(mean), usage, all.stream().map(Said::record).toList());
  }

  private static List<Said> all(AtomicReferenceArray<@Nullable Said> said) {
    return IntStream.range(0, said.length()).mapToObj(said::get).filter(Objects::nonNull).toList();
  }

  private static boolean ask(
      Generator other,
      GenerationRequest request,
      List<String> words,
      CallContext context,
      Consumer<Said> told) {
    long start = context.ticker().nanos();
    try {
      Generation made = other.generate(request, context);
      double alike = f1(words, Words.of(made.text()).toList());
      StageRecord record =
          record(other, start, made.usage(), context)
              .with("alike", alike)
              .withServed(made.model().orElse(""))
              .withParts(made.parts());
      told.accept(new Said(alike, record));
      return true;
    } catch (RagException e) {
      told.accept(new Said(-1, record(other, start, e.usage(), context).failed(e)));
      throw e;
    }
  }

  private static StageRecord record(Generator other, long start, Usage usage, CallContext context) {
    Duration took = Duration.ofNanos(context.ticker().nanos() - start);
    return StageRecord.of("generator", other.description(), took, usage);
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
