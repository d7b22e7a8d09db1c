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

/** Runs the program as a user does. */
class ChunkingReportTest {
  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    Files.writeString(
        root.resolve("corpus.jsonl"),
        """
        {"_id": "locks", "text": "A lock lifts boats. Two keepers work a gate. Gates hold the water."}
        """);
    Files.writeString(
        root.resolve("queries.jsonl"),
        """
        {"_id": "q1", "text": "How many keepers?", "doc": "locks", "answer_spans": [[20, 30]]}
        {"_id": "q2", "text": "What lifts boats?", "doc": "locks", "answer_spans": [[0, 20]]}
        """);
  }

  private Program.Run report(String... more) throws Exception {
    List<String> all =
        new ArrayList<>(List.of("--data", root.toString(), "--retriever", "bm25", "--top-k", "1"));
    all.addAll(List.of(more));
    return Program.run(ChunkingReport.class, root, all);
  }

  @Test
  void measuresEachChunkerAgainstTheFirst() throws Exception {
    Program.Run run = report("--chunker", "sentences:1,whole,sentences:1@whole,window:1", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(new JsonMapper().readTree(line));
    }
    assertThat(lines)
        .extracting(line -> line.path("chunker").asText())
        .containsExactly("sentences:1", "whole", "sentences:1@whole", "window:1");
    // "Two keepers work a gate. " has 25 characters; 10 and 20 of 66 are asked for.
    assertThat(mean(lines.get(0), "precision")).isCloseTo((10 / 25. + 1) / 2, within(1e-12));
    assertThat(mean(lines.get(0), "precisionOmega"))
        .isCloseTo((10 / 45. + 20 / 45.) / 2, within(1e-12));
    assertThat(mean(lines.get(1), "iou")).isCloseTo((10 / 66. + 20 / 66.) / 2, within(1e-12));
    assertThat(lines.get(2).path("passages").asInt()).isEqualTo(3);
    for (String measure : List.of("recall", "precision", "iou", "precisionOmega")) {
      assertThat(lines.get(2).path(measure)).isEqualTo(lines.get(1).path(measure));
    }
    assertThat(mean(lines.get(3), "precision")).isCloseTo((10 / 66. + 20 / 45.) / 2, within(1e-12));
    assertThat(lines.get(3).path("gain").path("verdict").asText()).isEqualTo("not told apart");
  }

  private static double mean(JsonNode line, String measure) {
    return line.path(measure).path("mean").asDouble();
  }

  @Test
  void printsATable() throws Exception {
    assertThat(report("--chunker", "whole").out())
        .startsWith("| chunker | passages | tokens in each | recall |")
        .contains("| `whole` | 1 | 17 | 1.000 [1.000, 1.000] | 0.227 [0.152, 0.303] |");
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    assertThat(report("--chunker", "semantic:9").err())
        .contains(
            "error: --chunker semantic:9 embeds sentences, and --retriever bm25 has no embedding model");
    assertThat(report("--top-k", "0").exit()).isNotZero();
  }
}
