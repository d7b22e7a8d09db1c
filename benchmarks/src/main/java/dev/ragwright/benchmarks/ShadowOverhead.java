package dev.ragwright.benchmarks;

import dev.ragwright.RagPipeline;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.observe.ShadowPipeline;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Is the served pipeline any slower with a candidate in its shadow?
 *
 * <p>BM25 over {@value #PASSAGES} made passages and the extractive generator are served. One
 * candidate has its generator elsewhere, which is waited for {@value #WAIT_MILLIS} ms; the other
 * computes here, and reads 50 passages in place of 8: what it takes of the processors it takes from
 * the served one, unless some are idle. One thread asks, {@value #PAUSE_MICROS} microseconds after
 * the last answer, {@value #BLOCK} questions without a shadow, as many with it, and so on, in turn
 * which is first: long enough that runs meet the questions with a shadow, and short enough that
 * whatever else the machine does meets both alike. A tenth of the questions has a run. Printed are
 * the quantiles of both and their ratio, with its 95 % interval over 1,000 bootstrap draws of
 * blocks; a second pipeline without a shadow, first, says what no difference looks like.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ShadowOverhead}; {@code -Dargs=200000} asks so many of
 * each.
 */
public final class ShadowOverhead {
  private static final int PASSAGES = 20_000;
  private static final int PAUSE_MICROS = 500;
  private static final int WAIT_MILLIS = 2;
  private static final int BLOCK = 200;

  private static final Generator HOSTED =
      (request, context) -> {
        LockSupport.parkNanos(WAIT_MILLIS * 1_000_000L);
        return Generation.of("It is said to be so.");
      };

  private ShadowOverhead() {}

  /** Takes the number of questions of each, 40,000 unless given. */
  public static void main(String... args) {
    int each = args.length > 0 && !args[0].isBlank() ? Integer.parseInt(args[0]) : 40_000;
    SplittableRandom random = new SplittableRandom(42);
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < PASSAGES; i++) {
      passages.add(Passage.of("d" + i, words(random, 60) + "."));
    }
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(passages);
      RagPipeline plain =
          RagPipeline.builder()
              .retriever(index.bm25())
              .generator(ExtractiveGenerator.create())
              .build();
      measure(each / 4, random, plain, plain.with(rag -> rag)); // warms up
      report("without either", measure(each, random, plain, plain.with(rag -> rag)));
      shadowed(
          "candidate elsewhere", each, random, plain, plain.with(rag -> rag.generator(HOSTED)));
      shadowed("candidate here", each, random, plain, plain.with(rag -> rag.topK(50)));
    }
  }

  private static void shadowed(
      String name, int each, SplittableRandom random, RagPipeline plain, RagPipeline candidate) {
    ShadowPipeline shadow =
        ShadowPipeline.builder(plain, candidate)
            .share(.1, 42)
            .perMinute(1_000_000)
            .perDay(10_000_000)
            .build();
    try (shadow) {
      measure(each / 10, random, plain, shadow.pipeline()); // warms up
      report(name, measure(each, random, plain, shadow.pipeline()));
      System.out.println(shadow.report().counts());
    }
  }

  /** Nanoseconds (2, each). */
  private static long[][] measure(
      int each, SplittableRandom random, RagPipeline one, RagPipeline other) {
    long[][] nanos = new long[2][each];
    for (int from = 0; from < each; from += BLOCK) {
      for (int turn = 0; turn < 2; turn++) {
        int which = (from / BLOCK + turn) % 2;
        RagPipeline asked = which == 0 ? one : other;
        for (int i = from; i < Math.min(each, from + BLOCK); i++) {
          String question = words(random, 6) + "?";
          LockSupport.parkNanos(PAUSE_MICROS * 1_000L);
          long start = System.nanoTime();
          asked.ask(question);
          nanos[which][i] = System.nanoTime() - start;
        }
      }
    }
    return nanos;
  }

  private static void report(String name, long[][] nanos) {
    for (double quantile : new double[] {.5, .9, .99}) {
      double first = quantile(nanos[0], quantile) / 1e3;
      double second = quantile(nanos[1], quantile) / 1e3;
      double[] ratios = ratios(nanos, quantile);
      System.out.printf(
          Locale.ROOT,
          "%-20s p%-4.0f %8.1f us against %8.1f us, ratio %.3f [%.3f, %.3f]%n",
          name,
          quantile * 100,
          second,
          first,
          second / first,
          ratios[25],
          ratios[974]);
    }
  }

  private static double[] ratios(long[][] nanos, double quantile) {
    SplittableRandom random = new SplittableRandom(1);
    int blocks = nanos[0].length / BLOCK;
    double[] ratios = new double[1_000];
    for (int draw = 0; draw < ratios.length; draw++) {
      long[][] drawn = new long[2][blocks * BLOCK];
      for (int b = 0; b < blocks; b++) {
        int from = random.nextInt(blocks) * BLOCK;
        for (int which = 0; which < 2; which++) {
          System.arraycopy(nanos[which], from, drawn[which], b * BLOCK, BLOCK);
        }
      }
      ratios[draw] = quantile(drawn[1], quantile) / quantile(drawn[0], quantile);
    }
    Arrays.sort(ratios);
    return ratios;
  }

  private static double quantile(long[] values, double quantile) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(quantile * sorted.length) - 1];
  }

  private static String words(SplittableRandom random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      double rank = Math.exp(random.nextDouble() * Math.log(5_000)); // as Zipf's law has it
      text.append(i == 0 ? "" : " ").append("word").append((int) rank);
    }
    return text.toString();
  }
}
