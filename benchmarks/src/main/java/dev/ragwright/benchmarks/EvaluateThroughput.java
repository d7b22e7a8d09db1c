package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.RunEvaluation;
import dev.ragwright.eval.ranking.RankingMetrics;
import dev.ragwright.text.Decimals;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How long does it take to evaluate 1,000 queries with 100 documents each by five metrics, beside
 * pytrec_eval, which is trec_eval's C code behind a Python interface?
 *
 * <p>Both start from unsorted scores in maps, as a retriever leaves them, and from judgments that
 * are already in their own form; both sort. Data is random with a fixed seed: 100 documents of a
 * query have distinct scores, 20 documents are judged with the grades 0 to 3. Times are CPU of the
 * whole process, collector and compiler included, medians over the rounds.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=EvaluateThroughput}; with {@code -Dargs=PYTHON}, the
 * path of a Python that has pytrec_eval, it is measured on the same data and its means are
 * compared.
 */
public final class EvaluateThroughput {
  private static final int QUERIES = 1_000;
  private static final int DOCUMENTS = 100;
  private static final int JUDGED = 20;
  private static final int ROUNDS = 15;

  /** Evaluations a round: the process's CPU time may advance in steps of 10 ms. */
  private static final int BATCH = 20;

  private static final long SEED = 7;
  private static final String METRICS = "map,recip_rank,ndcg_cut_10,P_10,recall_100";
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final String PEER =
      """
      import json, sys, time, pytrec_eval
      data = json.load(open(sys.argv[1]))
      evaluator = pytrec_eval.RelevanceEvaluator(data["qrels"], data["metrics"])
      times = []
      for _ in range(2 * data["rounds"]):
          start = time.process_time()
          values = evaluator.evaluate(data["run"])
          times.append(time.process_time() - start)
      times = sorted(times[data["rounds"]:])
      mean = lambda metric: sum(q[metric] for q in values.values()) / len(values)
      print(1000 * times[len(times) // 2], *["%.4f" % mean(m) for m in data["metrics"]])
      """;

  private EvaluateThroughput() {}

  /** Takes the path of a Python, or nothing. */
  public static void main(String... args) throws IOException, InterruptedException {
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
    fill(grades, scores);
    Qrels qrels = Qrels.ofGrades(grades);
    Map<String, RankingMetric> metrics = RankingMetrics.parse(METRICS, 1);
    Run ranked = run(scores);

    double evaluate = cpuMillis(() -> RunEvaluation.of(qrels, ranked, metrics.values(), false));
    double both = cpuMillis(() -> RunEvaluation.of(qrels, run(scores), metrics.values(), false));
    Evaluation evaluation = RunEvaluation.of(qrels, ranked, metrics.values(), false);
    List<String> means =
        evaluation.metrics().stream()
            .map(MetricScores::mean)
            .map(mean -> Decimals.fixed(mean.orElseThrow(), 4))
            .toList();

    System.out.printf(Locale.ROOT, "%,d queries x %d documents, %s%n", QUERIES, DOCUMENTS, METRICS);
    System.out.printf(
        Locale.ROOT,
        "machine: %d processors, Java %s; %d rounds of %d after as many to warm up%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        ROUNDS,
        BATCH);
    System.out.println();
    System.out.printf(Locale.ROOT, "%-34s %10s%n", "", "CPU ms");
    System.out.printf(Locale.ROOT, "%-34s %10.2f%n", "ragwright, sort and evaluate", both);
    System.out.printf(
        Locale.ROOT, "%-34s %10.2f%n", "ragwright, evaluate what is sorted", evaluate);
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "EvaluateThroughput");
    json.put("cpuMillis", both);
    json.put("evaluateCpuMillis", evaluate);
    if (args.length > 0) {
      List<String> peer = peer(args[0], grades, scores, List.copyOf(metrics.keySet()));
      double peerMillis = Double.parseDouble(peer.getFirst());
      System.out.printf(
          Locale.ROOT, "%-34s %10.2f%n", "pytrec_eval, sort and evaluate", peerMillis);
      json.put("pytrecEvalCpuMillis", peerMillis);
      json.put("ratio", peerMillis / both);
      json.put("sameMeans", means.equals(peer.subList(1, peer.size())));
    }
    System.out.println();
    System.out.println(json);
  }

  private static void fill(
      Map<String, Map<String, Integer>> grades, Map<String, Map<String, Double>> scores) {
    Random random = new Random(SEED);
    for (int q = 0; q < QUERIES; q++) {
      Map<String, Double> found = new LinkedHashMap<>();
      Map<String, Integer> judged = new LinkedHashMap<>();
      for (int d = 0; d < DOCUMENTS; d++) {
        String document = "document-" + (random.nextInt(1_000) * DOCUMENTS + d);
        found.put(document, (double) random.nextFloat());
        if (d < JUDGED) {
          String missed = "document-missed-" + d;
          judged.put(d % 4 == 3 ? missed : document, random.nextInt(4));
        }
      }
      scores.put("query-" + q, found);
      grades.put("query-" + q, judged);
    }
  }

  private static Run run(Map<String, Map<String, Double>> scores) {
    Map<String, Ranking> rankings = new LinkedHashMap<>();
    scores.forEach((query, found) -> rankings.put(query, Ranking.of(found)));
    return Run.of("random", rankings);
  }

  private static double cpuMillis(Supplier<Evaluation> work) {
    double[] millis = new double[ROUNDS];
    int scored = 0;
    for (int round = -ROUNDS; round < ROUNDS; round++) {
      long start = SYSTEM.getProcessCpuTime();
      for (int i = 0; i < BATCH; i++) {
        scored += work.get().metrics().getFirst().scored();
      }
      if (round >= 0) {
        millis[round] = (SYSTEM.getProcessCpuTime() - start) / 1e6 / BATCH;
      }
    }
    if (scored != 2 * ROUNDS * BATCH * QUERIES) {
      throw new IllegalStateException("scored " + scored + " queries");
    }
    Arrays.sort(millis);
    return millis[ROUNDS / 2];
  }

  private static List<String> peer(
      String python,
      Map<String, Map<String, Integer>> grades,
      Map<String, Map<String, Double>> scores,
      List<String> metrics)
      throws IOException, InterruptedException {
    Path data = Files.createTempFile("evaluate", ".json");
    try {
      Map<String, Object> all =
          Map.of("qrels", grades, "run", scores, "metrics", metrics, "rounds", ROUNDS * BATCH / 5);
      new JsonMapper().writeValue(data.toFile(), all);
      Process process =
          new ProcessBuilder(python, "-c", PEER, data.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(python + " could not run pytrec_eval");
      }
      return List.of(printed.strip().split(" "));
    } finally {
      Files.delete(data);
    }
  }
}
