package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Runs the program as a user does. */
class FrugalTest {
  @TempDir Path root;

  /** 40 questions that need two passages, of which they name one. */
  @BeforeEach
  void writeCollection() throws IOException {
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder("query-id\tcorpus-id\tscore\n");
    for (int i = 0; i < 40; i++) {
      String film = "lum" + (char) ('a' + i % 26) + (char) ('a' + i / 26);
      String director = "Quist" + film.substring(3);
      corpus.append(
          "{\"_id\": \"f%s\", \"title\": \"\", \"text\": \"The film %s is by %s.\"}\n"
              .formatted(i, film, director));
      corpus.append(
          "{\"_id\": \"d%s\", \"title\": \"\", \"text\": \"%s was born near a lake.\"}\n"
              .formatted(i, director));
      queries.append("{\"_id\": \"q%s\", \"text\": \"Whose %s is it?\"}\n".formatted(i, film));
      qrels.append("q%s\tf%s\t1\nq%s\td%s\t1\n".formatted(i, i, i, i));
    }
    Files.writeString(root.resolve("corpus.jsonl"), corpus);
    Files.writeString(root.resolve("queries.jsonl"), queries);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(root.resolve("qrels/test.tsv"), qrels);
  }

  private Program.Run frugal(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root.toString()));
    all.addAll(List.of(more));
    return Program.run(Frugal.class, root, all);
  }

  @Test
  void measuresRoundsAgainstSingleSearches() throws Exception {
    Program.Run run = frugal("--json", "--at", "1,5", "--searches", "2", "--loss", ".2");
    assertThat(run.exit()).as(run.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(new JsonMapper().readTree(line));
    }
    assertThat(lines)
        .extracting(line -> line.path("way").asText().replaceFirst(" from .*", ""))
        .containsExactly(
            "rounds",
            "one search",
            "rm3",
            "parts",
            "one search, the first half",
            "parts, the first half",
            "one search, the second half",
            "parts, the second half",
            "the first search",
            "the budget",
            "the judgments (oracle)",
            "coverage");
    // The question finds its film and the film's name finds the director.
    assertThat(lines.get(0).path("recall@5").path("mean").asDouble()).isEqualTo(1);
    assertThat(lines.get(0).path("searches").asDouble()).isEqualTo(2);
    assertThat(lines.get(1).path("recall@5").path("mean").asDouble()).isEqualTo(.5);
    assertThat(lines.get(1).path("recall@5").path("verdict").asText()).isEqualTo("rises");
    assertThat(lines.get(8).path("lost").asInt()).isEqualTo(40);
    assertThat(lines.get(10).path("searches").asDouble()).isEqualTo(2);
    assertThat(lines.get(11).path("lost").asInt()).isZero();
  }

  @Test
  void printsTables() throws Exception {
    assertThat(frugal("--loss", ".2").out())
        .startsWith("| bm25, 40 questions | searches | recall@5 | rounds' gain |")
        .contains("| stop, of at most 3 searches | searches | more than the oracle |")
        .contains("| the judgments (oracle) | 2.00 | 0.00 | 1.0000 | 0 of 40 |");
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    assertThat(frugal("--searches", "0").err()).contains("error: searches must be >= 1, was 0");
    assertThat(frugal("--at", "0").err())
        .contains("error: --sample and --at must be >= 1, were 2147483647 and [0]");
    assertThat(frugal("--sample", "1").err())
        .contains("error: two questions with a relevant document are needed, had 1; judge more");
    assertThat(frugal("--retriever", "tokens").err()).contains("--retriever tokens is for Search");
    assertThat(frugal("--loss", ".01").err())
        .contains("no threshold promises a share of at most 0.01 errors");
  }
}
