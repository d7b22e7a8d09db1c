package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does. */
class QuestionsTest {
  @TempDir Path root;

  @BeforeEach
  void writeDocuments() throws Exception {
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(
        root.resolve("docs/pump.md"),
        "# Pump\n\nThe filter of the pump is replaced every 400 hours.\n");
    Files.writeString(root.resolve("docs/dogs.md"), "Dogs are allowed in the garden on a lead.\n");
  }

  private Program.Run questions(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root + "/docs"));
    all.addAll(List.of(more));
    return Program.run(Questions.class, root, all);
  }

  @Test
  void measuresWithATable() throws Exception {
    Files.writeString(
        root.resolve("q.tsv"),
        "question\tdocument\tanswer\nHow often is the filter replaced?\tpump.md\t400 hours\n"
            + "Are dogs allowed?\tdogs.md\ton a lead\n");
    Program.Run run = questions("--evaluate", root + "/q.tsv");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualTo(
            "{\"questions\":2,\"declined\":0,\"undecided\":0,\"success@1\":1.0,\"success@5\":1.0,\"mrr@10\":1.0,\"failed\":0}\n");
  }

  @Test
  void writesAFolderThatIsSearchedAndJudged() throws Exception {
    Files.writeString(
        root.resolve("q.tsv"),
        "question\tdocument\tanswer\nHow often is the filter replaced?\tpump.md\t400 hours\n"
            + "Are dogs allowed?\tdogs.md\ton a lead\n");
    Program.Run run = questions("--evaluate", root + "/q.tsv", "--beir", root + "/judged");
    assertThat(run.exit()).as(run.err()).isZero();
    EvalSet set = EvalSet.beir(root.resolve("judged"));
    assertThat(set.questions().values().stream().map(Question::answers))
        .containsExactly(List.of("400 hours"), List.of("on a lead"));
    List<Document> corpus = BeirFolder.of(root.resolve("judged")).documents().toList();
    assertThat(corpus)
        .filteredOn(document -> document.text().contains("every 400 hours"))
        .singleElement()
        .satisfies(
            document -> {
              assertThat(document.text()).startsWith("Pump");
              String question = set.questions().keySet().iterator().next();
              assertThat(set.qrels().judgments(question).grades())
                  .isEqualTo(Map.of(document.id(), 1));
            });
    assertThat(questions("--evaluate", root + "/q.tsv", "--beir", root + "/judged").err())
        .contains("it is there already; give another name");
    assertThat(questions("--beir", root + "/other").err()).contains("--beir needs --evaluate");
  }

  @Test
  void saysWhatItNeeds() throws Exception {
    assertThat(questions().err()).contains("error: one of --evaluate and --propose is needed");
    assertThat(questions("--propose", "p.tsv").err())
        .contains("error: --propose needs --generator: the folder of a language model");
    Files.writeString(root.resolve("p.tsv"), "work");
    assertThat(questions("--propose", "p.tsv", "--generator", "x").err())
        .contains("error: --propose p.tsv: it is there already; give another name");
  }
}
