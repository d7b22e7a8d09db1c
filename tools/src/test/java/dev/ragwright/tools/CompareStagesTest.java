package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareStagesTest {
  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    write(
        "corpus.jsonl",
        """
        {"_id":"cats","text":"A cat sleeps sixteen hours a day. It hunts at night."}
        {"_id":"owls","text":"An owl turns its head by 270 degrees. It hunts at night."}
        {"_id":"bees","text":"A bee visits a thousand flowers a day."}
        """);
    write(
        "queries.jsonl",
        """
        {"_id":"q1","text":"How long does a cat sleep?","answers":["sixteen hours"]}
        {"_id":"q2","text":"How far does an owl turn its head?","answers":["270 degrees"]}
        {"_id":"q3","text":"How many flowers does a bee visit?","answers":["a thousand"]}
        """);
    write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tcats\t1\nq2\towls\t1\nq3\tbees\t1\n");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private JsonNode compare(String json) throws IOException {
    Path file = folder.resolve(json);
    CompareStages.main(
        "--data",
        folder.toString(),
        "--retrievers",
        "bm25",
        "--top-k",
        "1,2",
        "--memo",
        folder.resolve("memo").toString(),
        "--report",
        folder.resolve(json + ".html").toString(),
        "--json",
        file.toString());
    return new ObjectMapper().readTree(file.toFile());
  }

  @Test
  void writesWhatEachCombinationIsWorthAndCallsNothingTwice() throws IOException {
    JsonNode first = compare("first.json");
    assertThat(first.path("arms")).hasSize(2);
    JsonNode arm = first.path("arms").path(0);
    assertThat(arm.path("name").asText()).isEqualTo("topK 1");
    assertThat(arm.path("metrics").path("ndcg@10").path("mean").asDouble()).isEqualTo(1);
    assertThat(arm.path("metrics").path("f1").path("scored").asInt()).isEqualTo(3);
    assertThat(arm.path("metrics").path("f1").path("interval").has("low")).isTrue();
    assertThat(arm.path("latency").path("measured").path("questions").asInt()).isEqualTo(3);
    assertThat(arm.path("cost").path("total").path("unknown")).hasSize(1);
    assertThat(first.path("denominators").path("questions").asInt()).isEqualTo(3);
    assertThat(first.path("stageCalls").path("retrieve").asInt()).isEqualTo(3);
    assertThat(folder.resolve("first.json.html"))
        .content(StandardCharsets.UTF_8)
        .startsWith("<!doctype html>")
        .contains("These questions do not tell the 2 arms apart by substring.");
    JsonNode second = compare("second.json");
    second.path("stageCalls").forEach(calls -> assertThat(calls.asInt()).isZero());
    assertThat(second.path("arms").path(1).path("metrics"))
        .isEqualTo(first.path("arms").path(1).path("metrics"));
    assertThat(second.path("arms").path(0).path("latency").path("all"))
        .isEqualTo(arm.path("latency").path("all"));
  }

  @Test
  void refusesAStageThatDoesNotExistBeforeTheLongWork() throws Exception {
    Program.Run run =
        Program.run(
            CompareStages.class,
            folder,
            List.of("--data", folder.toString(), "--rerankers", "none,magic"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "error: --rerankers: there is no \"magic\"; allowed are none, cross-encoder:DIR, late-interaction:DIR, reader:DIR");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --questions  | 0             | questions must be >= 1, was 0
          --retrievers | bm25,bm25     | --retrievers: "bm25" is given twice
          --rerankers  | none,none     | --rerankers: "none" is given twice
          --generators | extractive,extractive | --generators: "extractive" is given twice
          --budget     | calls=1,calls=2 | --budget: "calls" is given twice
          --budget     | calls         | --budget: "calls" is no bound such as calls=1000
          --budget     | tea=1         | --budget: there is no "tea"; allowed are calls, seconds and money
          --top-k     | 3,0            | topK must be >= 1, was 0
          --report    | nowhere/x.html | --report nowhere/x.html cannot be written
          --json      | nowhere/x.json | --json nowhere/x.json cannot be written
          """)
  void refusesWhatCannotBeBeforeTheLongWork(String option, String value, String message)
      throws Exception {
    Program.Run run =
        Program.run(
            CompareStages.class, folder, List.of("--data", folder.toString(), option, value));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("error: " + message).doesNotContain("indexed");
  }

  /** "" is not the working directory. */
  @Test
  void anEmptyFolderIsRefused() throws Exception {
    for (String option : List.of("--data", "--index", "--memo")) {
      Program.Run run =
          Program.run(CompareStages.class, folder, List.of("--data", ".", option, ""));
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).contains(option).contains("it names no file or folder");
    }
  }

  @Test
  void refusesToExplainWhereItCannot() throws Exception {
    List<String> both = List.of("--data", folder.toString(), "--why", "f1", "--no-why");
    assertThat(Program.run(CompareStages.class, folder, both).err())
        .contains("error: --why and --no-why exclude each other")
        .doesNotContain("indexed");
    write("queries.jsonl", "{\"_id\":\"q1\",\"text\":\"How long does a cat sleep?\"}\n");
    write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tcats\t1\n");
    List<String> none = List.of("--data", folder.toString(), "--why", "f1");
    assertThat(Program.run(CompareStages.class, folder, none).err())
        .contains("error: --why f1 needs questions with answers, but " + folder + " has none")
        .doesNotContain("indexed");
  }

  @Test
  void aDryRunSaysWhatItDoesNotCount() throws Exception {
    List<String> arguments =
        List.of("--data", folder.toString(), "--memo", folder.resolve("memo").toString());
    assertThat(dryRun(arguments)).contains("not counted: the calls that find out why");
    List<String> without = new ArrayList<>(arguments);
    without.add("--no-why");
    assertThat(dryRun(without)).contains("3 questions").doesNotContain("not counted");
  }

  private String dryRun(List<String> arguments) throws Exception {
    List<String> all = new ArrayList<>(arguments);
    all.add("--dry-run");
    Program.Run run = Program.run(CompareStages.class, folder, all);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out();
  }
}
