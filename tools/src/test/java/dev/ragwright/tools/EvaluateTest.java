package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers are tested in rag-eval; here it is how they are asked for and printed. */
class EvaluateTest {
  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    write("corpus.jsonl", "{\"_id\":\"d\",\"text\":\"t\"}\n");
    write("queries.jsonl", "{\"_id\":\"q1\",\"text\":\"t\"}\n");
    write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td\t1\nä\td\t2\nq3\td\t1\n");
    write("qrels/dev.tsv", "query-id\tcorpus-id\tscore\nq1\tx\t1\n");
    write("run.trec", "q1 Q0 x 1 2 t\nq1 Q0 d 2 1 t\nä Q0 d 1 1 t\nq9 Q0 d 1 1 t\n");
    write("near.trec", "q1 Q0 d 1 0.1000000011 t\nq1 Q0 x 2 0.1000000010 t\n");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String evaluate(Object... args) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      String[] texts = new String[args.length];
      for (int i = 0; i < args.length; i++) {
        texts[i] = String.valueOf(args[i]);
      }
      Evaluate.main(texts);
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void printsAsTrecEvalDoes() {
    assertThat(
            evaluate(
                "--data",
                folder,
                "--run",
                folder.resolve("run.trec"),
                "--metrics",
                "recip_rank,P.1,2,mrr@1",
                "--per-query"))
        .isEqualTo(
            """
            recip_rank\tq1\t0.5000
            P_1\tq1\t0.0000
            P_2\tq1\t0.5000
            mrr@1\tq1\t0.0000
            recip_rank\tä\t1.0000
            P_1\tä\t1.0000
            P_2\tä\t0.5000
            mrr@1\tä\t1.0000
            recip_rank\tall\t0.7500
            P_1\tall\t0.5000
            P_2\tall\t0.5000
            mrr@1\tall\t0.5000
            """);
  }

  @Test
  void takesALevelAllQueriesAndAnotherSplit() {
    Path run = folder.resolve("run.trec");
    Path qrels = folder.resolve("qrels/test.tsv");
    assertThat(evaluate("--qrels", qrels, "--run", run, "--metrics", "map", "--level", 2))
        .isEqualTo("map\tall\t0.5000\n");
    assertThat(evaluate("--qrels", qrels, "--run", run, "--metrics", "map", "--complete"))
        .isEqualTo("map\tall\t0.5000\n");
    assertThat(evaluate("--data", folder, "--split", "dev", "--run", run, "--metrics", "mrr"))
        .isEqualTo("mrr\tall\t1.0000\n");
  }

  @Test
  void leavesOutTheQuerysOwnIdWhereAskedTo() throws IOException {
    write("self.trec", "\uFEFFq1 Q0 q1 1 2 t\nq1 Q0 d 2 1 t\nq3 Q0 d 1 1 t\n");
    Path run = folder.resolve("self.trec");
    assertThat(evaluate("--data", folder, "--run", run, "--metrics", "recip_rank"))
        .isEqualTo("recip_rank\tall\t0.7500\n");
    assertThat(
            evaluate("--data", folder, "--run", run, "--metrics", "mrr", "--ignore-identical-ids"))
        .isEqualTo("identical_ids_ignored\tall\t1\nmrr\tall\t1.0000\n");
  }

  @Test
  void comparesScoresAsDoubleUnlessAskedForFloat() {
    Path near = folder.resolve("near.trec");
    assertThat(evaluate("--data", folder, "--run", near, "--metrics", "recip_rank"))
        .isEqualTo("recip_rank\tall\t1.0000\n");
    assertThat(
            evaluate("--data", folder, "--run", near, "--metrics", "recip_rank", "--float-scores"))
        .isEqualTo("recip_rank\tall\t0.5000\n");
  }

  @Test
  void printsTheUsualMetricsUnlessToldWhich() {
    assertThat(evaluate("--data", folder, "--run", folder.resolve("run.trec")).lines())
        .extracting(line -> line.substring(0, line.indexOf('\t')))
        .containsExactly(
            "map",
            "recip_rank",
            "ndcg",
            "ndcg_cut_10",
            "P_10",
            "recall_100",
            "Rprec",
            "bpref",
            "success_5");
  }
}
