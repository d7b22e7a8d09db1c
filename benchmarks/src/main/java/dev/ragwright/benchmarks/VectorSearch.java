package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The ten nearest of so many vectors of 384 numbers: {@code knn()} of an index in memory and of one
 * on disk, each after one thousand passages at a time were added, beside LangChain4j's store in
 * memory. Thread CPU time, p50 of the questions in turns; ratios are to LangChain4j's, and recall
 * is of what comparing all finds.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=VectorSearch -Dargs="1000 10000 100000"}: the numbers of
 * vectors.
 */
public final class VectorSearch {
  private static final int QUESTIONS = 200;
  private static final int ROUNDS = 5;
  private static final int K = 10;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private VectorSearch() {}

  /** Takes the numbers of vectors. */
  public static void main(String... args) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s, %d questions, top %d, %d rounds%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        QUESTIONS,
        K,
        ROUNDS);
    System.out.println("| vectors | by | built, CPU s | p50 ms | x LangChain4j | recall@10 |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    for (String size : args.length == 0 ? new String[] {"1000", "10000", "100000"} : args) {
      measure(new ClusteredCorpus(Integer.parseInt(size), QUESTIONS, 1));
    }
  }

  private static void measure(ClusteredCorpus corpus) throws IOException {
    try (TemporaryFolder folder = TemporaryFolder.create("vector-search");
        LuceneIndex memory = LuceneIndex.inMemory(corpus);
        LuceneIndex disk = LuceneIndex.open(folder.path(), corpus)) {
      Map<String, Double> built = new LinkedHashMap<>();
      InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
      built.put("LangChain4j in memory", seconds(() -> fill(store, corpus)));
      built.put("knn() in memory", seconds(() -> fill(memory, corpus)));
      built.put("knn() on disk", seconds(() -> fill(disk, corpus)));
      List<IntFunction<List<String>>> searches =
          List.of(i -> nearest(store, corpus, i), nearest(memory, corpus), nearest(disk, corpus));
      double[][] millis = new double[searches.size()][ROUNDS];
      for (int round = -2; round < ROUNDS; round++) {
        for (int s = 0; s < searches.size(); s++) {
          double p50 = p50(searches.get(s));
          if (round >= 0) {
            millis[s][round] = p50;
          }
        }
      }
      print(corpus, built, searches, millis);
    }
  }

  private static void print(
      ClusteredCorpus corpus,
      Map<String, Double> built,
      List<IntFunction<List<String>>> searches,
      double[][] millis) {
    List<Set<String>> nearest =
        IntStream.range(0, QUESTIONS).mapToObj(i -> exact(corpus, i)).toList();
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "VectorSearch").put("vectors", corpus.size());
    int row = 0;
    for (Map.Entry<String, Double> one : built.entrySet()) {
      double[] ratios = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        ratios[round] = millis[0][round] / millis[row][round];
      }
      Arrays.sort(ratios);
      double[] sorted = millis[row].clone();
      Arrays.sort(sorted);
      double recall = recall(searches.get(row), nearest);
      System.out.printf(
          Locale.ROOT,
          "| %,d | %s | %.1f | %.3f | %.1f | %.3f |%n",
          corpus.size(),
          one.getKey(),
          one.getValue(),
          sorted[ROUNDS / 2],
          ratios[ROUNDS / 2],
          recall);
      json.put(one.getKey(), Math.round(ratios[ROUNDS / 2] * 10) / 10.0);
      json.put(one.getKey() + " recall", Math.round(recall * 1e4) / 1e4);
      row++;
    }
    System.out.println(json);
  }

  private static double seconds(Runnable build) {
    long start = THREADS.getCurrentThreadCpuTime();
    build.run();
    return (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
  }

  private static void fill(InMemoryEmbeddingStore<TextSegment> store, ClusteredCorpus corpus) {
    List<String> ids = new ArrayList<>();
    List<Embedding> vectors = new ArrayList<>();
    List<TextSegment> segments = new ArrayList<>();
    for (int i = 0; i < corpus.size(); i++) {
      ids.add("document-" + i);
      vectors.add(Embedding.from(corpus.vector(i)));
      segments.add(TextSegment.from(corpus.passage(i).text()));
    }
    store.addAll(ids, vectors, segments);
  }

  private static void fill(LuceneIndex index, ClusteredCorpus corpus) {
    for (int i = 0; i < corpus.size(); i += 1_000) {
      index.addAll(corpus.passages(i, Math.min(corpus.size(), i + 1_000)));
    }
  }

  private static List<String> nearest(
      InMemoryEmbeddingStore<TextSegment> store, ClusteredCorpus corpus, int question) {
    EmbeddingSearchRequest request =
        EmbeddingSearchRequest.builder()
            .queryEmbedding(Embedding.from(corpus.questionVector(question)))
            .maxResults(K)
            .build();
    return store.search(request).matches().stream().map(match -> match.embeddingId()).toList();
  }

  private static IntFunction<List<String>> nearest(LuceneIndex index, ClusteredCorpus corpus) {
    Retriever retriever = index.knn();
    return i ->
        retriever.retrieve(corpus.questions().get(i), K).hits().stream()
            .map(hit -> hit.passage().id())
            .toList();
  }

  private static Set<String> exact(ClusteredCorpus corpus, int question) {
    float[] query = corpus.questionVector(question);
    double[] scores = new double[corpus.size()];
    Arrays.parallelSetAll(scores, i -> Embeddings.dot(query, corpus.vector(i)));
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double least = sorted[sorted.length - K];
    Set<String> nearest = new HashSet<>();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] >= least) {
        nearest.add("document-" + i);
      }
    }
    return nearest;
  }

  private static double recall(IntFunction<List<String>> search, List<Set<String>> nearest) {
    int found = 0;
    for (int i = 0; i < QUESTIONS; i++) {
      found += (int) search.apply(i).stream().filter(nearest.get(i)::contains).count();
    }
    return (double) found / QUESTIONS / K;
  }

  private static double p50(IntFunction<List<String>> search) {
    double[] samples = new double[QUESTIONS];
    for (int i = 0; i < QUESTIONS; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      if (search.apply(i).size() < K) { // looked at, so that nothing is left out
        throw new IllegalStateException("fewer than " + K);
      }
      samples[i] = (THREADS.getCurrentThreadCpuTime() - start) / 1e6;
    }
    Arrays.sort(samples);
    return samples[QUESTIONS / 2];
  }
}
