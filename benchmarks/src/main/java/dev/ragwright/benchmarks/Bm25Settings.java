package dev.ragwright.benchmarks;

import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.source.BeirFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What BM25's constants are worth on sets of short and of long questions: nDCG@10 of each set in
 * BEIR's layout, and of each of its judgments, by how a repeated term of the query counts ({@code
 * k3}); the same by the questions' length, over all sets; and a grid of {@code k1} and {@code b},
 * as a mean over the sets.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Bm25Settings -Dargs="DIR DIR ..."}
 */
public final class Bm25Settings {
  private static final double[] K1 = {0.9, 1.2, 1.5, 1.8, 2.1, 2.5};
  private static final double[] B = {0.4, 0.55, 0.65, 0.75, 0.85};
  private static final double[] K3 = {0, 1.2, 8, Double.POSITIVE_INFINITY};
  private static final int[] LENGTHS = {5, 10, 20, 40, 100, Integer.MAX_VALUE};

  /** A set with its index in a folder, which each setting opens anew. */
  private record Collection(EvalSet set, Path index) {

    double[] lengths() {
      return set.questions().values().stream()
          .mapToDouble(question -> words(question.text()))
          .sorted()
          .toArray();
    }

    /** The score of each question. */
    Map<String, Double> scores(double k1, double b, double k3) {
      try (LuceneIndex opened = LuceneIndex.builder().directory(index).bm25(k1, b, k3).open()) {
        Evaluation evaluation = RetrievalEvaluation.of(set, opened.bm25(), Ndcg.at(10));
        Map<String, Double> scores = new LinkedHashMap<>();
        for (Score score : evaluation.scores("ndcg@10").scores()) {
          score.value().ifPresent(value -> scores.put(score.caseId(), value));
        }
        return scores;
      }
    }
  }

  private Bm25Settings() {}

  /** Takes the folders. */
  public static void main(String... folders) throws IOException {
    if (folders.length == 0) {
      System.err.println("name one folder or more in BEIR's layout");
      System.exit(2);
    }
    Path work = Files.createTempDirectory("bm25-settings");
    try {
      List<Collection> collections = new ArrayList<>();
      for (String folder : folders) {
        collections.addAll(index(Path.of(folder), work.resolve("" + collections.size())));
      }
      queryWeights(collections);
      grid(collections);
    } finally {
      delete(work);
    }
  }

  private static List<Collection> index(Path folder, Path to) {
    BeirFolder beir = BeirFolder.of(folder);
    try (LuceneIndex index = LuceneIndex.open(to)) {
      index.sync(beir, Chunkers.whole());
    }
    return beir.splits().stream()
        .map(split -> new Collection(EvalSet.beir(folder, split), to))
        .toList();
  }

  private static int words(String text) {
    return text.strip().split("\\s+").length;
  }

  private static void queryWeights(List<Collection> collections) {
    System.out.println("| set | questions | words | k3 = 0 | 1.2 | 8 | infinite |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    double[] sums = new double[K3.length];
    Map<Integer, List<double[]>> byLength = new TreeMap<>();
    for (Collection collection : collections) {
      List<Map<String, Double>> scores = new ArrayList<>();
      for (double k3 : K3) {
        scores.add(collection.scores(1.5, 0.75, k3));
      }
      double[] means = new double[K3.length];
      for (int i = 0; i < K3.length; i++) {
        means[i] = mean(scores.get(i).values().stream());
        sums[i] += means[i];
      }
      double[] lengths = collection.lengths();
      row(
          collection.set().name(),
          lengths.length,
          "%.0f / %.0f / %.0f"
              .formatted(lengths[0], lengths[lengths.length / 2], lengths[lengths.length - 1]),
          means);
      for (String id : scores.getFirst().keySet()) {
        int length =
            words(java.util.Objects.requireNonNull(collection.set().questions().get(id)).text());
        byLength
            .computeIfAbsent(bin(length), bin -> new ArrayList<>())
            .add(scores.stream().mapToDouble(of -> of.getOrDefault(id, 0.0)).toArray());
      }
    }
    row(
        "mean of the sets",
        0,
        "",
        Stream.of(sums)
            .flatMapToDouble(s -> java.util.Arrays.stream(s))
            .map(s -> s / collections.size())
            .toArray());
    byLength.forEach(
        (bin, scores) -> {
          double[] means = new double[K3.length];
          for (int i = 0; i < K3.length; i++) {
            int k = i;
            means[i] = mean(scores.stream().map(of -> of[k]));
          }
          row("all sets", scores.size(), "to " + LENGTHS[bin], means);
        });
  }

  private static int bin(int words) {
    int bin = 0;
    while (words > LENGTHS[bin]) {
      bin++;
    }
    return bin;
  }

  private static void row(String name, int questions, String words, double[] means) {
    StringBuilder row = new StringBuilder("| %s | %d | %s".formatted(name, questions, words));
    for (double mean : means) {
      row.append(String.format(Locale.ROOT, " | %.4f", mean));
    }
    System.out.println(row + " |");
  }

  private static double mean(Stream<Double> values) {
    return values.mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private static void grid(List<Collection> collections) {
    for (double k3 : K3) {
      System.out.println("\nk3 = " + k3);
      for (double k1 : K1) {
        StringBuilder row = new StringBuilder("k1 %.1f".formatted(k1));
        for (double b : B) {
          double sum = 0;
          for (Collection collection : collections) {
            double mean = mean(collection.scores(k1, b, k3).values().stream());
            if (System.getenv("EACH") != null)
              System.err.printf("%s,%s,%s,%s,%.5f%n", collection.set().name(), k1, b, k3, mean);
            sum += mean;
          }
          row.append(String.format(Locale.ROOT, "  %.4f", sum / collections.size()));
        }
        System.out.println(row);
      }
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Bm25Settings::deleteOne);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
