package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, in a process of its own, over sets that a test can hold. */
class AgreementCardTest {
  @TempDir Path root;

  private Program.Run cards(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", "sets"));
    all.addAll(List.of(arguments));
    return Program.run(AgreementCard.class, root, all);
  }

  /** Every other answer is word for word in its passage, the others have half of their words. */
  private void writeSupported() throws IOException {
    Path folder = Files.createDirectories(root.resolve("sets/scifact"));
    StringBuilder corpus = new StringBuilder();
    StringBuilder responses = new StringBuilder();
    for (int i = 0; i < 24; i++) {
      corpus.append(
          String.format(
              Locale.ROOT,
              "{\"_id\": \"d%d\", \"text\": \"Pump %d runs at noon. Valves rest.\"}%n",
              i,
              i));
      responses.append(
          String.format(
              Locale.ROOT,
              "{\"_id\": \"r%d\", \"query_id\": \"q%d\", \"context_ids\": [\"d%d\"], \"response\": \"%s\", \"supported\": %s}%n",
              i,
              i,
              i,
              i % 2 == 0 ? "Pump " + i + " runs at noon." : "Pump " + i + " leaks much oil.",
              i % 2 == 0));
    }
    Files.writeString(folder.resolve("corpus.jsonl"), corpus.toString());
    Files.writeString(folder.resolve("responses.jsonl"), responses.toString());
  }

  private void writeCorrect() throws IOException {
    Path folder = Files.createDirectories(root.resolve("sets/evouna-nq"));
    Files.writeString(
        folder.resolve("queries.jsonl"), "{\"_id\": \"q\", \"answers\": [\"Marie Curie\"]}\n");
    StringBuilder responses = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      responses.append(
          String.format(
              Locale.ROOT,
              "{\"_id\": \"r%d\", \"query_id\": \"q\", \"response\": \"%s\", \"correct\": %s}%n",
              i,
              i % 2 == 0 ? "It was Marie Curie." : "Nobody knows.",
              i % 2 == 0));
    }
    Files.writeString(folder.resolve("responses.jsonl"), responses.toString());
  }

  @Test
  void replacesTheCardsOfAPageAndNothingElse() throws Exception {
    writeSupported();
    writeCorrect();
    Path page = root.resolve("page.md");
    Files.writeString(
        page, "# Mine\n\n<!-- cards: begin -->\nyesterday\n<!-- cards: end -->\n\nBehind.\n");
    Program.Run run = cards("--out", "page.md", "--sample", "8");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).contains("left out: there is no sets/ragbench/hagrid/responses.jsonl");
    String written = Files.readString(page);
    assertThat(written)
        .startsWith("# Mine\n\n<!-- cards: begin -->\n\nMeasured on ")
        .endsWith("\n<!-- cards: end -->\n\nBehind.\n")
        .doesNotContain("yesterday")
        .contains("onnxruntime 1.")
        .contains(
            "### groundedness-lexical\n\nShare of words found in the passages; no model. The whole"
                + " sets.\n**The baseline.**\n")
        .contains("| scifact | people | 24 | 12 | 1.000 [1.000, 1.000] | 1.000 |  | ")
        .contains("### groundedness-embedding/bge-small-en-v1.5-q\n")
        .contains("**Does not beat the baseline on any set; not told apart from it on scifact.**")
        .contains("### answer-similarity/all-MiniLM-L6-v2-q\n")
        .contains("A sample of 8 answers, seed 1.");
    assertThat(cards("--out", "page.md", "--evaluator", "groundedness-lexical").exit()).isZero();
    assertThat(Files.readString(page))
        .startsWith("# Mine\n\n<!-- cards: begin -->\n\nMeasured on ")
        .endsWith("\n<!-- cards: end -->\n\nBehind.\n")
        .doesNotContain("answer-similarity");
  }

  @Test
  void printsAJsonLineForEachEvaluatorAndSet() throws Exception {
    writeSupported();
    Program.Run run = cards("--json", "--evaluator", "groundedness-lexical");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith(
            "{\"name\":\"groundedness-lexical\",\"set\":\"scifact\",\"n\":24,\"positives\":12,"
                + "\"AUROC\":1.0,\"low\":1.0,\"high\":1.0,\"baselineAuroc\":1.0,"
                + "\"cpuSecondsPerCase\":");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Program.Run run = cards();
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("has none of the sets scifact, ragbench/hagrid, ragbench/hotpotqa,");
    Files.writeString(root.resolve("page.md"), "no marks");
    assertThat(cards("--out", "page.md").err())
        .contains("error: page.md has no line \"<!-- cards: begin -->\" with a line");
  }
}
