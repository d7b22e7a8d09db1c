package dev.ragwright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, with a model that replies the same to anything. */
class RetrievalOrSizeTest {
  private static final int QUESTIONS = 16;

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void writeFiles() throws IOException {
    data = Files.createDirectories(folder.resolve("data"));
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder("query-id\tcorpus-id\tscore\n");
    for (int i = 1; i <= QUESTIONS; i++) {
      corpus.append(
          String.format(
              Locale.ROOT,
              "{\"_id\":\"d%1$d\",\"text\":\"The mayor of Town%1$d lives at number 4%1$02d.\"}\n",
              i));
      queries.append(
          String.format(
              Locale.ROOT,
              "{\"_id\":\"q%1$d\",\"text\":\"Where does the mayor of Town%1$d live?\",\"answers\":[\"number 4%1$02d\"]}\n",
              i));
      qrels.append(String.format(Locale.ROOT, "q%1$d\td%1$d\t1\n", i));
    }
    queries.append("{\"_id\":\"unjudged\",\"text\":\"Who is it?\",\"answers\":[\"nobody\"]}\n");
    queries.append("{\"_id\":\"unanswered\",\"text\":\"Where is Town1?\"}\n");
    qrels.append("unanswered\td1\t1\n");
    Files.writeString(data.resolve("corpus.jsonl"), corpus);
    Files.writeString(data.resolve("queries.jsonl"), queries);
    Files.createDirectories(data.resolve("qrels"));
    Files.writeString(data.resolve("qrels/test.tsv"), qrels);
  }

  private String run(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--data", data.toString()));
    arguments.addAll(List.of(more));
    Program.Run run = Program.run(RetrievalOrSize.class, folder, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  void tellsWhatEachContextIsWorth() throws Exception {
    String out = run("--top-k", "1");
    assertThat(out)
        .startsWith("data/test, 16 questions, at most 1 passage of bm25\n")
        .containsPattern("extractive +none +0\\.000 +0\\.000 +0\\.000 +0\\.000 +16 ")
        .containsPattern("extractive +gold +0\\.000 +0\\.\\d+ +1\\.000 +1\\.000 +0 +1\\.000")
        .containsPattern("does retrieval help\\? +yes +\\+1\\.000 \\[\\+1\\.000, \\+1\\.000\\], p ")
        .containsPattern("is it what the passages say\\? +yes +\\+")
        .containsPattern("would perfect retrieval help more\\? +not told apart +\\+\\.000")
        .contains("What size is worth was not measured");
  }

  @Test
  void refusesAMetricBeforeTheLongWork() throws Exception {
    Program.Run run =
        Program.run(
            RetrievalOrSize.class,
            folder,
            List.of("--data", data.toString(), "--metrics", "f1,bleu"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(
            "error: --metrics: there is no \"bleu\"; allowed are em, f1, substring, word-recall")
        .doesNotContain("indexed");
  }

  @Test
  void comparesASmallerModelWithRetrievalAndALargerOneWithout() throws Exception {
    Path model = Files.createDirectory(folder.resolve("parrot"));
    ScriptedModel.of("The mayor", " lives", " at number 401.").write(model);
    Path memo = folder.resolve("memo");
    String[] arguments = {
      "--generators",
      "extractive,onnx:" + model,
      "--json",
      "--memo",
      memo.toString(),
      "--report",
      folder.resolve("page.html").toString()
    };
    JsonNode json = new ObjectMapper().readTree(run(arguments));
    assertThat(json.path("arms")).hasSize(8);
    JsonNode parrot = json.path("arms").path(4);
    assertThat(parrot.path("generator").asText()).isEqualTo("onnx:parrot");
    assertThat(parrot.path("retriever").asText()).isEqualTo("none");
    // It knows nothing, and yet is right about one town of 16.
    assertThat(parrot.path("substring").asDouble()).isEqualTo(1.0 / 16);
    JsonNode last = json.path("comparisons").path(8);
    assertThat(last.path("question").asText()).isEqualTo("does retrieval beat size?");
    assertThat(last.path("of").path("generator").asText()).isEqualTo("extractive");
    assertThat(last.path("than").path("context").asText()).isEqualTo("none");
    assertThat(last.path("answer").asText()).isEqualTo("yes");
    assertThat(folder.resolve("page.html")).isNotEmptyFile();
    JsonNode again = new ObjectMapper().readTree(run(arguments));
    assertThat(again).isEqualTo(json); // its times included: nothing was measured anew
  }
}
