package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.opensearch.OpenSearchIndex;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What a search of {@link OpenSearchIndex} takes of this process beyond sending the same bodies
 * with the JDK's client and reading the replies as bytes: analysing the question, writing the body,
 * reading JSON and passages, comparing vectors, fusing.
 *
 * <p>Vectors of questions are given. Both ask the same node from one thread, in turns of a block of
 * all questions each; CPU time is this process's, and the medians are over the blocks, after some
 * that do not count.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=EngineOverhead -Dargs="5000 200 12"}: passages,
 * questions, blocks. Needs {@code opensearch-node} built.
 */
public final class EngineOverhead {
  private static final int TOP_K = 10;
  private static final int WARM = 6;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private record Asked(String path, HttpRequest.BodyPublisher body) {}

  private EngineOverhead() {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
    int questions = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    int blocks = args.length > 2 ? Integer.parseInt(args[2]) : 12;
    ClusteredCorpus corpus = new ClusteredCorpus(size, questions, 7);
    List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    try (TemporaryFolder folder = TemporaryFolder.create("engine-overhead");
        LocalCluster cluster =
            LocalCluster.start(
                LocalCluster.Engine.OPENSEARCH, 1, folder.path().resolve("node"), "-Xmx1g");
        Tap tap =
            new Tap(
                cluster.hosts().getFirst(),
                (path, body) -> {
                  if (path.contains("/_search")) {
                    asked.add(new Asked(path, HttpRequest.BodyPublishers.ofByteArray(body)));
                  }
                });
        OpenSearchIndex tapped = index(tap.host(), corpus);
        OpenSearchIndex index = index(cluster.hosts().getFirst(), corpus);
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      index.addAll(corpus.passages(0, size));
      print(
          "%d passages, %d questions, top %d; %d blocks of each in turn; %d processors, Java %s",
          size,
          questions,
          TOP_K,
          blocks,
          Runtime.getRuntime().availableProcessors(),
          Runtime.version());
      print("%-8s %14s %14s %14s", "", "ms of CPU", "same bodies", "overhead");
      ObjectNode json = new JsonMapper().createObjectNode();
      json.put("benchmark", "EngineOverhead");
      Map<String, List<Retriever>> ways = new LinkedHashMap<>();
      ways.put("bm25", List.of(tapped.bm25(), index.bm25()));
      ways.put("knn", List.of(tapped.knn(), index.knn()));
      ways.put("hybrid", List.of(tapped.hybrid(), index.hybrid()));
      for (String way : ways.keySet()) {
        List<Retriever> both = Objects.requireNonNull(ways.get(way));
        asked.clear();
        corpus.questions().forEach(question -> both.getFirst().retrieve(question, TOP_K));
        List<Asked> bodies = List.copyOf(asked);
        Retriever retriever = both.getLast();
        double[] ours = new double[blocks];
        double[] same = new double[blocks];
        for (int block = -WARM; block < blocks; block++) {
          double searched =
              cpuMillis(
                  () -> corpus.questions().forEach(question -> retriever.retrieve(question, TOP_K)),
                  questions);
          double sent = cpuMillis(() -> send(http, cluster.hosts().getFirst(), bodies), questions);
          if (block >= 0) {
            ours[block] = searched;
            same[block] = sent;
          }
        }
        double overhead = median(ours) - median(same);
        print("%-8s %14.3f %14.3f %14.3f", way, median(ours), median(same), overhead);
        json.put(way, Math.round(1e3 * overhead) / 1e3);
      }
      print("");
      print("%s", json);
    }
  }

  private static OpenSearchIndex index(String host, ClusteredCorpus corpus) {
    return OpenSearchIndex.builder()
        .host(host)
        .name("overhead")
        .shards(1, 0)
        .patience(Duration.ofMinutes(5))
        .embedder(corpus)
        .open();
  }

  private static double cpuMillis(Runnable block, int questions) {
    long start = SYSTEM.getProcessCpuTime();
    block.run();
    return (SYSTEM.getProcessCpuTime() - start) / 1e6 / questions;
  }

  private static void send(HttpClient http, String host, List<Asked> bodies) {
    for (Asked asked : bodies) {
      try {
        HttpResponse<byte[]> reply =
            http.send(
                HttpRequest.newBuilder(URI.create(host + asked.path))
                    .header("Content-Type", "application/json")
                    .POST(asked.body)
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (reply.statusCode() != 200) {
          throw new IllegalStateException("status " + reply.statusCode());
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
