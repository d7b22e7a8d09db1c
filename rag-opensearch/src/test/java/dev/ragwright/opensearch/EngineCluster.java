package dev.ragwright.opensearch;

import dev.ragwright.node.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
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

  private static synchronized LocalCluster get(LocalCluster.Engine engine) {
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

  /** A builder of an index that knows all nodes of {@link #get}. */
  static OpenSearchIndex.Builder index(String name) {
    OpenSearchIndex.Builder builder = OpenSearchIndex.builder().name(name).shards(3, 1);
    get().hosts().forEach(builder::host);
    return builder;
  }
}
