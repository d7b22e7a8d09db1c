package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;

/**
 * What the three searches of an index cost, and beside them the two Lucene queries that a hybrid
 * search is made of, over one merged segment: each the best 100 without the passages, which is what
 * a fusion reads. Process CPU time, because a hybrid search asks both at once; the median of rounds
 * in turns.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=HybridSearch -Dargs="10000 100000"}: the numbers of
 * passages.
 */
public final class HybridSearch {
  private static final int QUESTIONS = 400;
  private static final int ROUNDS = 5;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private HybridSearch() {}

  /** Takes the numbers of passages. */
  public static void main(String... args) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s, %d questions, %d rounds; ms of CPU a question%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        QUESTIONS,
        ROUNDS);
    for (String size : args.length == 0 ? new String[] {"10000", "100000"} : args) {
      measure(Integer.parseInt(size));
    }
  }

  private static void measure(int size) throws IOException {
    ClusteredCorpus corpus = new ClusteredCorpus(size, QUESTIONS, 1);
    long start = SYSTEM.getProcessCpuTime();
    try (LuceneIndex index = LuceneIndex.inMemory(corpus)) {
      for (int i = 0; i < size; i += 1_000) {
        index.addAll(corpus.passages(i, Math.min(size, i + 1_000)));
      }
      double built = (SYSTEM.getProcessCpuTime() - start) / 1e9;
      try (Raw raw = new Raw(corpus)) {
        measure(corpus, index, raw, built);
      }
    }
  }

  private static void measure(ClusteredCorpus corpus, LuceneIndex index, Raw raw, double built)
      throws IOException {
    Retriever bm25 = index.bm25();
    Retriever knn = index.knn();
    Retriever hybrid = index.hybrid();
    List<String> names =
        List.of("bm25 top 10", "knn top 10", "hybrid top 10", "raw words 100", "raw vectors 100");
    List<IntFunction<Object>> searches =
        List.of(
            i -> bm25.retrieve(corpus.questions().get(i), 10),
            i -> knn.retrieve(corpus.questions().get(i), 10),
            i -> hybrid.retrieve(corpus.questions().get(i), 10),
            i -> raw.search(raw.words(corpus.questions().get(i))),
            i -> raw.search(raw.vectors(corpus.questionVector(i))));
    double[][] millis = new double[searches.size()][ROUNDS];
    for (int round = -2; round < ROUNDS; round++) {
      for (int s = 0; s < searches.size(); s++) {
        double mean = mean(searches.get(s));
        if (round >= 0) {
          millis[s][round] = mean;
        }
      }
    }
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "HybridSearch").put("passages", corpus.size());
    json.put("built cpu s", rounded(built));
    System.out.printf(Locale.ROOT, "%,d passages, added in %.1f s of CPU%n", corpus.size(), built);
    for (int s = 0; s < searches.size(); s++) {
      Arrays.sort(millis[s]);
      System.out.printf(Locale.ROOT, "  %-18s %8.3f%n", names.get(s), millis[s][ROUNDS / 2]);
      json.put(names.get(s), rounded(millis[s][ROUNDS / 2]));
    }
    double ratio = millis[2][ROUNDS / 2] / (millis[3][ROUNDS / 2] + millis[4][ROUNDS / 2]);
    System.out.printf(Locale.ROOT, "  %-18s %8.2f%n", "hybrid to raw", ratio);
    System.out.println(json.put("hybrid to raw", rounded(ratio)));
  }

  private static double rounded(double value) {
    return Math.round(value * 1e3) / 1e3;
  }

  /** The mean over the questions: the clock of the process is too coarse for one. */
  private static double mean(IntFunction<Object> search) {
    long start = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < QUESTIONS; i++) {
      if (search.apply(i) == null) { // looked at, so that nothing is left out
        throw new IllegalStateException("nothing");
      }
    }
    return (SYSTEM.getProcessCpuTime() - start) / 1e6 / QUESTIONS;
  }

  /** Lucene with its own defaults, merged to one segment. */
  private static final class Raw implements AutoCloseable {
    private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
    private final EnglishAnalyzer analyzer = new EnglishAnalyzer();
    private final DirectoryReader reader;
    private final IndexSearcher searcher;

    Raw(ClusteredCorpus corpus) throws IOException {
      IndexWriterConfig config = new IndexWriterConfig(analyzer).setRAMBufferSizeMB(512);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < corpus.size(); i++) {
          Document document = new Document();
          document.add(new TextField("text", corpus.passage(i).text(), Field.Store.NO));
          document.add(
              new KnnFloatVectorField(
                  "vector", corpus.vector(i), VectorSimilarityFunction.DOT_PRODUCT));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      reader = DirectoryReader.open(directory);
      searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null);
    }

    Query words(String question) {
      return new QueryBuilder(analyzer).createBooleanQuery("text", question);
    }

    Query vectors(float[] vector) {
      return new KnnFloatVectorQuery("vector", vector, 100);
    }

    Object search(Query query) {
      try {
        return searcher.search(query, 100);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      reader.close();
      directory.close();
    }
  }
}
