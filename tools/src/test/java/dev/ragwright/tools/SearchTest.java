package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, with a model out of a jar. */
class SearchTest {
  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    Files.writeString(
        root.resolve("corpus.jsonl"),
        """
        {"_id": "pump", "title": "Pump", "text": "The filter of the pump is replaced every 400 hours."}
        {"_id": "dogs", "title": "", "text": "Dogs are allowed in the garden on a lead."}
        {"_id": "pond", "title": "", "text": "The filter of the pond is a question of taste."}
        """);
    Files.writeString(
        root.resolve("queries.jsonl"),
        """
        {"_id": "q1", "text": "How often is the filter of the pump replaced?"}
        {"_id": "q2", "text": "Who may be in the garden on a lead?"}
        {"_id": "q3", "text": "Is the filter a question of taste?"}
        """);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(
        root.resolve("qrels/test.tsv"),
        "query-id\tcorpus-id\tscore\nq1\tpump\t1\nq2\tdogs\t1\nq3\tpond\t1\n");
  }

  private Program.Run search(String... more) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of("--data", root.toString(), "--model", "minilm", "--run", root + "/run.trec"));
    all.addAll(List.of(more));
    return Program.run(Search.class, root, all);
  }

  @Test
  void everyStageIsMeasuredAndTheRunIsTheLastOnes() throws Exception {
    Program.Run run =
        search(
            "--rerank", "late-interaction", "--depth", "2", "--fuse-first-stage", "--sample", "2");
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode json = new JsonMapper().readTree(run.out());
    assertThat(json.path("queries").asInt()).isEqualTo(2);
    assertThat(json.path("sample")).hasToString("{\"queries\":2,\"of\":3,\"seed\":1}");
    assertThat(json.path("stages").findValuesAsText("stage"))
        .containsExactly("retrieve", "rerank", "fuse");
    JsonNode rerank = json.path("stages").path(1);
    assertThat(rerank.path("ndcg@10").asDouble()).isBetween(0.5, 1.0);
    assertThat(rerank.path("interval").size()).isEqualTo(2);
    assertThat(rerank.path("verdict").asText()).isEqualTo("not told apart");
    assertThat(rerank.path("scoredPairs").asInt()).isBetween(2, 4);
    assertThat(rerank.path("cpuSeconds").asDouble()).isPositive();
    assertThat(Files.readAllLines(root.resolve("run.trec")))
        .allMatch(line -> line.endsWith("ragwright-bm25-reranked"))
        .hasSizeBetween(2, 6);
  }

  @Test
  void searchesByVectorsOfTokens() throws Exception {
    for (int time = 0; time < 2; time++) {
      Program.Run run = search("--retriever", "tokens", "--index", root.resolve("kept").toString());
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(new JsonMapper().readTree(run.out()).path("embedded").asInt())
          .isEqualTo(time == 0 ? 3 : 0);
      assertThat(Files.readAllLines(root.resolve("run.trec")))
          .allMatch(line -> line.endsWith("ragwright-tokens"))
          .anyMatch(line -> line.startsWith("q1 Q0 pump 1 "));
    }
    assertThat(search("--retriever", "hybrid", "--index", root.resolve("kept").toString()).err())
        .contains("writing needs the model all-MiniLM-L6-v2");
  }

  @Test
  void leavesOutTheQuerysOwnDocumentWhereAskedTo() throws Exception {
    Files.writeString(
        root.resolve("queries.jsonl"),
        "{\"_id\": \"pump\", \"text\": \"The filter of the pump\"}\n");
    Files.writeString(root.resolve("qrels/test.tsv"), "\uFEFFpump pond 1\n");
    Program.Run all = search("--top-k", "1");
    assertThat(all.exit()).as(all.err()).isZero();
    assertThat(Files.readString(root.resolve("run.trec"))).startsWith("pump Q0 pump 1 ");
    Program.Run others = search("--top-k", "1", "--ignore-identical-ids");
    assertThat(Files.readString(root.resolve("run.trec")))
        .startsWith("pump Q0 pond 1 ")
        .hasLineCount(1);
    JsonNode json = new JsonMapper().readTree(others.out());
    assertThat(json.path("ignoreIdenticalIds").asBoolean()).isTrue();
    assertThat(new JsonMapper().readTree(all.out()).has("ignoreIdenticalIds")).isFalse();
  }

  @Test
  void searchesSmallPassagesAndReturnsTheirParents() throws Exception {
    Path folder = Files.createDirectories(root.resolve("texts"));
    Files.writeString(
        folder.resolve("locks.md"),
        "# Locks\n\nA lock lifts boats. Two keepers work a gate.\n\n# Ferries\n\nA ferry has a cable.\n");
    Program.Run run =
        Program.run(
            Search.class,
            root,
            List.of(
                "--data",
                folder.toString(),
                "--query",
                "keepers",
                "--chunker",
                "sentences:1",
                "--parent",
                "markdown:300"));
    assertThat(run.out())
        .contains("locks.md \u203a Locks [0, 55)")
        .contains("# Locks A lock lifts boats. Two keepers work a gate.")
        .doesNotContain("Ferries");
    assertThat(search("--chunker", "sentences:1", "--parent", "whole").exit()).isZero();
    assertThat(search("--chunker", "magic").err())
        .contains("error: --chunker \"magic\" is no chunker; allowed are markdown:TOKENS");
    assertThat(search("--parent", "whole").err()).contains("error: --parent needs --chunker");
    assertThat(search("--chunker", "whole", "--passage-tokens", "9").err())
        .contains("error: --chunker does not go with --passage-tokens");
  }

  @Test
  void refusesARerankerThatItDoesNotKnow() throws Exception {
    Program.Run run = search("--rerank", "magic");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "--rerank: there is no \"magic\"; allowed are cross-encoder:DIR, late-interaction, late-interaction:DIR, mmr, reader:DIR");
    assertThat(search("--rerank", "reader:").err())
        .contains("error: --rerank: \"reader:\" names no folder behind its colon");
    assertThat(search("--fuse-first-stage").err()).contains("--fuse-first-stage needs --rerank");
  }

  @Test
  void scoresOfARunAreFiniteAndFall() {
    List<Hit> found = new ArrayList<>();
    for (String id : List.of("a", "b", "c", "d")) {
      found.add(new Hit(Passage.of(id, "text"), 10 - found.size(), "bm25"));
    }
    Reranker unreadable =
        (query, hits, topK, context) ->
            Retrieval.of(
                List.of(
                    new Hit(hits.get(1).passage(), -3, "reader"),
                    new Hit(hits.get(0).passage(), Double.NEGATIVE_INFINITY, "reader"),
                    new Hit(hits.get(2).passage(), Double.NEGATIVE_INFINITY, "reader")));
    assertThat(new RerankStages(unreadable, 3, null).apply("q", "text", found))
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactly(tuple("b", -3.0), tuple("a", -4.0), tuple("c", -5.0), tuple("d", -6.0));
  }

  @Test
  void aVerdictIsWhatTheIntervalAllows() {
    assertThat(RerankStages.verdict(new Interval(0.001, 0.2, 0.95))).isEqualTo("rises");
    assertThat(RerankStages.verdict(new Interval(-0.2, -0.001, 0.95))).isEqualTo("falls");
    assertThat(RerankStages.verdict(new Interval(0, 0.2, 0.95))).isEqualTo("not told apart");
  }
}
