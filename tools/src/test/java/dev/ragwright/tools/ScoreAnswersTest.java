package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, in a process of its own. */
class ScoreAnswersTest {
  @TempDir Path root;

  @BeforeEach
  void writeQueries() throws IOException {
    Files.writeString(
        root.resolve("queries.jsonl"),
        """
        {"_id": "q1", "answers": ["Tour Eiffel", "The Eiffel Tower"]}
        {"_id": "q2", "answers": []}
        {"_id": "q3", "answers": ["the"]}
        {"_id": "q4", "answers": ["Lyon"]}
        """);
  }

  private Program.Run score(String responses, String... more) throws Exception {
    Files.writeString(root.resolve("responses.jsonl"), responses);
    List<String> all =
        new ArrayList<>(List.of("--responses", "responses.jsonl", "--queries", "queries.jsonl"));
    all.addAll(List.of(more));
    return Program.run(ScoreAnswers.class, root, all);
  }

  private static final String RESPONSES =
      """
      {"query_id": "q1", "response": "the Eiffel tower, of course"}
      {"query_id": "q2", "response": "Berlin"}
      {"query_id": "q3", "response": ""}
      """;

  @Test
  void printsALineForEachResponseThenTheMeansAndTheCounts() throws Exception {
    Program.Run run = score(RESPONSES, "--metrics", "f1,rougeL", "--per-question");
    assertThat(run.out())
        .isEqualTo(
            """
            f1\tq1\t0.666666667
            f1\tq2\tnotApplicable
            f1\tq3\t1.000000000
            f1\tall\t0.833333333
            rougeL\tq1\t0.750000000
            rougeL\tq2\tnotApplicable
            rougeL\tq3\t0.000000000
            rougeL\tall\t0.375000000
            scored\tall\t2
            notApplicable\tall\t1
            failed\tall\t0
            missing\tall\t1
            """);
    assertThat(run.err()).contains("missing response for query q4");
    assertThat(run.exit()).isZero();
  }

  @Test
  void followsTheRulesOfTheFirstSquadIfAsked() throws Exception {
    assertThat(score(RESPONSES, "--metrics", "em,f1", "--squad", "v1").out())
        .startsWith("em\tall\t0.500000000\nf1\tall\t0.333333333\nscored\tall\t2\n");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    Program.Run unknown = score("{\"query_id\": \"q9\", \"response\": \"\"}\n");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.out()).isEmpty();
    assertThat(unknown.err())
        .contains("error: responses.jsonl line 1: there is no query \"q9\" in queries.jsonl");
    assertThat(score(RESPONSES + "{\n").err())
        .contains("error: responses.jsonl line 4 column 2: not JSON: Unexpected end-of-input");
    assertThat(score(RESPONSES, "--metrics", "rouge_l").err())
        .contains(
            "error: there is no metric \"rouge_l\"; the nearest is \"rougeL\"; there are em,");
  }
}
