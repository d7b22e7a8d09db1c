package dev.ragwright.opensearch;

import dev.ragwright.node.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The engines that this module's tests share: they start when the first test asks for one. */
final class EngineCluster {
  private static final Map<LocalCluster.Engine, LocalCluster> STARTED =
      new EnumMap<>(LocalCluster.Engine.class);

  private EngineCluster() {}

  /** Three nodes of OpenSearch, which end with this process. */
  static LocalCluster get() {
    return get(LocalCluster.Engine.OPENSEARCH);
  }

  /** Three nodes of OpenSearch or one of Elasticsearch, which end with this process. */
  static synchronized LocalCluster get(LocalCluster.Engine engine) {
    Assumptions.assumeTrue(
        Boolean.parseBoolean(System.getProperty("ragwright.engines", "true")),
        "left out by -Dragwright.engines=false");
    Assumptions.assumeTrue(engine.built().isPresent(), engine + " is not built");
    return STARTED.computeIfAbsent(
        engine,
        missing -> {
          try {
            return LocalCluster.start(
                missing,
                missing == LocalCluster.Engine.OPENSEARCH ? 3 : 1,
                Files.createTempDirectory(Files.createDirectories(Path.of("target")), "nodes"));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** A builder of an index of OpenSearch that knows all nodes. */
  static OpenSearchIndex.Builder index(String name) {
    return index(LocalCluster.Engine.OPENSEARCH, name);
  }

  /** A builder of an index that knows all nodes. */
  static OpenSearchIndex.Builder index(LocalCluster.Engine engine, String name) {
    OpenSearchIndex.Builder builder = OpenSearchIndex.builder().name(name).shards(3, 1);
    get(engine).hosts().forEach(builder::host);
    return builder;
  }

  /** What an engine says to a request, whatever its status. */
  static String ask(LocalCluster.Engine engine, String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(get(engine).hosts().getFirst() + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The engine's indices whose names begin with a name and a dash. */
  static List<String> indices(LocalCluster.Engine engine, String name) {
    String listed = ask(engine, "GET", "/_cat/indices/" + name + "-*?h=index", "");
    return listed.lines().toList();
  }

  static List<String> indices(String name) {
    return indices(LocalCluster.Engine.OPENSEARCH, name);
  }
}
