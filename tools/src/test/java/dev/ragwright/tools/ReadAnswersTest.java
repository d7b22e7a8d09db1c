package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, with a trained reader where there is one. */
class ReadAnswersTest {
  private static final Path MODEL = Repository.shared("models/ragwright-minilm-qa");

  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    Files.writeString(
        root.resolve("corpus.jsonl"),
        """
        {"_id": "pump", "title": "Pump", "text": "The filter of the pump is replaced every 400 hours."}
        {"_id": "dogs", "title": "", "text": "Dogs are allowed in the garden on a lead."}
        {"_id": "pond", "title": "", "text": "The garden pond has a filter of sand."}
        """);
    Files.writeString(
        root.resolve("queries.jsonl"),
        """
        {"_id": "q1", "text": "How often is the filter of the pump replaced?", "answers": ["every 400 hours", "400 hours"]}
        {"_id": "q2", "text": "Who may be in the garden on a lead?", "answers": ["dogs"]}
        {"_id": "q3", "text": "Where is the garden?", "answers": ["in Bonn"]}
        """);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(
        root.resolve("qrels/test.tsv"),
        "query-id\tcorpus-id\tscore\nq1\tpump\t1\nq2\tdogs\t1\nq3\tdogs\t1\n");
  }

  private Program.Run read(Path model, String... more) throws Exception {
    List<String> all =
        new ArrayList<>(List.of("--data", root.toString(), "--model", model.toString()));
    all.addAll(List.of(more));
    return Program.run(ReadAnswers.class, root, all);
  }

  @Test
  void scoresAnswersOverTheRelevantPassage() throws Exception {
    assumeTrue(Files.isDirectory(MODEL), () -> "skipped: there is no " + MODEL);
    Program.Run run = read(MODEL, "--gold-context", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode report = new JsonMapper().readTree(run.out());
    assertThat(report.path("questions").asInt()).isEqualTo(2);
    assertThat(report.path("leftOut").asInt()).isEqualTo(1); // q3
    assertThat(report.path("em").path("value").asDouble()).isEqualTo(100);
    assertThat(report.path("f1").path("value").asDouble()).isEqualTo(100);
    assertThat(report.path("wrongPassages").asInt()).isEqualTo(2);
    assertThat(report.path("answeredGold").asDouble()).isEqualTo(1);
  }

  @Test
  void countsAbstentions() throws Exception {
    assumeTrue(Files.isDirectory(MODEL), () -> "skipped: there is no " + MODEL);
    Program.Run run = read(MODEL, "--minimum-score", "1000", "--sample", "2", "--seed", "7");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("questions        2\n", "seed             7\n")
        .contains("em               0.000 [0.000, 0.000]\n", "answered         0\n")
        .contains("abstained        2\n");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    Program.Run run = read(root.resolve("none"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "cannot load " + root.resolve("none") + ": found nothing; expected a model's folder");
    assertThat(run.out()).isEmpty();
  }
}
