package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A small world of real passages, with stages that count how often they are called. */
final class Fixture {
  static final List<String> ANIMALS =
      List.of("cat", "dog", "owl", "fox", "hen", "bee", "eel", "ant");

  private Fixture() {}

  /** Twice as many passages as animals: a decoy that shares more words, then the right one. */
  static List<Passage> passages() {
    List<Passage> passages = new ArrayList<>();
    for (String animal : ANIMALS) {
      passages.add(
          Passage.of("decoy-" + animal, "where does the " + named(animal) + " live nobody knows"));
      passages.add(Passage.of(animal, answer(animal)));
    }
    return passages;
  }

  private static String named(String animal) {
    return animal + " mr" + animal;
  }

  private static String answer(String animal) {
    return "the " + named(animal) + " does live in place " + animal.toUpperCase(Locale.ROOT);
  }

  static EvalSet set() {
    return set(ANIMALS.size());
  }

  static EvalSet set(int questions) {
    List<Question> all = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < questions; i++) {
      String animal = ANIMALS.get(i % ANIMALS.size());
      String id = "q" + i;
      all.add(
          new Question(
              id,
              "where does the " + named(animal) + " live " + (i < ANIMALS.size() ? "" : i),
              List.of(answer(animal))));
      grades.put(id, Map.of(animal, 1));
    }
    return EvalSet.of("animals", all, Qrels.ofGrades(grades));
  }

  static FakeRetriever words() {
    return FakeRetriever.of(passages());
  }

  /** Puts decoys last; counts its calls. */
  static final class NoDecoys implements Reranker {
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      calls.incrementAndGet();
      return Retrieval.ranked(
          hits.stream()
              .map(
                  hit ->
                      new Hit(
                          hit.passage(),
                          hit.score() - (hit.passage().id().startsWith("decoy") ? 100 : 0),
                          "no-decoys"))
              .toList(),
          topK,
          Usage.of("pairs", hits.size()));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "no-decoys");
    }
  }

  /** Quotes the first evidence; counts its calls. */
  static final class Quoting implements Generator {
    final AtomicInteger calls = new AtomicInteger();
    private final String name;

    Quoting(String name) {
      this.name = name;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      calls.incrementAndGet();
      return FakeGenerator.create().generate(request, context);
    }

    @Override
    public boolean readsTextOnly() {
      return true; // but for what it counts
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", name);
    }
  }

  /** As {@link Quoting}, but each call takes some milliseconds. */
  static Generator slow(String name) {
    Quoting quoting = new Quoting(name);
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        LockSupport.parkNanos(5_000_000);
        return quoting.generate(request, context);
      }

      @Override
      public StageDescription description() {
        return quoting.description();
      }
    };
  }
}
