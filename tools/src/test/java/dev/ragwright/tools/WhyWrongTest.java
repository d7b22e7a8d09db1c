package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CompareStages leaves, read by WhyWrong, Advise and RunDiff. */
class WhyWrongTest {
  private static final int QUESTIONS = 8;

  @TempDir Path folder;

  /**
   * Each question has a decoy that BM25 ranks above its document, in sentences that say nothing.
   */
  @BeforeEach
  void writeFiles() throws IOException {
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder("query-id\tcorpus-id\tscore\n");
    for (int i = 0; i < QUESTIONS; i++) {
      String town = "Town" + (char) ('a' + i);
      corpus.append(
          String.format(
              Locale.ROOT,
              """
          {"_id":"%1$s","text":"The mayor of %1$s lives in a yellow house at number 4%2$d, by the river and the mill."}
          {"_id":"decoy-%1$s","text":"A mayor. %1$s. They live."}
          """,
              town,
              i));
      queries.append(
          String.format(
              Locale.ROOT,
              "{\"_id\":\"q%1$d\",\"text\":\"Where does the mayor of %2$s live?\",\"answers\":[\"number 4%1$d\"]}\n",
              i,
              town));
      qrels.append(String.format(Locale.ROOT, "q%d\t%s\t1\n", i, town));
    }
    Files.writeString(folder.resolve("corpus.jsonl"), corpus);
    Files.writeString(folder.resolve("queries.jsonl"), queries);
    Files.createDirectories(folder.resolve("qrels"));
    Files.writeString(folder.resolve("qrels/test.tsv"), qrels);
  }

  private void compare(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--data", folder.toString(), "--memo", memo(), "--json", json("result")));
    arguments.addAll(List.of(more));
    CompareStages.main(arguments.toArray(String[]::new));
  }

  private String memo() {
    return folder.resolve("memo").toString();
  }

  private String json(String name) {
    return folder.resolve(name + ".json").toString();
  }

  private String run(Class<?> example, String... arguments) throws Exception {
    Program.Run run = Program.run(example, folder, List.of(arguments));
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return run.out();
  }

  private JsonNode parsed(Class<?> example, String... arguments) throws Exception {
    return new ObjectMapper().readTree(run(example, arguments));
  }

  @Test
  void tellsWhichStageLostTheEvidenceAndWhatToChange() throws Exception {
    compare("--top-k", "1");
    assertThat(run(WhyWrong.class, "--memo", memo(), "--arm", "bm25 + none + topK 1 + extractive"))
        .contains("8 of 8 answers are wrong")
        .contains("retrieval failed              8  100.0 % [67.6, 100.0]")
        .contains("below depth                   8  100.0 %")
        .contains("q3  Where does the mayor of Townd live?")
        .contains("at rank 2");
    JsonNode why = parsed(WhyWrong.class, "--memo", memo(), "--json");
    JsonNode arm = why.path("arms").path(0);
    assertThat(arm.path("causes").path("RETRIEVAL_FAILED").path("questions").asInt()).isEqualTo(8);
    assertThat(arm.path("lostAt").path("BELOW_DEPTH").path("low").asDouble()).isBetween(.67, .68);
    assertThat(arm.path("questions").path(0).path("rank").asInt()).isEqualTo(2);
    assertThat(run(Advise.class, "--memo", memo())).contains("next: read 4 passages instead of 1");
    JsonNode advice = parsed(Advise.class, "--memo", memo(), "--json");
    assertThat(advice.path("enoughEvidence").asBoolean()).isTrue();
    assertThat(advice.path("next").asText()).isEqualTo("RETRIEVAL_DEPTH");
    JsonNode option = advice.path("options").path(0);
    assertThat(option.path("basis").asText()).isEqualTo("REPAIRED");
    assertThat(option.path("turnedRight")).hasSize(8);
    assertThat(option.path("price").path("then").path("calls").asDouble()).isEqualTo(3);
    assertThat(option.path("price").path("then").path("perMillionQuestions").isNull()).isTrue();
  }

  @Test
  void tellsWhichQuestionsTurnedAndAtWhichStage() throws Exception {
    compare("--top-k", "1,2");
    assertThat(
            run(
                RunDiff.class,
                json("result"),
                json("result"),
                "--arm",
                "topK 1",
                "--after-arm",
                "topK 2"))
        .contains("8 turned right, 0 turned wrong (p .008)")
        .contains("turned right at retrieve 8, wrong at none");
    JsonNode same = parsed(RunDiff.class, json("result"), json("result"), "--json");
    assertThat(same).hasSize(2);
    assertThat(same.path(0).path("flips")).isEmpty();
    assertThat(same.path(1).path("bothRight").asInt()).isEqualTo(8);
    Program.Run none =
        Program.run(
            RunDiff.class, folder, List.of(json("result"), json("result"), "--arm", "none"));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("error: there is no arm \"none\"; there are [topK 1, topK 2]");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    assertThat(Program.run(WhyWrong.class, folder, List.of("--memo", memo())).err())
        .contains("error: there is no result ");
    compare("--top-k", "1", "--no-why");
    assertThat(Program.run(Advise.class, folder, List.of("--memo", memo())).err())
        .contains("does not say why answers are wrong; run CompareStages again with --memo");
  }
}
