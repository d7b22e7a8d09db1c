package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.VectorSearch;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * So many passages of 60 words, each a document with a vector of 384 numbers that is given, synced
 * into a folder: what building takes, how large the folder is, what a hybrid search of it takes,
 * and how long it takes to see that nothing has changed. Beside it Lucene's writer by its defaults,
 * given the same texts and vectors.
 *
 * <p>Each arm is a process of its own with 2 GB of heap, and one that needs more fails; the peak
 * counts garbage too. A question is asked {@value #REPEATS} times in a row, because the clock of
 * the process is coarse, and its CPU time is their mean. The source has to be made by the same
 * process: what that takes is told too ("read"), and is part of building and of a sync that changes
 * nothing. Ratios are to Lucene's, for CPU time, and to the index of full vectors, for bytes.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Indexing -Dargs="--passages 1000000"}; {@code --arms "by
 * size; graph 4"} leaves out the others.
 */
public final class Indexing {
  private static final int QUESTIONS = 200;
  private static final int REPEATS = 10;
  private static final int RECALLED = 100;
  private static final int TOP_K = 10;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private interface Action {
    void run() throws IOException;
  }

  private Indexing() {}

  /** Runs it; with {@code --arm}, one arm. */
  public static void main(String... args) throws Exception {
    int passages = 100_000;
    List<String> arms =
        List.of("lucene", "by size", "by size, 2 writers", "graph 4", "graph 4, 2 writers");
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--passages" -> passages = Integer.parseInt(args[i + 1]);
        case "--arms" -> arms = List.of(args[i + 1].split(" *; *", -1));
        case "--arm" -> {
          System.out.println("\n" + measure(args[i + 1], passages));
          return;
        }
        default -> throw new IllegalArgumentException("--passages N and --arms \"A; B\" there are");
      }
    }
    compare(passages, arms);
  }

  private static void compare(int passages, List<String> arms) throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s, %,d passages, heap of 2 GB%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        passages);
    System.out.println(
        "| by | built, CPU s | s | of Lucene's CPU | peak heap, MB | folder, MB | hybrid p50, CPU"
            + " ms | p95 | recall@10 | nothing changed, s | read, s |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    Map<String, JsonNode> results = new LinkedHashMap<>();
    for (String arm : arms) {
      JsonNode result = forked(arm, passages);
      results.put(arm, result);
      double lucene = results.containsKey("lucene") ? number(results, "lucene", "cpu") : Double.NaN;
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.2f | %.0f | %.1f | %.2f | %.2f | %.3f | %.2f | %.2f |%n",
          arm,
          result.path("cpu").asDouble(),
          result.path("wall").asDouble(),
          result.path("cpu").asDouble() / lucene,
          result.path("heap").asDouble(),
          result.path("folder").asDouble(),
          result.path("p50").asDouble(Double.NaN),
          result.path("p95").asDouble(Double.NaN),
          result.path("recall").asDouble(Double.NaN),
          result.path("again").asDouble(Double.NaN),
          result.path("read").asDouble());
    }
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "Indexing").put("passages", passages);
    ratio(json, results, "cpu", "by size", "lucene");
    ratio(json, results, "cpu", "graph 4", "lucene");
    ratio(json, results, "folder", "graph 4", "by size");
    ratio(json, results, "wall", "by size, 2 writers", "by size");
    ratio(json, results, "wall", "graph 4, 2 writers", "graph 4");
    System.out.println(json);
  }

  private static double number(Map<String, JsonNode> results, String arm, String what) {
    JsonNode result = results.get(arm);
    return result == null ? Double.NaN : result.path(what).asDouble();
  }

  private static void ratio(
      ObjectNode json, Map<String, JsonNode> results, String what, String arm, String other) {
    double ratio = number(results, arm, what) / number(results, other, what);
    if (!Double.isNaN(ratio)) {
      json.put(what + ": " + arm + " / " + other, rounded(ratio));
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 1e3) / 1e3;
  }

  private static JsonNode forked(String arm, int passages) throws Exception {
    File output = File.createTempFile("indexing", ".txt");
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--add-modules",
                  "jdk.incubator.vector",
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx2g",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Indexing.class.getName(),
                  "--passages",
                  Integer.toString(passages),
                  "--arm",
                  arm)
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
      int status = process.waitFor();
      List<String> lines = Files.readAllLines(output.toPath(), StandardCharsets.UTF_8);
      if (status != 0) {
        throw new IllegalStateException(arm + " ended with " + status + ": " + lines);
      }
      return new JsonMapper().readTree(lines.getLast());
    } finally {
      Files.delete(output.toPath());
    }
  }

  private static ObjectNode measure(String arm, int passages) throws IOException {
    ClusteredCorpus corpus = new ClusteredCorpus(passages, QUESTIONS, 1, false);
    ObjectNode json = new JsonMapper().createObjectNode();
    try (TemporaryFolder folder = TemporaryFolder.create("indexing")) {
      json.put("read", seconds(() -> read(source(corpus))));
      long cpu = SYSTEM.getProcessCpuTime();
      double wall =
          arm.equals("lucene")
              ? seconds(() -> buildByLucene(corpus, folder.path()))
              : seconds(() -> build(corpus, folder.path(), arm));
      json.put("cpu", (SYSTEM.getProcessCpuTime() - cpu) / 1e9).put("wall", wall);
      json.put("heap", peak() / 1e6).put("folder", bytes(folder.path()) / 1e6);
      if (!arm.equals("lucene")) {
        try (LuceneIndex index = open(corpus, folder.path(), arm)) {
          double[] millis = search(corpus, index.hybrid());
          json.put("p50", millis[QUESTIONS / 2]).put("p95", millis[QUESTIONS * 95 / 100]);
          json.put("recall", recall(corpus, index.knn()));
          json.put("again", seconds(() -> syncNothing(corpus, index)));
        }
      }
    }
    return json;
  }

  private static DocumentSource source(ClusteredCorpus corpus) {
    return problems ->
        IntStream.range(0, corpus.size())
            .mapToObj(corpus::passage)
            .map(passage -> Document.of(passage.id(), passage.text()));
  }

  private static void read(DocumentSource source) {
    try (Stream<Document> documents = source.documents(problem -> {})) {
      if (documents.mapToLong(document -> document.text().length()).sum() == 0) {
        throw new IllegalStateException("nothing");
      }
    }
  }

  private static LuceneIndex open(ClusteredCorpus corpus, Path folder, String arm) {
    return LuceneIndex.builder()
        .directory(folder)
        .embedder(corpus)
        .vectors(arm.startsWith("graph 4") ? VectorSearch.graph(4) : VectorSearch.bySize())
        .writers(arm.endsWith("2 writers") ? 2 : 1)
        .open();
  }

  private static void build(ClusteredCorpus corpus, Path folder, String arm) {
    try (LuceneIndex index = open(corpus, folder, arm)) {
      index.sync(source(corpus), Chunkers.whole());
    }
  }

  private static void syncNothing(ClusteredCorpus corpus, LuceneIndex index) {
    SyncReport report = index.sync(source(corpus), Chunkers.whole());
    if (report.unchanged() != corpus.size()) {
      throw new IllegalStateException("something has changed: " + report);
    }
  }

  private static void buildByLucene(ClusteredCorpus corpus, Path folder) throws IOException {
    try (Directory directory = FSDirectory.open(folder);
        EnglishAnalyzer analyzer = new EnglishAnalyzer();
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
      for (int i = 0; i < corpus.size(); i++) {
        var passage = corpus.passage(i);
        var document = new org.apache.lucene.document.Document();
        document.add(new StringField("id", passage.id(), Field.Store.YES));
        document.add(new TextField("text", passage.text(), Field.Store.YES));
        document.add(
            new KnnFloatVectorField(
                "vector", corpus.vector(i), VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
    }
  }

  /** CPU milliseconds of each question, sorted. */
  private static double[] search(ClusteredCorpus corpus, Retriever retriever) {
    double[] millis = new double[QUESTIONS];
    for (int round = 0; round < 2; round++) { // the last counts
      for (int i = 0; i < QUESTIONS; i++) {
        long start = SYSTEM.getProcessCpuTime();
        for (int repeat = 0; repeat < REPEATS; repeat++) {
          if (retriever.retrieve(corpus.questions().get(i), TOP_K).hits().isEmpty()) {
            throw new IllegalStateException("nothing");
          }
        }
        millis[i] = (SYSTEM.getProcessCpuTime() - start) / 1e6 / REPEATS;
      }
    }
    Arrays.sort(millis);
    return millis;
  }

  /** How many of the ten nearest are found. */
  private static double recall(ClusteredCorpus corpus, Retriever retriever) {
    double[][] nearest = new double[RECALLED][TOP_K]; // ascending
    for (double[] of : nearest) {
      Arrays.fill(of, -1);
    }
    for (int i = 0; i < corpus.size(); i++) {
      float[] vector = corpus.vector(i);
      for (int q = 0; q < RECALLED; q++) {
        double dot = Embeddings.dot(corpus.questionVector(q), vector);
        if (dot > nearest[q][0]) {
          nearest[q][0] = dot;
          Arrays.sort(nearest[q]);
        }
      }
    }
    int found = 0;
    for (int q = 0; q < RECALLED; q++) {
      double least = nearest[q][0];
      found +=
          (int)
              retriever.retrieve(corpus.questions().get(q), TOP_K).hits().stream()
                  .filter(hit -> hit.score() >= least)
                  .count();
    }
    return (double) found / RECALLED / TOP_K;
  }

  private static double seconds(Action action) throws IOException {
    long start = System.nanoTime();
    action.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static long peak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  private static long bytes(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : new ArrayList<>(files.toList())) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
