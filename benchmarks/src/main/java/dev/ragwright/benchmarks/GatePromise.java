package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.NoThresholdException;
import dev.ragwright.eval.answer.ThresholdCalibration;
import dev.ragwright.generators.extractive.OnnxExtractiveReader;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether an evidence gate keeps its promise. For ten seeds, each set is cut in two: a threshold
 * for the first passage's score is learnt on one half, and what it accepts is counted on the other.
 * A first passage is right if it is of a relevant document; scores are BM25's, and with a reader's
 * folder also the reader's over BM25's best 5.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=GatePromise -Dargs="[reader=DIR] BEIR_DIR BEIR_DIR ..."}
 */
public final class GatePromise {
  private static final int SEEDS = 10;
  private static final int READ = 5;
  private static final double CONFIDENCE = 0.9;
  private static final double[] ALLOWED = {0.02, 0.05, 0.1, 0.2};

  private GatePromise() {}

  /** Takes the folders. */
  public static void main(String... arguments) {
    List<String> folders =
        List.of(arguments).stream().filter(one -> !one.startsWith("reader=")).toList();
    if (folders.isEmpty()) {
      System.err.println("name one folder or more in BEIR's layout, and reader=DIR if you like");
      System.exit(2);
    }
    System.out.printf(
        Locale.ROOT, "half of each set to learn, half to count, confidence %s%n", CONFIDENCE);
    System.out.println("| set | scores | wrong firsts | allowed | seed: coverage, error |");
    System.out.println("| --- | --- | --- | --- | --- |");
    Optional<String> reader =
        List.of(arguments).stream().filter(one -> one.startsWith("reader=")).findFirst();
    if (reader.isEmpty()) {
      folders.forEach(folder -> measure(Path.of(folder), null));
      return;
    }
    try (OnnxExtractiveReader opened =
        OnnxExtractiveReader.load(Path.of(reader.get().substring("reader=".length())))) {
      folders.forEach(folder -> measure(Path.of(folder), opened));
    }
  }

  private static void measure(Path folder, @Nullable OnnxExtractiveReader reader) {
    EvalSet set = EvalSet.beir(folder);
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(BeirFolder.of(folder).passages(Chunkers.whole()));
      report(set, "bm25", firsts(set, index.bm25()));
      if (reader != null) {
        report(set, "reader", firsts(set, index.bm25().rerankedBy(reader.reranker(), READ)));
      }
    }
  }

  /** The first hit of a question. */
  private record First(Hit hit, boolean right) {}

  private static Map<String, First> firsts(EvalSet set, Retriever retriever) {
    return set.questions().values().parallelStream()
        .flatMap(question -> first(set, question, retriever).stream())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static Optional<Map.Entry<String, First>> first(
      EvalSet set, Question question, Retriever retriever) {
    return retriever
        .retrieve(RetrievalRequest.of(question.text(), 1), CallContext.unbounded())
        .hits()
        .stream()
        .findFirst()
        .map(
            hit ->
                Map.entry(
                    question.id(),
                    new First(
                        hit,
                        set.qrels()
                                .judgments(question.id())
                                .grade(hit.passage().documentId())
                                .orElse(0)
                            > 0)));
  }

  private static void report(EvalSet set, String scores, Map<String, First> firsts) {
    double wrong =
        firsts.values().stream().mapToInt(first -> first.right() ? 0 : 1).average().orElse(0);
    for (double allowed : ALLOWED) {
      StringBuilder line = new StringBuilder();
      int broken = 0;
      int promised = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        EvalSet.Split split = set.split(0.5, seed);
        try {
          Counted counted =
              count(learnt(of(split.choosing(), firsts), allowed), of(split.reporting(), firsts));
          promised++;
          broken += counted.error() > allowed ? 1 : 0;
          line.append(
              String.format(
                  Locale.ROOT, " %d: %.2f, %.3f;", seed, counted.coverage(), counted.error()));
        } catch (NoThresholdException e) {
          line.append(String.format(Locale.ROOT, " %d: no threshold;", seed));
        }
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %.3f | %.2f |%s above what is allowed: %d of %d |%n",
          set.name(),
          scores,
          wrong,
          allowed,
          line,
          broken,
          promised);
    }
  }

  private static List<First> of(EvalSet half, Map<String, First> firsts) {
    Set<String> ids = half.questions().keySet();
    return ids.stream()
        .filter(firsts::containsKey)
        .map(id -> Objects.requireNonNull(firsts.get(id)))
        .toList();
  }

  private static Threshold learnt(List<First> cases, double allowed) {
    boolean[] right = new boolean[cases.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = cases.get(i).right();
    }
    return ThresholdCalibration.of(
            cases.getFirst().hit().source(),
            cases.stream().mapToDouble(one -> one.hit().score()).toArray(),
            right)
        .errorAtMost(allowed)
        .confidence(CONFIDENCE)
        .threshold();
  }

  private record Counted(double coverage, double error) {}

  private static Counted count(Threshold threshold, List<First> cases) {
    List<First> accepted =
        cases.stream().filter(one -> one.hit().score() >= threshold.value()).toList();
    double wrong = accepted.stream().mapToInt(one -> one.right() ? 0 : 1).average().orElse(0);
    return new Counted((double) accepted.size() / cases.size(), wrong);
  }
}
