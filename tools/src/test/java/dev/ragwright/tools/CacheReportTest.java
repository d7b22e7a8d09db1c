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
class CacheReportTest {
  private static final List<String> THINGS =
      List.of("bridge", "lake", "violin", "moon", "engine", "bread", "comet", "glacier");

  @TempDir Path root;

  /** Questions to eight documents, which say their own names. */
  @BeforeEach
  void writeQuestions() throws IOException {
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder("query-id\tcorpus-id\tscore\n");
    int id = 0;
    for (String thing : THINGS) {
      for (String asked : List.of("how old is the %s", "what is the age of the %s")) {
        queries.append(
            "{\"_id\": \"q%s\", \"text\": \"%s\", \"answers\": [\"%s\"]}\n"
                .formatted(id, asked.formatted(thing), thing));
        qrels.append("q%s\t%s\t1\n".formatted(id++, thing));
      }
    }
    for (String alone :
        List.of("who sang", "why is it so", "where does it rain", "is it", "a", "b")) {
      queries.append("{\"_id\": \"q%s\", \"text\": \"%s\"}\n".formatted(id, alone));
      qrels.append("q%s\td%s\t1\n".formatted(id, id++));
    }
    Files.writeString(root.resolve("queries.jsonl"), queries);
    Files.writeString(root.resolve("corpus.jsonl"), "{\"_id\": \"lake\", \"text\": \"A lake.\"}\n");
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(root.resolve("qrels/test.tsv"), qrels);
  }

  private Program.Run report(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root.toString(), "--model", "minilm"));
    all.addAll(List.of(more));
    return Program.run(CacheReport.class, root, all);
  }

  @Test
  void measuresFalseHitsAndHitsInOtherWords() throws Exception {
    Program.Run run = report("--json", "--from", "-1,1", "--error", ".6", "--confidence", ".6");
    assertThat(run.exit()).as(run.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(new JsonMapper().readTree(line));
    }
    assertThat(lines).hasSize(3);
    // All that is asked is found; what has the same document is right.
    JsonNode all = lines.get(0);
    JsonNode polite = all.path("polite");
    assertThat(polite.path("right").asInt() + polite.path("false").asInt())
        .isEqualTo(polite.path("asked").asInt());
    assertThat(polite.path("right").asInt()).isEqualTo(polite.path("asked").asInt());
    assertThat(all.path("false").asInt()).isBetween(1, all.path("new").asInt());
    assertThat(lines.get(1).path("false").asInt()).isZero();
    assertThat(lines.get(2).path("from").asText()).contains("learnt (error <= 0.6");
    assertThat(report("--from", "-1", "--error", ".6", "--confidence", ".6").out())
        .contains("answers cached | false hits of")
        .contains("| -1.000 | ");
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    assertThat(report().err())
        .contains(
            "error: no threshold promises a share of at most 0.01 errors with confidence 0.9");
    assertThat(report("--sample", "0").err()).contains("error: --sample must be >= 1, was 0");
  }
}
