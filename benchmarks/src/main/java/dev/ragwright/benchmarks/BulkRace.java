package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Passage;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.opensearch.OpenSearchIndex;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.json.jackson.JacksonJsonpMapper;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._helpers.bulk.BulkIngester;
import org.opensearch.client.opensearch._helpers.bulk.BulkListener;
import org.opensearch.client.opensearch.core.BulkRequest;
import org.opensearch.client.opensearch.core.BulkResponse;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5TransportBuilder;
import org.opensearch.client.util.BinaryData;

/**
 * The same documents into a node of OpenSearch by {@link OpenSearchIndex#addAll} and by the {@code
 * BulkIngester} of opensearch-java at its defaults: documents a second, and the memory of the
 * client.
 *
 * <p>The documents are those that {@code addAll} makes of passages of 60 words with vectors of 384
 * numbers. The peer is given them finished, as bytes from a file, which is the least that it can
 * have to do; {@code addAll} has to make them: words, ids, JSON. Each arm runs in a process of its
 * own, in turns, with the same heap, into an index of its own of the same mapping, without copies.
 * The heap is what lives more than before, at most, in a second run that collects garbage all the
 * time and is not timed; the resident set is Linux's. The node has the same cores, and is most of
 * the time.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=BulkRace -Dargs="20000 3 256m"}: documents, rounds, heap
 * of the clients. Needs {@code opensearch-node} built.
 */
public final class BulkRace {
  private static final List<String> ARMS = List.of("opensearch-java", "ragwright");

  private BulkRace() {}

  /** Runs it; with six arguments, one arm. */
  public static void main(String[] args) throws Exception {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    String heap = args.length > 2 ? args[2] : "256m";
    if (args.length == 6) {
      System.out.println("\n" + measure(args[3], args[4], Path.of(args[5]), size));
      System.exit(0);
    }
    try (TemporaryFolder folder = TemporaryFolder.create("bulk-race");
        LocalCluster cluster =
            LocalCluster.start(
                LocalCluster.Engine.OPENSEARCH, 1, folder.path().resolve("node"), "-Xmx1g")) {
      race(cluster.hosts().getFirst(), folder.path().resolve("documents"), size, rounds, heap);
    }
  }

  private static OpenSearchIndex.Builder index(String host, String name, int size) {
    return OpenSearchIndex.builder()
        .host(host)
        .name(name)
        .shards(1, 0)
        .patience(Duration.ofMinutes(5))
        .embedder(new ClusteredCorpus(size, 0, 7, false));
  }

