package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A grid of 648 arms whose quality is known: 3 expanders, 3 retrievers, 2 rerankers and 3 topK make
 * 54 ways to retrieve; 2 contexts and 6 generators 12 ways to answer. Where the right passage is
 * found, and whether it is understood, is drawn once for each question and stage from the seed.
 */
final class ScriptedGrid {
  static final int QUESTIONS = 100;
  private static final int FOUND = 20;

  private final long seed;
  final AtomicInteger generations = new AtomicInteger();

  ScriptedGrid(long seed) {
    this.seed = seed;
  }

  Experiment experiment() {
    Map<String, QueryExpander> expanders = new LinkedHashMap<>();
    expanders.put("none", QueryExpander.none());
    expanders.put("rewrite", expander("rewrite", "rewritten"));
    expanders.put("keywords", expander("keywords", "keywords"));
    Map<String, Retriever> retrievers = new LinkedHashMap<>();
    Map.of("weak", 6.0, "fair", 3.0, "good", 1.5).entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> retrievers.put(e.getKey(), retriever(e.getKey(), e.getValue())));
    Map<String, Reranker> rerankers = new LinkedHashMap<>();
    rerankers.put("none", Reranker.none());
    rerankers.put("sharp", reranker());
    Map<String, ContextAssembler> contexts = new LinkedHashMap<>();
    contexts.put("long", ContextAssembler.builder().build());
    contexts.put("short", ContextAssembler.builder().budget(12).build());
    Map<String, Generator> generators = new LinkedHashMap<>();
    for (String model : List.of("small", "medium", "large")) {
      for (String prompt : List.of("plain", "careful")) {
        double skill =
            switch (model) {
                  case "small" -> .45;
                  case "medium" -> .65;
                  default -> .8;
                }
                + (prompt.equals("careful") ? .08 : 0);
        generators.put(model + "-" + prompt, generator(model + "-" + prompt, skill));
      }
    }
    return Experiment.over(set())
        .vary(Factor.EXPANDER, expanders)
        .vary(Factor.RETRIEVER, retrievers)
        .vary(Factor.RERANKER, rerankers)
        .fix(Factor.RERANK_DEPTH, FOUND)
        .vary(Factor.TOP_K, 1, 3, 5)
        .vary(Factor.CONTEXT, contexts)
        .vary(Factor.GENERATOR, generators)
        .measure(ContextRecall.create(), ExactMatch.squad())
        .seed(seed)
        .resamples(1_000)
        .build();
  }

  private static EvalSet set() {
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < QUESTIONS; i++) {
      questions.add(new Question("q" + i, "q" + i, List.of("right" + i)));
      grades.put("q" + i, Map.of("q" + i + "-gold", 1));
    }
    return EvalSet.of("scripted", questions, Qrels.ofGrades(grades));
  }

  private SplittableRandom random(String what) {
    return new SplittableRandom(seed * 31 + what.hashCode()).split();
  }

  private static QueryExpander expander(String name, String word) {
    return ((QueryExpander)
            (query, context) -> Expansion.of(List.of(Query.of(query.text() + " " + word))))
        .named(name);
  }

  /** Finds the right passage at a geometric rank with the given mean. */
  private Retriever retriever(String name, double meanRank) {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        String text = request.query().text();
        String id = text.substring(0, (text + " ").indexOf(' '));
        double mean = meanRank * (text.endsWith("rewritten") ? .8 : text.contains(" ") ? 1.3 : 1);
        double draw = random(name + text).nextDouble();
        int place = (int) (Math.log(1 - draw) / Math.log(1 - 1 / (1 + mean)));
        List<Hit> hits = new ArrayList<>();
        for (int rank = 0; rank < FOUND; rank++) {
          String passage = rank == place ? id + "-gold" : id + "-" + rank;
          hits.add(
              new Hit(Passage.of(passage, passage + " some five words more"), FOUND - rank, name));
        }
        return Retrieval.of(hits, Usage.none());
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("retriever", name).with("seed", seed);
      }
    };
  }

  /** Brings the right passage to the top three times in four. */
  private Reranker reranker() {
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        boolean sees = random("rerank" + query.text()).nextDouble() < .75;
        return Retrieval.ranked(
            hits.stream()
                .map(
                    hit ->
                        sees && hit.passage().id().endsWith("gold")
                            ? new Hit(hit.passage(), 100, "sharp")
                            : hit)
                .toList(),
            topK,
            Usage.none());
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("reranker", "sharp").with("seed", seed);
      }
    };
  }

  /** Right with its skill where the right passage is read, less 3 % for each passage beside it. */
  private Generator generator(String name, double skill) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        generations.incrementAndGet();
        String id = request.question().text();
        long read = request.context().evidence().size();
        boolean there =
            request.context().evidence().stream()
                .anyMatch(evidence -> evidence.passage().id().endsWith("gold"));
        double chance = there ? skill - .03 * (read - 1) : .1 * skill;
        // half of the luck is the question's, as with real questions
        double luck =
            (random("easy" + id).nextDouble() + random(name + id + read).nextDouble()) / 2;
        boolean right = spread(luck) < chance;
        return Generation.of((right ? "right" : "wrong") + id.substring(1));
      }

      @Override
      public boolean readsTextOnly() {
        return true;
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", name).with("seed", seed);
      }
    };
  }

  /** The distribution function of the mean of two uniform numbers: makes it uniform again. */
  private static double spread(double mean) {
    return mean < .5 ? 2 * mean * mean : 1 - 2 * (1 - mean) * (1 - mean);
  }
}
