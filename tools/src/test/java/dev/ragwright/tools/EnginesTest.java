package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.testmodels.Repository;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the programs as a user does, with an index that is not in a folder. */
class EnginesTest {
  private static final Path GATE = Repository.root().resolve("examples/src/test/resources/gate");

  @TempDir Path root;

  private Program.Run run(Class<?> tool, String... arguments) throws Exception {
    return Program.run(tool, root, List.of(arguments));
  }

  @Test
  @DisabledIfSystemProperty(named = "ragwright.engines", matches = "false")
  void searchesAndSyncsInACluster() throws Exception {
    try (LocalCluster nodes =
        LocalCluster.start(LocalCluster.Engine.OPENSEARCH, 1, root.resolve("nodes"))) {
      String index = "opensearch:" + nodes.hosts().getFirst() + "/manuals";
      String[] search = {
        "--data", GATE.toString(), "--index", index, "--retriever", "hybrid", "--model", "minilm"
      };
      Path run = root.resolve("cluster.trec");
      Path here = root.resolve("here.trec");
      Program.Run first = run(Search.class, with(search, "--run", run.toString()));
      assertThat(first.exit()).as(first.err()).isZero();
      assertThat(Cli.JSON.readTree(first.out()).path("embedded").asInt()).isEqualTo(30);
      assertThat(
              run(
                      Search.class,
                      "--data",
                      GATE.toString(),
                      "--retriever",
                      "hybrid",
                      "--model",
                      "minilm",
                      "--run",
                      here.toString())
                  .exit())
          .isZero();
      assertThat(run).hasSameTextualContentAs(here);

      Program.Run again = run(Search.class, with(search, "--run", run.toString()));
      JsonNode summary = Cli.JSON.readTree(again.out());
      assertThat(summary.path("embedded").asInt()).isZero();
      assertThat(summary.path("passages").asInt()).isEqualTo(30);

      Program.Run explain =
          run(
              Explain.class,
              "--index",
              index,
              "--model",
              "minilm",
              "--question",
              "x",
              "--passage",
              "p");
      assertThat(explain.exit()).as(explain.err()).isZero();
      assertThat(explain.out()).startsWith("passage p is not in the index");
      Program.Run rm3 = run(Search.class, with(search, "--run", "r", "--expand", "rm3"));
      assertThat(rm3.exit()).isOne();
      assertThat(rm3.err()).contains("--expand rm3 needs an index in a folder or in memory");
    }
  }

  @Test
  @DisabledIfSystemProperty(named = "ragwright.engines", matches = "false")
  void searchesAndSyncsInPostgres() throws Exception {
    Path server = Repository.root().resolve("rag-pgvector/target/pglite");
    Assumptions.assumeTrue(
        Files.isDirectory(server.resolve("node_modules")),
        "no PGlite in " + server + ", where the tests of rag-pgvector install it");
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Process process =
        new ProcessBuilder("node", "server.mjs", String.valueOf(port))
            .directory(server.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("ready");
      String index =
          "postgres:jdbc:postgresql://127.0.0.1:%s/postgres?user=postgres&sslmode=disable&prepareThreshold=0/manuals"
              .formatted(port);
      Path run = root.resolve("postgres.trec");
      Path here = root.resolve("here.trec");
      String[] search = {"--data", GATE.toString(), "--retriever", "bm25"};
      Program.Run first =
          run(Search.class, with(search, "--index", index, "--run", run.toString()));
      assertThat(first.exit()).as(first.err()).isZero();
      assertThat(run(Search.class, with(search, "--run", here.toString())).exit()).isZero();
      assertThat(ranked(run)).hasSizeGreaterThan(24).isEqualTo(ranked(here));

      Program.Run hybrid =
          run(
              Search.class,
              with(
                  new String[] {"--data", GATE.toString(), "--model", "minilm", "--run", "r"},
                  "--index",
                  index,
                  "--retriever",
                  "hybrid"));
      assertThat(hybrid.exit()).isOne();
      assertThat(hybrid.err()).contains("vectors need the extension pgvector");
    } finally {
      process.destroyForcibly();
    }
  }

  /** Without the scores, which the database computes in another order of sums. */
  private static List<String> ranked(Path run) throws IOException {
    return Files.readAllLines(run).stream()
        .map(line -> String.join(" ", line.split(" ", -1)[0], line.split(" ", -1)[2]))
        .toList();
  }

  private static String[] with(String[] some, String... more) {
    return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
  }

  /** The whole of it: a node that goes and comes under load, and nothing is lost. */
  @Test
  @DisabledIfSystemProperty(named = "ragwright.engines", matches = "false")
  void scalesOutAndLosesANode() throws Exception {
    Path within = Repository.root().resolve("tools/target/scale-out"); // it looks for the nodes
    Files.createDirectories(within);
    List<String> arguments =
        List.of(
            "--data", GATE.toString(), "--retriever", "bm25", "--threads", "2", "--seconds", "1");
    Program.Run run = Program.run(ScaleOut.class, within, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode said = Cli.JSON.readTree(run.out());
    assertThat(said.path("same10")).isEqualTo(said.path("questions"));
    assertThat(said.path("askedAfterTheKill").asInt()).isPositive();
    assertThat(said.path("otherAnswers").asInt()).isZero();
    assertThat(said.path("addedAndFound").asInt())
        .isPositive()
        .isEqualTo(said.path("added").asInt());
  }

  @ParameterizedTest
  @CsvSource({
    "opensearch:http://127.0.0.1:9200/manuals, opensearch:http://127.0.0.1:9200/manuals",
    "'opensearch:http://a:1,http://b:2/m', 'opensearch:http://a:1,http://b:2/m'",
    "postgres:jdbc:postgresql://h:5/db/t, postgres:jdbc:postgresql://h:5/db/t",
    "postgres:postgresql://h/db?password=secret/t, postgres:jdbc:postgresql://h/db/t",
    "postgres:jdbc:postgresql://u:secret@h/db/t, postgres:jdbc:postgresql://h/db/t",
    "'opensearch:http://u:secret@a:1,http://u:s@b:2/m', 'opensearch:http://a:1,http://b:2/m'",
    "some/folder, some/folder"
  })
  void readsPlaces(String text, String told) {
    assertThat(IndexPlace.of(text)).hasToString(told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"opensearch:", "opensearch:manuals", "opensearch:http://a:1/", "postgres:x"})
  void refusesPlacesThatAreNone(String text) {
    assertThatThrownBy(() -> IndexPlace.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("manuals");
  }

  @Test
  void refusesWhatAnEngineDoesNotHave() throws Exception {
    Files.writeString(root.resolve("a.md"), "A document.");
    for (String[] other :
        List.of(
            new String[] {"--retriever", "tokens"},
            new String[] {"--retriever", "dense", "--vectors", "hnsw4"},
            new String[] {"--language", "auto"})) {
      Program.Run run =
          run(
              Search.class,
              with(
                  new String[] {
                    "--data", root.toString(), "--query", "a", "--index", "opensearch:http://a:1/m"
                  },
                  other));
      assertThat(run.exit()).as(run.err()).isOne();
    }
  }
}