  private static void race(String node, Path file, int size, int rounds, String heap)
      throws Exception {
    try (OutputStream written = Files.newOutputStream(file);
        Tap tap =
            new Tap(
                node,
                (path, body) -> {
                  try {
                    if (path.contains("/_bulk")) {
                      written.write(body);
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
        OpenSearchIndex index = index(tap.host(), "race-0", size).open()) {
      index.addAll(passages(size)); // the node is warm now
    }
    print(
        "%d documents of %d bytes, %d rounds in turn, clients with a heap of %s",
        size, Files.size(file) / size, rounds, heap);
    print(
        "machine: %d processors, Java %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version());
    Map<String, List<JsonNode>> results = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      for (String arm : round % 2 == 0 ? ARMS : ARMS.reversed()) {
        JsonNode result = child(size, heap, arm, node + "/race-" + arm + "-" + round, file);
        print("round %d %-16s %s", round, arm, result);
        results.computeIfAbsent(arm, a -> new ArrayList<>()).add(result);
      }
    }
    print("");
    print("%-22s %16s %16s %8s", "median", ARMS.get(0), ARMS.get(1), "ratio");
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "BulkRace");
    for (String name :
        List.of("documentsASecond", "clientCpuSeconds", "heapMegabytes", "residentMegabytes")) {
      double[] medians =
          ARMS.stream()
              .mapToDouble(
                  arm ->
                      median(
                          Objects.requireNonNull(results.get(arm)), r -> r.path(name).asDouble()))
              .toArray();
      print("%-22s %16.2f %16.2f %8.2f", name, medians[0], medians[1], medians[1] / medians[0]);
      json.put(name, Math.round(1e3 * medians[1] / medians[0]) / 1e3);
    }
    print("");
    print("%s", json);
  }

  private static Iterable<Passage> passages(int size) {
    ClusteredCorpus corpus = new ClusteredCorpus(size, 0, 7, false);
    return () -> IntStream.range(0, size).mapToObj(corpus::passage).iterator();
  }

  private static JsonNode child(int size, String heap, String arm, String index, Path file)
      throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            BulkRace.class.getName(),
            String.valueOf(size),
            "1",
            heap,
            arm,
            index,
            file.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(arm + " failed: " + said);
    }
    return new JsonMapper().readTree(said.substring(said.lastIndexOf('\n') + 1));
  }

  private static JsonNode measure(String arm, String address, Path file, int size)
      throws Exception {
    URI uri = URI.create(address);
    String host = "http://" + uri.getAuthority();
    String name = uri.getPath().substring(1);
    try (OpenSearchIndex index = index(host, name, size).open()) {
      Duration cpu = cpu();
      long start = System.nanoTime();
      fill(arm, index, host, name, file, size);
      double seconds = (System.nanoTime() - start) / 1e9;
      ObjectNode json = new JsonMapper().createObjectNode();
      json.put("documentsASecond", size / seconds);
      json.put("clientCpuSeconds", cpu().minus(cpu).toMillis() / 1e3);
      json.put("residentMegabytes", peakMegabytes());
      json.put("heapMegabytes", weigh(() -> fill(arm, index, host, name, file, size)) / 1e6);
      if (index.size().passages() != size) {
        throw new IllegalStateException(
            index.size().passages() + " documents are there, not " + size);
      }
      return json;
    }
  }

  private static @Nullable Void fill(
      String arm, OpenSearchIndex index, String host, String name, Path file, int size)
      throws Exception {
    if (arm.equals("ragwright")) {
      index.addAll(passages(size));
    } else {
      ingest(host, name, file);
    }
    return null;
  }

  private static void ingest(String host, String name, Path file) throws Exception {
    JacksonJsonpMapper mapper = new JacksonJsonpMapper();
    AtomicReference<Object> failed = new AtomicReference<>();
    BulkListener<Void> listener =
        new BulkListener<>() {
          @Override
          public void beforeBulk(long id, BulkRequest request, List<Void> contexts) {}

          @Override
          public void afterBulk(
              long id, BulkRequest request, List<Void> contexts, BulkResponse response) {
            if (response.errors()) {
              failed.set(response.items().getFirst().error());
            }
          }

          @Override
          public void afterBulk(
              long id, BulkRequest request, List<Void> contexts, Throwable failure) {
            failed.set(failure);
          }
        };
    try (OpenSearchTransport transport =
        ApacheHttpClient5TransportBuilder.builder(HttpHost.create(URI.create(host)))
            .setMapper(mapper)
            .build()) {
      OpenSearchClient client = new OpenSearchClient(transport);
      try (BulkIngester<Void> ingester =
              BulkIngester.of(builder -> builder.client(client).listener(listener));
          BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
        JsonMapper json = new JsonMapper();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String id = json.readTree(line).path("index").path("_id").asText();
          byte[] bytes = lines.readLine().getBytes(StandardCharsets.US_ASCII);
          ingester.add(
              operation ->
                  operation.index(
                      one ->
                          one.index(name)
                              .id(id)
                              .document(BinaryData.of(bytes, "application/json"))));
        }
      }
      client.indices().refresh(refresh -> refresh.index(name));
      if (failed.get() != null) {
        throw new IllegalStateException(
            "a request failed: "
                + (failed.get() instanceof org.opensearch.client.opensearch._types.ErrorCause c
                    ? c.reason() + c.causedBy().reason()
                    : failed.get()));
      }
    }
  }

  /** Returns how many bytes more than before live while it runs, at most. */
  private static long weigh(Callable<?> run) throws Exception {
    long before = live();
    AtomicLong most = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    Thread scales =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    most.accumulateAndGet(live(), Math::max);
                    LockSupport.parkNanos(10_000_000);
                  }
                });
    run.call();
    done.set(true);
    scales.join();
    return most.get() - before;
  }

  private static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  /** The most that was resident; Linux tells it. */
  private static double peakMegabytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
          .findFirst()
          .orElse(Double.NaN);
    }
  }

  private static <T> double median(List<T> values, ToDoubleFunction<T> of) {
    return values.stream().mapToDouble(of).sorted().toArray()[values.size() / 2];
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
