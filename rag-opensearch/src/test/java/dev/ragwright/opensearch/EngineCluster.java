package dev.ragwright.opensearch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Three nodes of OpenSearch, each a process on loopback, for all tests of this module. */
final class EngineCluster {
  private static final int NODES = 3;
  private static final Duration START = Duration.ofMinutes(4);
  private static @Nullable EngineCluster started;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path folder;
  private final List<Integer> ports;
  private final List<Integer> transports;
  private final Process[] nodes = new Process[NODES];

  private EngineCluster(Path folder, List<Integer> ports) {
    this.folder = folder;
    this.ports = ports.subList(0, NODES);
    this.transports = ports.subList(NODES, 2 * NODES);
  }

  /** The cluster, which is started if need be, and ends with this process. */
  static synchronized EngineCluster get() {
    if (started == null) {
      Path node = Path.of("..", "opensearch-node", "target").toAbsolutePath().normalize();
      Assumptions.assumeTrue(
          Boolean.parseBoolean(System.getProperty("ragwright.engines", "true")),
          "left out by -Dragwright.engines=false");
      Assumptions.assumeTrue(
          Files.isDirectory(node.resolve("knn")), "opensearch-node is not built: " + node);
      try {
        EngineCluster cluster =
            new EngineCluster(Files.createTempDirectory(Path.of("target"), "nodes"), ports());
        for (int i = 0; i < NODES; i++) {
          cluster.start(i);
        }
        cluster.await(NODES);
        started = cluster;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return started;
  }

  /** Ports that are free now. */
  private static List<Integer> ports() throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < 2 * NODES; i++) {
      ServerSocket socket = new ServerSocket(0);
      held.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return ports;
  }

  /** The nodes' addresses. */
  List<String> hosts() {
    return ports.stream().map(port -> "http://127.0.0.1:" + port).toList();
  }

  /** A builder of an index that knows all nodes. */
  OpenSearchIndex.Builder index(String name) {
    OpenSearchIndex.Builder builder = OpenSearchIndex.builder().name(name).shards(3, 1);
    hosts().forEach(builder::host);
    return builder;
  }

  /** Starts a node, with what it had before. */
  void start(int node) throws IOException {
    Path built = Path.of("..", "opensearch-node", "target").toAbsolutePath().normalize();
    String classPath =
        List.of("classes", "lib/*", "knn/*").stream()
            .map(part -> built.resolve(part).toString())
            .collect(Collectors.joining(System.getProperty("path.separator")));
    String seeds =
        transports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms256m",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            "dev.ragwright.node.OpenSearchNode",
            folder.resolve("n" + node).toAbsolutePath().toString(),
            "cluster.name=ragwright",
            "node.name=n" + node,
            "network.host=127.0.0.1",
            "http.port=" + ports.get(node),
            "transport.port=" + transports.get(node),
            "node.processors=1",
            "discovery.seed_hosts=" + seeds,
            "cluster.initial_cluster_manager_nodes=n0,n1,n2",
            "cluster.routing.allocation.disk.threshold_enabled=false");
    nodes[node] =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("n" + node + ".log").toFile()))
            .start();
    Process process = nodes[node];
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** Ends a node as a power cut does. */
  void kill(int node) throws InterruptedException {
    nodes[node].destroyForcibly().waitFor();
  }

  /** The number of the elected manager. */
  int manager() throws IOException {
    String name = get("/_cat/cluster_manager?h=node").strip();
    return Integer.parseInt(name.substring(1));
  }

  /**
   * Waits until so many nodes are one cluster, and all shards have all copies that there can be.
   */
  void await(int count) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    String last = "";
    while (System.nanoTime() < end) {
      try {
        last = get("/_cluster/health");
        if (last.contains("\"number_of_nodes\":" + count)
            && (count < NODES || last.contains("\"status\":\"green\""))) {
          return;
        }
      } catch (IOException e) {
        last = e.toString();
      }
      sleep(100);
    }
    throw new IOException("no cluster of " + count + " within " + START + ": " + last);
  }

  private static void sleep(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private String get(String path) throws IOException {
    IOException failure = new IOException("no node");
    for (int i = 0; i < NODES; i++) {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(hosts().get(i) + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        HttpResponse<String> reply = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (reply.statusCode() == 200) {
          return reply.body();
        }
        failure = new IOException(reply.body());
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
    throw failure;
  }
}
