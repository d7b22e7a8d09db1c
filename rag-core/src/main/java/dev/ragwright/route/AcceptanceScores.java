package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.markdown.SentenceSpan;
import dev.ragwright.text.Words;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A score under a name. */
record NamedScore(StageDescription description, AcceptanceScore score) implements AcceptanceScore {
  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    return score.score(request, generation, context);
  }

  @Override
  public double least() {
    return score.least();
  }

  @Override
  public double most() {
    return score.most();
  }

  @Override
  public boolean readsTextOnly() {
    return score.readsTextOnly();
  }
}

/** What the generator says of itself. */
enum OwnConfidence implements AcceptanceScore {
  INSTANCE;

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    context.throwIfStopped();
    return new Scored(generation.confidence(), Usage.none(), List.of());
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("acceptance", "confidence");
  }
}

/** A score from 0 to 1. */
interface Share extends AcceptanceScore {
  @Override
  default double least() {
    return 0;
  }

  @Override
  default double most() {
    return 1;
  }

  /** What the generator read. */
  static Context read(GenerationRequest request, Generation generation) {
    return generation.context().orElse(request.context());
  }
}

/** The share of the words that stand in the evidence. */
enum WordSupport implements Share {
  INSTANCE;

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    context.throwIfStopped();
    List<String> words = Words.of(generation.text()).toList();
    if (words.isEmpty()) {
      return Scored.none();
    }
    Set<String> given = new HashSet<>();
    Share.read(request, generation)
        .evidence()
        .forEach(evidence -> Words.of(evidence.passage().text()).forEach(given::add));
    return Scored.of((double) words.stream().filter(given::contains).count() / words.size());
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("acceptance", "words");
  }
}

/** How likely the evidence entails the answer's sentences. */
record EntailedScore(StageDescription description, Entailment entailment) implements Share {
  EntailedScore {
    Objects.requireNonNull(entailment, "entailment");
  }

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    List<Evidence> evidence = Share.read(request, generation).evidence();
    double sum = 0;
    List<SentenceSpan> sentences = SentenceSpan.of(generation.text());
    for (SentenceSpan sentence : sentences) {
      context.throwIfStopped();
      String claim = generation.text().substring(sentence.start(), sentence.end());
      sum += entailment.probability(premise(evidence, generation, sentence), claim, context);
    }
    return sentences.isEmpty() ? Scored.none() : Scored.of(sum / sentences.size());
  }

  private static String premise(
      List<Evidence> evidence, Generation generation, SentenceSpan sentence) {
    Set<String> cited =
        generation.citations().stream()
            .filter(
                citation ->
                    citation.answerStart() < sentence.end()
                        && citation.answerEnd() > sentence.start())
            .map(Citation::passageId)
            .collect(Collectors.toSet());
    List<Evidence> own =
        evidence.stream()
            .filter(one -> one.passageIds().stream().anyMatch(cited::contains))
            .toList();
    return (own.isEmpty() ? evidence : own)
        .stream().map(one -> one.passage().text()).collect(Collectors.joining("\n"));
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }
}

/** How far others answer alike. */
record Agreement(List<Generator> others) implements Share {
  Agreement {
    others = List.copyOf(others);
    if (others.isEmpty()) {
      throw new IllegalArgumentException("agreement needs another generator to agree with, had none");
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
    return new Scored(
        OptionalDouble.of(mean), usage, all.stream().map(Said::record).toList());
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
