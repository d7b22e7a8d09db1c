package dev.ragwright.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.onnx.runtime.OnnxModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Would padded batches be faster than one pair a run? Straight on the runtime, without this
 * library: 100 pairs of 20 to 260 tokens at random, sorted by length and cut into batches of at
 * most so many tokens with their padding, for a model with the inputs of BERT.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=BatchedRuns -Dargs="FILE.onnx [rounds]"}
 */
public final class BatchedRuns {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int PAIRS = 100;

  private BatchedRuns() {}

  /** How the same pairs are run: on how many threads a run, in batches of how many tokens. */
  private record EvidencePath(String name, int intraOpThreads, int budget) {}

  /** Runs it. */
  public static void main(String... args)
      throws OrtException, InterruptedException, ExecutionException {
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    List<EvidencePath> ways =
        List.of(
            new EvidencePath("one a run, a thread each", 1, 0),
            new EvidencePath("batches of 1,000 tokens, a thread each", 1, 1_000),
            new EvidencePath("batches of 4,000 tokens, a thread each", 1, 4_000),
            new EvidencePath("batches of 4,000 tokens, all threads", CORES, 4_000),
            new EvidencePath("one batch, all threads", CORES, Integer.MAX_VALUE));
    print(
        "%s, %d pairs of 20 to 260 tokens, %d processors",
        Path.of(args[0]).getFileName(), PAIRS, CORES);
    print(
        "%s, %d rounds, in turn, after one to warm up; medians, and of the ratios too",
        OnnxModel.runtime(), rounds);
    List<OrtSession> sessions = new ArrayList<>();
    for (EvidencePath way : ways) {
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(way.intraOpThreads());
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      sessions.add(OrtEnvironment.getEnvironment().createSession(args[0], options));
    }
    int[] lengths = new Random(1).ints(PAIRS, 20, 261).sorted().toArray();
    double[][] wall = new double[ways.size()][rounds];
    double[][] cpu = new double[ways.size()][rounds];
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i < ways.size(); i++) {
        long cpuStart = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        run(sessions.get(i), ways.get(i), lengths);
        if (round >= 0) {
          wall[i][round] = (System.nanoTime() - start) / 1e9;
          cpu[i][round] = (SYSTEM.getProcessCpuTime() - cpuStart) / 1e9;
        }
      }
    }
    print("%-40s %8s %8s %11s %10s", "", "wall s", "CPU s", "wall ratio", "CPU ratio");
    for (int i = 0; i < ways.size(); i++) {
      print(
          "%-40s %8.3f %8.3f %11.2f %10.2f",
          ways.get(i).name(),
          median(wall[i]),
          median(cpu[i]),
          median(ratios(wall[i], wall[0])),
          median(ratios(cpu[i], cpu[0])));
    }
  }

  private static void run(OrtSession session, EvidencePath way, int[] sorted)
      throws InterruptedException, ExecutionException {
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < sorted.length; ) {
      int to = from + 1;
      while (to < sorted.length && (long) (to + 1 - from) * sorted[to] <= way.budget()) {
        to++;
      }
      batches.add(Arrays.copyOfRange(sorted, from, to));
      from = to;
    }
    Collections.reverse(batches);
    try (ExecutorService threads = Executors.newFixedThreadPool(CORES / way.intraOpThreads())) {
      List<Future<?>> running = new ArrayList<>();
      for (int[] batch : batches) {
        running.add(
            threads.submit(
                () -> {
                  run(session, batch);
                  return null;
                }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    }
  }

  private static void run(OrtSession session, int[] lengths) throws OrtException {
    int longest = lengths[lengths.length - 1];
    long[][] ids = new long[lengths.length][longest];
    long[][] mask = new long[lengths.length][longest];
    Random random = new Random(longest);
    for (int i = 0; i < lengths.length; i++) {
      for (int token = 0; token < lengths[i]; token++) {
        ids[i][token] = 1_000L + random.nextInt(20_000);
        mask[i][token] = 1;
      }
    }
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String name : session.getInputNames()) {
        long[][] values =
            switch (name) {
              case "input_ids" -> ids;
              case "attention_mask" -> mask;
              default -> new long[lengths.length][longest];
            };
        inputs.put(name, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values));
      }
      session.run(inputs).close();
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static double[] ratios(double[] values, double[] base) {
    double[] ratios = new double[values.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values[i] / base[i];
    }
    return ratios;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
