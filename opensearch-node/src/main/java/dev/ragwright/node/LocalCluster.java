package dev.ragwright.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Nodes of an engine, each a process on loopback, at ports that are free. They end with {@link
 * #close} or with this process, whichever is first, and keep their files until their work folder is
 * deleted, which is the caller's. Safe for use by several threads, but for starting and killing one
 * node at a time.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalCluster.start(LocalCluster.Engine.OPENSEARCH, 3, folder)) {
 *   OpenSearchIndex.Builder index = OpenSearchIndex.builder().name("manuals");
 *   cluster.hosts().forEach(index::host);
 * }
 * }</pre>
 */
public final class LocalCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(4);
  private static final int TAIL = 2_000;

  /** Which engine, and where its node is built. */
  public enum Engine {
    /** OpenSearch with its k-NN plugin, which {@code -Dragwright.knn=false} leaves out. */
    OPENSEARCH("opensearch-node", "OpenSearchNode", "cluster_manager"),

    /** Elasticsearch. */
    ELASTICSEARCH("elasticsearch-node", "ElasticsearchNode", "master");

    private final String module;
    private final String type;
    private final String manager;

    Engine(String module, String type, String manager) {
      this.module = module;
      this.type = type;
      this.manager = manager;
    }

    /**
     * The folder of the built node: what the system property {@code ragwright.opensearch-node} or
     * {@code ragwright.elasticsearch-node} names, or else the nearest {@code MODULE/target} of the
     * working directory and those above it. Empty if it is not built.
     */
    public Optional<Path> built() {
      String named = System.getProperty("ragwright." + module);
      if (named != null) {
        return Optional.of(Path.of(named).toAbsolutePath()).filter(Engine::whole);
      }
      return Stream.iterate(
              Optional.of(Path.of("").toAbsolutePath()),
              Optional::isPresent,
              folder -> folder.map(Path::getParent))
          .flatMap(Optional::stream)
          .map(folder -> folder.resolve(module).resolve("target"))
          .filter(Engine::whole)
          .findFirst();
    }

    private static boolean whole(Path target) {
      return Files.isDirectory(target.resolve("lib"))
          && Files.isDirectory(target.resolve("classes"));
    }
  }

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Engine engine;
  private final Path built;
  private final Path work;
  private final List<String> options;
  private final List<Integer> ports;
  private final List<Integer> transports;
  private final Process[] nodes;

  private LocalCluster(
      Engine engine, Path built, Path work, List<String> options, List<Integer> ports) {
    this.engine = engine;
    this.built = built;
    this.work = work;
    this.options = options;
    int count = ports.size() / 2;
    this.ports = ports.subList(0, count);
    this.transports = ports.subList(count, 2 * count);
    this.nodes = new Process[count];
  }

  /**
   * Starts nodes and waits until they are one cluster.
   *
   * @param work where they keep their files and logs; it is made if need be
   * @param options of each node: of its JVM if they begin with {@code -}, such as {@code -Xmx1g},
   *     else settings such as {@code node.processors=2}; a later one replaces an earlier one, and
   *     those that are set here, among them a heap of 256 MB and one processor
   * @throws IOException if the node is not built, or the cluster is not there in 4 minutes; what
   *     was started has ended
   */
  public static LocalCluster start(Engine engine, int nodes, Path work, String... options)
      throws IOException {
    Path built =
        engine
            .built()
            .orElseThrow(
                () ->
                    new IOException(
                        "%s is not built: 'mvn -q test-compile -pl %s' does, or the system property ragwright.%s names its target folder"
                            .formatted(engine.module, engine.module, engine.module)));
    LocalCluster cluster =
        new LocalCluster(
            engine,
            built,
            Files.createDirectories(work.toAbsolutePath()),
            List.of(options),
            ports(2 * nodes));
    try {
      for (int i = 0; i < nodes; i++) {
        cluster.start(i);
      }
      cluster.await(nodes);
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** Ports that are free now. */
  private static List<Integer> ports(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  /** The nodes' addresses, in their order, of those that run and those that do not. */
  public List<String> hosts() {
    return ports.stream().map(port -> "http://127.0.0.1:" + port).toList();
  }

  /** Starts a node that does not run, with what it had before, and does not wait for it. */
  public void start(int node) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    options.stream().filter(option -> option.startsWith("-")).forEach(command::add);
    command.add("-cp");
    command.add(
        Stream.of("classes", "lib/*", "knn/*")
            .map(part -> built.resolve(part).toString())
            .collect(Collectors.joining(System.getProperty("path.separator"))));
    command.add("dev.ragwright.node." + engine.type);
    command.add(work.resolve("n" + node).toString());
    command.add("cluster.name=ragwright");
    command.add("node.name=n" + node);
    command.add("network.host=127.0.0.1");
    command.add("http.port=" + ports.get(node));
    command.add("transport.port=" + transports.get(node));
    command.add("node.processors=1");
    command.add(
        "discovery.seed_hosts="
            + transports.stream()
                .map(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(",")));
    command.add(
        "cluster.initial_"
            + engine.manager
            + "_nodes="
            + IntStream.range(0, nodes.length)
                .mapToObj(i -> "n" + i)
                .collect(Collectors.joining(",")));
    command.add("cluster.routing.allocation.disk.threshold_enabled=false");
    options.stream().filter(option -> !option.startsWith("-")).forEach(command::add);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(node).toFile()))
            .start(); // it ends when its standard input does, so with this process at the latest
    nodes[node] = process;
  }

  private Path log(int node) {
    return work.resolve("n" + node + ".log");
  }

  /** The id of a node's process. */
  public long pid(int node) {
    return nodes[node].pid();
  }

  /** Ends a node as a power cut does, and returns when it has ended. */
  public void kill(int node) throws InterruptedException {
    nodes[node].destroyForcibly().waitFor();
  }

  /**
   * The number of the elected manager.
   *
   * @throws IOException if no node answers
   */
  public int manager() throws IOException {
    String name = get("/_cat/" + engine.manager + "?h=node").strip();
    return Integer.parseInt(name.substring(1));
  }

  /**
   * Waits until so many nodes are one cluster; if these are all, until all copies of all shards are
   * there as well.
   *
   * @throws IOException if that is not so in 4 minutes, or a node ended
   */
  public void await(int count) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    String last = "";
    while (System.nanoTime() < end) {
      try {
        last = get("/_cluster/health");
        if (last.contains("\"number_of_nodes\":" + count + ",")
            && (count < nodes.length || last.contains("\"status\":\"green\""))) {
          return;
        }
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
      int running = 0;
      for (Process node : nodes) {
        running += node.isAlive() ? 1 : 0;
      }
      if (running < count) {
        break;
      }
      sleep();
    }
    throw new IOException(
        "no cluster of %s nodes: %s%s".formatted(count, last, whatEndedNodesSaid()));
  }

  private String whatEndedNodesSaid() throws IOException {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < nodes.length; i++) {
      if (!nodes[i].isAlive()) {
        String log = Files.readString(log(i), StandardCharsets.UTF_8);
        said.append(
            "%nn%s ended: %s".formatted(i, log.substring(Math.max(0, log.length() - TAIL))));
      }
    }
    return said.toString();
  }

  private static void sleep() throws IOException {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** What the first node that answers with a success says to a request. */
  private String get(String path) throws IOException {
    IOException failure = new IOException("no node");
    for (String host : hosts()) {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(host + path)).timeout(Duration.ofSeconds(10)).build();
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

  /** Ends all nodes as a power cut does. Idempotent. */
  @Override
  public void close() {
    for (Process node : nodes) {
      if (node != null) {
        node.destroyForcibly();
        node.onExit().join();
      }
    }
    http.close();
  }
}
