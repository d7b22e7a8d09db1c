package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs as a user does. */
class ExpandReportTest {
  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    Files.writeString(
        root.resolve("corpus.jsonl"),
        """
        {"_id": "pump", "title": "Pump", "text": "The filter of the pump is replaced every 400 hours."}
        {"_id": "dogs", "title": "", "text": "Dogs are allowed in the garden on a lead."}
        {"_id": "pond", "title": "", "text": "The taste of water is a question of marble."}
        """);
    Files.writeString(
        root.resolve("queries.jsonl"),
        """
        {"_id": "q1", "text": "How often is the filter replaced?"}
        {"_id": "q2", "text": "garden"}
        {"_id": "q3", "text": "marble?"}
        {"_id": "q4", "text": "nobody judged this"}
        """);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(
        root.resolve("qrels/test.tsv"),
        "query-id\tcorpus-id\tscore\nq1\tpump\t1\nq2\tdogs\t1\nq3\tpond\t1\n");
  }

  private Program.Run report(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root.toString()));
    all.addAll(List.of(more));
    return Program.run(ExpandReport.class, root, all);
  }

  private static List<JsonNode> lines(Program.Run run) throws IOException {
    assertThat(run.exit()).as(run.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(new JsonMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void measuresEachExpanderAgainstThePlainSearch() throws Exception {
    List<JsonNode> lines = lines(report("--misspell", "--json"));
    assertThat(lines)
        .extracting(line -> line.path("expand").asText())
        .containsExactly("none", "rm3", "spelling", "keywords");
    assertThat(lines).allMatch(line -> line.path("questions").asInt() == 3);
    // One question in three has a second word that is found: "repalced" is not, "filter" is.
    JsonNode plain = lines.get(0).path("ndcg@10");
    assertThat(plain.path("mean").asDouble()).isCloseTo(1 / 3., within(1e-12));
    JsonNode spelling = lines.get(2).path("ndcg@10");
    assertThat(spelling.path("mean").asDouble()).isEqualTo(1);
    assertThat(spelling.path("gain").asDouble()).isCloseTo(2 / 3., within(1e-12));
    assertThat(lines.get(1).path("usage").path("feedbackPassages").asInt()).isEqualTo(1);
    assertThat(ExpandReport.misspelt("Are the big fish here?")).isEqualTo("Are the big fish here?");
    assertThat(ExpandReport.misspelt("garden on a sloping")).isEqualTo("garden on a slpoing");
  }

  @Test
  void printsATable() throws Exception {
    assertThat(report("--expand", "keywords").out())
        .startsWith("| bm25, 3 questions | nDCG@10 | gain | recall@100 | gain | ms more |")
        .contains("| `none` | 1.0000 |  | 1.0000 |  |  |  |  |")
        .contains("| `keywords` | 1.0000 | +0.0000 [+0.0000, +0.0000] not told apart |");
  }

  @Test
  void measuresFusionsAndVectors() throws Exception {
    assertThat(lines(report("--retriever", "hybrid", "--model", "minilm", "--json")))
        .extracting(line -> line.path("expand").asText())
        .containsExactly(
            "none", "rm3", "rocchio", "rm3+rocchio", "spelling", "keywords", "min-max", "z-score");
  }

  @Test
  void countsWhatALanguageModelReads() throws Exception {
    JsonNode hyde =
        lines(report("--expand", "hyde:" + TestModel.smolLm2(), "--sample", "1", "--json")).get(1);
    assertThat(hyde.path("expand").asText()).isEqualTo("hyde:SmolLM2-135M-Instruct");
    assertThat(hyde.path("usage").path("inputTokens").asInt()).isPositive();
    assertThat(hyde.path("usage").path("outputTokens").asInt()).isPositive();
  }

  @Test
  void searchTellsWhatWasAskedFor() throws Exception {
    Program.Run run =
        Program.run(
            Search.class,
            root,
            List.of("--data", root.toString(), "--run", root + "/r.trec", "--expand", "spelling"));
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(new JsonMapper().readTree(run.out()).path("expand").asText()).isEqualTo("spelling");
    assertThat(Files.readString(root.resolve("r.trec"))).contains("ragwright-bm25-spelling");
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(root.resolve("docs/a.md"), "# Pump\n\nThe filter is replaced.\n");
    Program.Run query =
        Program.run(
            Search.class,
            root,
            List.of("--data", root + "/docs", "--query", "fliter", "--expand", "spelling"));
    assertThat(query.exit()).as(query.err()).isZero();
    assertThat(query.err()).contains("changed: fliter > filter").contains("query: filter");
    assertThat(query.out()).contains("The filter is replaced.");
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    assertThat(report("--expand", "rocchio").err())
        .contains(
            "error: --expand rocchio does not go with --retriever bm25; hybrid goes with all");
    assertThat(report("--retriever", "tokens").err())
        .contains("error: --retriever tokens is for Search, CompareStages and ReadAnswers; use");
    assertThat(report("--expand", "magic").err())
        .contains("error: --expand: there is no \"magic\"; allowed are none, rm3, rocchio,");
    assertThat(report("--expand", "hyde").err()).contains("allowed are");
    assertThat(report("--sample", "0").err()).contains("error: --sample must be >= 1, was 0");
    assertThat(report("--expand", "rm3,rm3").err()).contains("is given twice");
  }
}
