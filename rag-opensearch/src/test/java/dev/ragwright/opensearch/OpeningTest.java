package dev.ragwright.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Passage;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.testkit.FakeEmbedder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A cluster that cannot be used says why. */
class OpeningTest {

  /** First pages as engines of these versions have them. */
  @ParameterizedTest
  @CsvSource({
    "opensearch, 1.3.20, OpenSearch 1.3.20",
    "'', 7.17.28, Elasticsearch 7.17.28",
    "'', 8.3.3, Elasticsearch 8.3.3"
  })
  void refusesWhatIsTooOld(String distribution, String version, String told) throws IOException {
    HttpServer old =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String page =
        "{\"version\": {%s\"number\": \"%s\"}}"
            .formatted(
                distribution.isEmpty() ? "" : "\"distribution\": \"" + distribution + "\", ",
                version);
    old.createContext(
        "/",
        exchange -> {
          byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    old.start();
    String host = "http://127.0.0.1:" + old.getAddress().getPort();
    assertThatThrownBy(() -> OpenSearchIndex.builder().host(host).name("x").open())
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "the cluster at [%s] is %s; OpenSearch 2.0 and Elasticsearch 8.4 or later are supported, and 3.6.0 and 9.5.3 were tried",
            host, told);
    old.stop(0);
  }

  @Test
  void withoutThePluginForVectorsWordsAreFound(@TempDir Path folder) throws IOException {
    EngineCluster.get();
    try (LocalCluster plain =
        LocalCluster.start(LocalCluster.Engine.OPENSEARCH, 1, folder, "-Dragwright.knn=false")) {
      OpenSearchIndex.Builder words =
          OpenSearchIndex.builder().host(plain.hosts().getFirst()).name("plain").shards(1, 0);
      OpenSearchIndex.Builder vectors =
          OpenSearchIndex.builder()
              .host(plain.hosts().getFirst())
              .name("vectors")
              .embedder(FakeEmbedder.of(8));
      assertThatThrownBy(vectors::open)
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith(
              "the cluster has no k-NN plugin, which vectors need: install opensearch-knn in each node, or open the index without an embedder, which finds by words; ");
      try (OpenSearchIndex index = words.open()) {
        index.addAll(List.of(Passage.of("a", "A river.")));
        assertThat(index.bm25().retrieve("river", 10).hits()).hasSize(1);
      }
    }
  }

  /** And not that it had no plugin, whatever the index is called. */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void tooManyDimensionsAreToldInTheEnginesWords(LocalCluster.Engine engine) {
    assertThatThrownBy(
            () ->
                EngineCluster.index(engine, "opening-knn").embedder(FakeEmbedder.of(20_000)).open())
        .isInstanceOf(EngineException.class)
        .hasMessageStartingWith(
            "the cluster refused to make the index 'opening-knn' with status 400")
        .hasMessageNotContaining("plugin");
  }

  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void refusesWhatOtherProgramsMade(LocalCluster.Engine engine) {
    EngineCluster.ask(engine, "PUT", "/opening-theirs", "{}");
    assertThatThrownBy(() -> EngineCluster.index(engine, "opening-theirs").open())
        .isInstanceOf(EngineException.class)
        .hasMessage("the index 'opening-theirs' was made by another program; take another name");
    assertThatThrownBy(
            () -> EngineCluster.index(engine, "opening-theirs").rebuild(fresh -> fresh.size()))
        .hasMessageContaining("was made by another program");
    EngineCluster.ask(engine, "PUT", "/opening-first-0", "{}");
    assertThatThrownBy(() -> EngineCluster.index(engine, "opening-first").open())
        .hasMessageContaining(
            "the index 'opening-first-0' is there, which would be the first of 'opening-first'");
  }

  /** A shard whose node never comes: the call ends with its time, and names the shard. */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void aShardWithoutACopyIsNamed(LocalCluster.Engine engine) {
    OpenSearchIndex.Builder builder =
        EngineCluster.index(engine, "opening-red").shards(1, 0).patience(Duration.ofSeconds(2));
    String nowhere =
        """
        {"index_patterns": ["opening-red-*"], "template": {"settings": {
          "index.routing.allocation.require._name": "nobody"}}}
        """;
    EngineCluster.ask(engine, "PUT", "/_index_template/nowhere", nowhere);
    try (OpenSearchIndex index = builder.open()) {
      assertThatThrownBy(() -> index.bm25().retrieve("river", 10))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("[opening-red-0][0]")
          .hasMessageContaining("patience(...) of the builder allows more time");
      CallContext soon = CallContext.withTimeout(Duration.ofMillis(300));
      assertThatThrownBy(() -> index.bm25().retrieve(RetrievalRequest.of("river", 10), soon))
          .isInstanceOf(DeadlineExceededException.class);
      EngineCluster.ask(
          engine,
          "PUT",
          "/opening-red-0/_settings",
          "{\"index.routing.allocation.require._name\": null}");
      index.addAll(List.of(Passage.of("a", "A river.")));
      assertThat(index.bm25().retrieve("river", 10).hits()).hasSize(1);
    }
  }
}
