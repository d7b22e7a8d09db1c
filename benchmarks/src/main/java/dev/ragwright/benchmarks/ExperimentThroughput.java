package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.eval.ranking.ReciprocalRank;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * How long do metrics and statistics of 54 ways to retrieve take over 10,000 questions, and how
 * much memory?
 *
 * <p>The stages are scripted and take almost no time, so what is measured is the experiment itself:
 * keys, rankings of 100 passages, three metrics, intervals of 10,000 resamples for each arm and
 * metric, the effect of each factor, an interaction, and the set of winners. Data is random with a
 * fixed seed: 5,000 passages, one relevant document a question.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ExperimentThroughput}; {@code -Dargs=1000} takes as many
 * questions.
 */
public final class ExperimentThroughput {
  private static final int PASSAGES = 5_000;
  private static final int DEPTH = 100;
  private static final long SEED = 7;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final List<Passage> passages = new ArrayList<>();
  private final int questions;

  private ExperimentThroughput(int questions) {
    this.questions = questions;
    for (int i = 0; i < PASSAGES; i++) {
      passages.add(Passage.of("passage-" + i, "some words of passage " + i + " ".repeat(i % 7)));
    }
  }

  /** Takes the number of questions, or nothing. */
  public static void main(String... args) {
    new ExperimentThroughput(args.length > 0 ? Integer.parseInt(args[0]) : 10_000).run();
  }

  private void run() {
    Experiment experiment = experiment();
    long start = System.nanoTime();
    ExperimentResult result = experiment.run(Progress.console());
    double run = seconds(start);
    System.out.printf(Locale.ROOT, "CPU so far %.1f s%n", SYSTEM.getProcessCpuTime() / 1e9);
    start = System.nanoTime();
    for (String factor : result.factors().keySet()) {
      System.out.println(result.effectOf(factor, "ndcg@10"));
    }
    System.out.println(result.interactionOf("retriever", "reranker", "ndcg@10"));
    double effects = seconds(start);
    start = System.nanoTime();
    System.out.println(result.winners("ndcg@10").indistinguishable());
    double winners = seconds(start);
    double total = run + effects + winners;
    System.out.printf(
        Locale.ROOT,
        "%n%,d questions x %d arms, %d metrics, depth %d; %d processors, Java %s%n",
        questions,
        result.arms().size(),
        result.metrics().size(),
        DEPTH,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    System.out.printf(Locale.ROOT, "run and intervals  %6.1f s%n", run);
    System.out.printf(Locale.ROOT, "effects            %6.1f s%n", effects);
    System.out.printf(Locale.ROOT, "winners            %6.1f s%n", winners);
    System.out.printf(Locale.ROOT, "total              %6.1f s%n", total);
    double cpu = SYSTEM.getProcessCpuTime() / 1e9;
    System.out.printf(Locale.ROOT, "CPU of the process %6.1f s%n", cpu);
    System.out.printf(
        Locale.ROOT,
        "most heap used     %6d MB, allowed %d MB%n",
        peak() >> 20,
        Runtime.getRuntime().maxMemory() >> 20);
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "ExperimentThroughput");
    json.put("questions", questions).put("arms", result.arms().size());
    json.put("seconds", total).put("cpuSeconds", cpu).put("peakMegabytes", peak() >> 20);
    System.out.println(json);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  /** The sum of the pools' peaks: not less than the heap ever had. */
  private static long peak() {
    long sum = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        sum += pool.getPeakUsage().getUsed();
      }
    }
    return sum;
  }

  private Experiment experiment() {
    Map<String, QueryExpander> expanders = new LinkedHashMap<>();
    expanders.put("none", QueryExpander.none());
    expanders.put("rewrite", expander("rewrite"));
    expanders.put("keywords", expander("keywords"));
    Map<String, Retriever> retrievers = new LinkedHashMap<>();
    retrievers.put("weak", retriever("weak", 40));
    retrievers.put("fair", retriever("fair", 20));
    retrievers.put("good", retriever("good", 10));
    Map<String, Reranker> rerankers = new LinkedHashMap<>();
    rerankers.put("none", Reranker.none());
    rerankers.put("reverse", reranker());
    return Experiment.over(set())
        .vary(Factor.EXPANDER, expanders)
        .vary(Factor.RETRIEVER, retrievers)
        .vary(Factor.RERANKER, rerankers)
        .vary(Factor.TOP_K, 3, 5, 10)
        .measure(Ndcg.at(10), Recall.at(100), ReciprocalRank.at(10))
        .build();
  }

  private EvalSet set() {
    List<Question> all = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "q" + i, List.of()));
      grades.put("q" + i, Map.of("passage-" + i % PASSAGES, 1));
    }
    return EvalSet.of("scripted", all, Qrels.ofGrades(grades));
  }

  private static QueryExpander expander(String name) {
    return ((QueryExpander)
            (query, context) -> Expansion.of(List.of(Query.of(query.text() + " " + name))))
        .named(name);
  }

  /** The relevant passage at a random rank with this mean, among others in a random order. */
  private Retriever retriever(String name, int meanRank) {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        String text = request.query().text();
        Random random = new Random(SEED * 31 + (name + text).hashCode());
        int wanted = Integer.parseInt(text.split(" ", 2)[0].substring(1)) % PASSAGES;
        int place = (int) (-StrictMath.log(1 - random.nextDouble()) * meanRank);
        int step = 1 + 2 * random.nextInt(PASSAGES / 2 - 1);
        List<Hit> hits = new ArrayList<>();
        for (int i = 1; hits.size() < request.topK(); i++) {
          int other = (int) ((wanted + (long) i * step) % PASSAGES);
          if (hits.size() == place) {
            hits.add(new Hit(passages.get(wanted), -hits.size(), name));
          } else if (other != wanted) {
            hits.add(new Hit(passages.get(other), -hits.size(), name));
          }
        }
        return Retrieval.of(hits, Usage.none());
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("retriever", name);
      }
    };
  }

  private static Reranker reranker() {
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        return Retrieval.of(hits.reversed().subList(0, topK), Usage.none());
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("reranker", "reverse");
      }
    };
  }
}
