package dev.ragwright.benchmarks;

import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * What BM25's constants are worth on sets of short and of long questions: nDCG@10 of each set in
 * BEIR's layout, with each of its judgments, by how a repeated term of the question counts ({@code
 * k3}); the same by the questions' length, over all sets; and with {@code --grid} the mean over the
 * sets by {@code k1} and {@code b}. Documents are whole.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Bm25Settings -Dargs="[--grid] DIR DIR ..."}
 */
public final class Bm25Settings {
  private static final double[] K1 = {0.9, 1.2, 1.5, 1.8, 2.1, 2.5};
  private static final double[] B = {0.4, 0.55, 0.65, 0.75, 0.85};
  private static final double[] K3 = {0, 1.2, 8, Double.POSITIVE_INFINITY};
  private static final int[] WORDS = {5, 10, 20, 40, 100};

  private Bm25Settings() {}

  /**
   * A set and its index, which each setting opens anew.
   *
   * @param name as its folder and its judgments are called
   */
  private record Collection(String name, EvalSet set, Path index) {

    /** The questions' scores by id. */
    Map<String, Double> scores(double k1, double b, double k3) {
      try (LuceneIndex opened = LuceneIndex.builder().directory(index).bm25(k1, b, k3).open()) {
        Evaluation evaluation = RetrievalEvaluation.of(set, opened.bm25(), Ndcg.at(10));
        return evaluation.scores("ndcg@10").byCase().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, score -> score.getValue().value().orElseThrow()));
      }
    }

    String lengths() {
      int[] words =
          set.questions().values().stream().mapToInt(Bm25Settings::words).sorted().toArray();
      return String.format(
          Locale.ROOT, "%d, %d, %d", words[0], words[words.length / 2], words[words.length - 1]);
    }
  }

  /** Takes the folders. */
  public static void main(String... args) throws IOException {
    boolean grid = Arrays.asList(args).contains("--grid");
    List<String> folders = Arrays.stream(args).filter(arg -> !arg.equals("--grid")).toList();
    if (folders.isEmpty()) {
      System.err.println("name one folder or more in BEIR's layout");
      System.exit(2);
    }
    try (TemporaryFolder work = TemporaryFolder.create("bm25-settings")) {
      List<Collection> collections = new ArrayList<>();
      Path above = above(folders);
      for (String folder : folders) {
        collections.addAll(
            indexed(Path.of(folder), above, work.path().resolve("" + collections.size())));
      }
      if (grid) {
        grid(collections);
      } else {
        queryWeights(collections);
      }
    }
  }

  /** The folder that all of them are in, which no name needs. */
  private static Path above(List<String> folders) {
    Path above = Path.of(folders.getFirst()).toAbsolutePath().normalize().getParent();
    while (above != null && above.getParent() != null && !holds(above, folders)) {
      above = above.getParent();
    }
    return above == null ? Path.of("/") : above;
  }

  private static boolean holds(Path above, List<String> folders) {
    return folders.stream()
        .allMatch(folder -> Path.of(folder).toAbsolutePath().normalize().startsWith(above));
  }

  private static List<Collection> indexed(Path folder, Path above, Path to) {
    BeirFolder beir = BeirFolder.of(folder);
    try (LuceneIndex index = LuceneIndex.open(to)) {
      index.sync(beir, Chunkers.whole());
    }
    Path name = above.relativize(folder.toAbsolutePath().normalize());
    return beir.splits().stream()
        .map(split -> new Collection(name + "/" + split, EvalSet.beir(folder, split), to))
        .toList();
  }

  private static int words(Question question) {
    return question.text().strip().split("\\s+").length;
  }

  private static void queryWeights(List<Collection> collections) {
    System.out.println("| set | questions | words | k3 = 0 | 1.2 | 8 | infinite |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    List<double[]> means = new ArrayList<>();
    Map<Integer, List<double[]>> byLength = new TreeMap<>();
    for (Collection collection : collections) {
      List<Map<String, Double>> scores =
          Arrays.stream(K3).mapToObj(k3 -> collection.scores(1.5, 0.75, k3)).toList();
      List<double[]> rows = new ArrayList<>();
      for (Question question : collection.set().questions().values()) {
        double[] row =
            scores.stream().mapToDouble(of -> of.getOrDefault(question.id(), 0.0)).toArray();
        rows.add(row);
        byLength.computeIfAbsent(most(words(question)), most -> new ArrayList<>()).add(row);
      }
      means.add(means(rows));
      print(collection.name(), rows.size(), collection.lengths(), means.getLast());
    }
    print("mean of the sets", means.size(), "", means(means));
    byLength.forEach(
        (most, rows) ->
            print(
                "all questions",
                rows.size(),
                most > WORDS[WORDS.length - 1] ? "more" : "up to " + most,
                means(rows)));
  }

  private static int most(int words) {
    return Arrays.stream(WORDS).filter(most -> words <= most).findFirst().orElse(Integer.MAX_VALUE);
  }

  private static double[] means(List<double[]> rows) {
    double[] means = new double[K3.length];
    for (int i = 0; i < means.length; i++) {
      int column = i;
      means[i] = rows.stream().mapToDouble(row -> row[column]).average().orElse(Double.NaN);
    }
    return means;
  }

  private static void print(String name, int count, String words, double[] means) {
    System.out.printf("| %s | %,d | %s | %s |%n", name, count, words, fixed(Arrays.stream(means)));
  }

  private static String fixed(DoubleStream numbers) {
    return numbers
        .mapToObj(number -> String.format(Locale.ROOT, "%.4f", number).replaceFirst("^0", ""))
        .collect(Collectors.joining(" | "));
  }

  private static void grid(List<Collection> collections) {
    System.out.println("| k1 | b = .4 | .55 | .65 | .75 | .85 |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    for (double k1 : K1) {
      DoubleStream means =
          Arrays.stream(B)
              .map(
                  b ->
                      collections.stream()
                          .mapToDouble(of -> mean(of.scores(k1, b, Double.POSITIVE_INFINITY)))
                          .average()
                          .orElseThrow());
      System.out.println("| " + k1 + " | " + fixed(means) + " |");
    }
  }

  private static double mean(Map<String, Double> scores) {
    return scores.values().stream().mapToDouble(score -> score).average().orElseThrow();
  }
}
