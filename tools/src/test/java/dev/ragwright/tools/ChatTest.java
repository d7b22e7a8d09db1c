package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of conversations as a user does. */
class ChatTest {
  @TempDir Path root;

  @BeforeEach
  void writeDocuments() throws IOException {
    Files.writeString(
        root.resolve("corpus.jsonl"),
        """
        {"_id": "pump", "title": "Pump", "text": "The filter of the pump is replaced every 400 hours."}
        {"_id": "gate", "title": "Gate", "text": "The gate opens at eight in the morning."}
        {"_id": "pond", "title": "Pond", "text": "Every stone of the pond is replaced by marble."}
        """);
    Files.writeString(
        root.resolve("queries.jsonl"),
        """
        {"_id": "q1", "text": "how often is the pump replaced"}
        {"_id": "q2", "text": "when does the gate open"}
        {"_id": "q3", "text": "what is the garden"}
        """);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(
        root.resolve("qrels/test.tsv"),
        "query-id\tcorpus-id\tscore\nq1\tpump\t1\nq2\tgate\t1\nq3\tpond\t1\n");
  }

  private Program.Run chat(String lines, String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root.toString()));
    all.addAll(List.of(more));
    Process process = Program.start(Chat.class, root, all);
    try (OutputStream in = process.getOutputStream()) {
      in.write(lines.getBytes(StandardCharsets.UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Program.Run(process.waitFor(), out, err);
  }

  private static final String LINES = "When does the gate open?\n\nand why does it?\n";

  @Test
  void answersEachLineAndSaysWhatItAsked() throws Exception {
    Program.Run run = chat(LINES, "--history", "1");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines().filter(line -> line.startsWith("asked: ")))
        .containsExactly("asked: and why does it (gate open)?");
    assertThat(run.out()).contains("The gate opens at eight in the morning.").contains("  gate ");
    List<JsonNode> json = new ArrayList<>();
    for (String line : chat(LINES, "--json", "--condense", "none").out().lines().toList()) {
      json.add(new JsonMapper().readTree(line));
    }
    assertThat(json)
        .extracting(line -> line.path("question").asText())
        .containsExactly("When does the gate open?", "and why does it?");
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    assertThat(chat("", "--condense", "german").err())
        .contains(
            "--condense: there is no \"german\"; allowed are none, english, joining, onnx:DIR");
    assertThat(chat("", "--history", "-1").err()).contains("--history must be >= 0, was -1");
    assertThat(chat("").exit()).isZero();
  }

  private Program.Run report(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root.toString()));
    all.addAll(List.of(more));
    return Program.run(ConversationReport.class, root, all);
  }

  @Test
  void measuresFollowUpsMadeOfQuestions() throws Exception {
    Program.Run run = report("--show", "2");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err())
        .contains(
            "pronoun, english: how often is it replaced -> how often is it replaced (Pump)",
            "pronoun, english: when does it open -> when does it open (Gate)",
            "ellipsis, none: and how often is replaced -> and how often is replaced",
            "alone, english: when does the gate open -> when does the gate open");
    assertThat(run.out())
        .startsWith("| bm25, 2 conversations | condenser | recall@10 | gain | changed |")
        .contains("| pronoun | `english` | 1.0000 |")
        .contains("| ellipsis | `whole` | 1.0000 |");
    assertThat(report("--json").out().lines()).hasSize(11);
    Files.writeString(root.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq3\tpond\t1\n");
    assertThat(report().err()).contains("--data: in 0 of 1 questions").contains("2 are needed");
  }
}
