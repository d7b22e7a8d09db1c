package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.opensearch.OpenSearchIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.source.BeirFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a passage takes of an OpenSearch node, as the file that {@code ScaleCost} reads: disk and
 * CPU time of indexing without vectors, and with vectors of two lengths; CPU time of a search. The
 * passages are of a real set, of about 200 tokens at most; the vectors are random, since no index
 * of theirs is smaller than one of others. Disk is that of one segment.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=EngineFootprint -Dargs="../shared/data/scifact"}; behind
 * the folder in BEIR's layout may stand how many documents. Needs {@code opensearch-node} built.
 */
public final class EngineFootprint {
  private static final int SHORT = 384;
  private static final int LONG = 768;
  private static final int QUESTIONS = 200;
  private static final int ROUNDS = 3;
  private static final int WARM = 8;

  private EngineFootprint() {}

  /** Vectors of length 1 by the hash of the text. */
  private record Random(int dimension) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      List<float[]> vectors = new ArrayList<>();
      for (String text : texts) {
        SplittableRandom random = new SplittableRandom(text.hashCode());
        float[] vector = new float[dimension];
        double squares = 0;
        for (int i = 0; i < dimension; i++) {
          vector[i] = (float) random.nextGaussian();
          squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimension; i++) {
          vector[i] /= (float) Math.sqrt(squares);
        }
        vectors.add(vector);
      }
      return new Embeddings(vectors, Usage.none());
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "random " + dimension);
    }
  }

  private record Indexed(long bytes, double cpuSeconds) {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args.length > 0 ? args[0] : "../shared/data/scifact");
    int most = args.length > 1 ? Integer.parseInt(args[1]) : Integer.MAX_VALUE;
    List<Passage> passages = passages(data, most);
    List<String> questions =
        EvalSet.beir(data).questions().values().stream()
            .map(Question::text)
            .limit(QUESTIONS)
            .toList();
    try (TemporaryFolder folder = TemporaryFolder.create("engine-footprint");
        LocalCluster cluster =
            LocalCluster.start(
                LocalCluster.Engine.OPENSEARCH,
                1,
                folder.path().resolve("node"),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=4")) {
      indexed(cluster, "warm", null, passages); // does not count
      Indexed words = indexed(cluster, "words", null, passages);
      Indexed little = indexed(cluster, "short", new Random(SHORT), passages);
      Indexed much = indexed(cluster, "long", new Random(LONG), passages);
      double count = passages.size();
      double number = (much.bytes - little.bytes) / count / (LONG - SHORT);
      double besides = (little.bytes - words.bytes) / count - SHORT * number;
      print(
          "# Measured by EngineFootprint: OpenSearch 3.6.0, one shard, Java %s,",
          Runtime.version());
      print("# %d processors; CPU times are of the node. A passage has", cpus());
      print(
          "# %.0f characters on average. Bytes are on disk, for each passage.",
          passages.stream().mapToInt(passage -> passage.text().length()).average().orElse(0));
      print("set = %s", data.getFileName());
      print("date = %s", LocalDate.now(ZoneOffset.UTC));
      print("passages = %d", passages.size());
      print("# words, metadata and the passage itself");
      print("words.bytes = %.0f", words.bytes / count);
      print("# a number of a vector: in the index, to give it back to the bit, for recovery");
      print("number.bytes = %.2f", number);
      print("# what a vector takes besides its numbers: the graph, and what is kept for recovery");
      print("vector.bytes = %.0f", Math.max(0, besides));
      print("# seconds of CPU to index a passage without a vector, and more for one of %d", SHORT);
      print("words.cpu = %.6f", words.cpuSeconds / count);
      print("vector.cpu = %.6f", Math.max(0, little.cpuSeconds - words.cpuSeconds) / count);
      try (OpenSearchIndex index = builder(cluster, "short", new Random(SHORT)).open()) {
        print("# seconds of CPU for a search of the %d best, in one shard", 10);
        print("bm25.cpu = %.6f", cpuOfSearch(cluster, index.bm25(), questions));
        print("knn.cpu = %.6f", cpuOfSearch(cluster, index.knn(), questions));
      }
    }
  }

  private static List<Passage> passages(Path data, int most) {
    Chunker chunker = Chunkers.recursive(200, 20);
    try (Stream<Document> documents = BeirFolder.of(data).documents(problem -> {}).limit(most)) {
      return documents.flatMap(document -> chunker.chunk(document).stream()).toList();
    }
  }

  private static OpenSearchIndex.Builder builder(
      LocalCluster cluster, String name, @Nullable Embedder embedder) {
    OpenSearchIndex.Builder builder =
        OpenSearchIndex.builder()
            .host(cluster.hosts().getFirst())
            .name(name)
            .shards(1, 0)
            .patience(Duration.ofMinutes(5));
    return embedder == null ? builder : builder.embedder(embedder);
  }

  private static Indexed indexed(
      LocalCluster cluster, String name, @Nullable Embedder embedder, List<Passage> passages)
      throws Exception {
    Duration before = cpu(cluster);
    try (OpenSearchIndex index = builder(cluster, name, embedder).open()) {
      index.addAll(passages);
    }
    post(cluster, "/" + name + "/_forcemerge?max_num_segments=1&flush=true");
    double seconds = cpu(cluster).minus(before).toMillis() / 1e3;
    return new Indexed(settledBytes(cluster, name), seconds);
  }

  /** The size of an index when the files of former segments are gone. */
  private static long settledBytes(LocalCluster cluster, String name) throws Exception {
    long before = -1;
    for (int same = 0; same < 3; ) {
      post(cluster, "/" + name + "/_refresh");
      post(cluster, "/" + name + "/_flush?force=true&wait_if_ongoing=true");
      Thread.sleep(1_000);
      JsonNode stats = new JsonMapper().readTree(get(cluster, "/" + name + "/_stats/store"));
      JsonNode store = stats.path("_all").path("primaries").path("store");
      long bytes = store.path("size_in_bytes").asLong();
      same = bytes == before ? same + 1 : 0;
      before = bytes;
    }
    return before;
  }

  private static double cpuOfSearch(
      LocalCluster cluster, Retriever retriever, List<String> questions) {
    for (int i = 0; i < WARM; i++) {
      questions.forEach(question -> retriever.retrieve(question, 10));
    }
    Duration before = cpu(cluster);
    for (int i = 0; i < ROUNDS; i++) {
      questions.forEach(question -> retriever.retrieve(question, 10));
    }
    return cpu(cluster).minus(before).toMillis() / 1e3 / ROUNDS / questions.size();
  }

  private static Duration cpu(LocalCluster cluster) {
    return ProcessHandle.of(cluster.pid(0))
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow();
  }

  private static int cpus() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static String get(LocalCluster cluster, String path) throws Exception {
    return ask(HttpRequest.newBuilder(URI.create(cluster.hosts().getFirst() + path)).build());
  }

  private static void post(LocalCluster cluster, String path) throws Exception {
    ask(
        HttpRequest.newBuilder(URI.create(cluster.hosts().getFirst() + path))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build());
  }

  private static String ask(HttpRequest request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> reply = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (reply.statusCode() != 200) {
        throw new IOException(reply.body());
      }
      return reply.body();
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
