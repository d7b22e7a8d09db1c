package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Passage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgmentSheetTest {
  private static final String HEADER = "id\tquestion\tdocument\ttext\tjudgment";
  private static final Question PUMP = new Question("q1", "Where is the pump?", List.of());
  private static final Question SUM = new Question("q2", "= what is\t\"this\"?", List.of());
  private static final EvalSet QUESTIONS =
      EvalSet.of("manuals", List.of(PUMP, SUM), Qrels.ofGrades(Map.of("q2", Map.of("d3", 1))));
  private static final Set<String> DOCUMENTS = Set.of("d1", "\"d\" 2", "d3");

  @TempDir private Path folder;

  private EvalSet read(String... lines) throws IOException {
    Path file = Files.write(folder.resolve("judge.tsv"), List.of(lines));
    return JudgmentSheet.read(file, QUESTIONS, DOCUMENTS);
  }

  @Test
  void whatIsWrittenIsReadOnceItIsFilledIn() throws IOException {
    Map<Question, List<Passage>> pools = new LinkedHashMap<>();
    pools.put(
        PUMP,
        List.of(
            Passage.of("d1", "In the cellar,\nbehind\tthe stairs."),
            Passage.of("\"d\" 2", "x".repeat(500))));
    pools.put(SUM, List.of(Passage.of("d1", "\"This\" is a quote.")));
    Path file = folder.resolve("judge.tsv");
    JudgmentSheet.propose(file, pools);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines)
        .startsWith(HEADER, "q1\tWhere is the pump?\td1\tIn the cellar, behind the stairs.\t");
    assertThat(lines.get(2)).hasSizeLessThan(450);
    assertThat(JudgmentSheet.read(file, QUESTIONS, DOCUMENTS).qrels()).isEqualTo(QUESTIONS.qrels());

    lines.set(1, lines.get(1) + "2");
    lines.set(2, lines.get(2) + "0");
    lines.set(3, lines.get(3) + "1");
    Files.write(file, lines);
    EvalSet judged = JudgmentSheet.read(file, QUESTIONS, DOCUMENTS);
    assertThat(judged.questions()).isEqualTo(QUESTIONS.questions());
    assertThat(judged.qrels())
        .isEqualTo(
            Qrels.ofGrades(
                Map.of("q1", Map.of("d1", 2, "\"d\" 2", 0), "q2", Map.of("d3", 1, "d1", 1))));
    assertThatThrownBy(() -> JudgmentSheet.propose(file, pools))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith("judge.tsv, or it is there");
    assertThat(Files.readAllLines(file)).isEqualTo(lines);
  }

  @Test
  void whatIsHalfFilledIsReadAsFarAsItIs() throws IOException {
    EvalSet judged =
        read(
            HEADER + "\tcomment",
            "q1\tWhere is  the pump?\td1\ttext\t1\tsure",
            "q1\tWhere is the pump?\td3\ttext");
    assertThat(judged.qrels().judgments("q1")).isEqualTo(Judgments.of(Map.of("d1", 1)));
  }

  @Test
  void saysWhatIsWrongInWhichLine() {
    assertThatThrownBy(
            () ->
                read(
                    HEADER,
                    "Q1\tWhere is the pump?\td1\ttext\t1",
                    "q1\tWhere is the pump?\td4\ttext\t1",
                    "q1\twhat is \"this\"?\td1\ttext\t1",
                    "q1\tWhere is the pump?\td1\ttext\tyes",
                    "q1\tWhere is the pump?\td3\ttext\t-1",
                    "q1\tWhere is the pump?\td3\ttext\t1",
                    "q2\twhat is \"this\"?\td3\ttext\t0"))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining("line 2: there is no question \"Q1\"; the nearest of 2 is \"q1\"")
        .hasMessageContaining("line 3: there is no document \"d4\"; the nearest of 3 is \"d")
        .hasMessageContaining(
            "line 4: question \"q1\" is \"Where is the pump?\", not \"what is \"this\"?\"; were cells sorted apart from their rows?")
        .hasMessageContaining(
            "line 5: document \"d1\" stands in line 4 for question \"q1\" already")
        .hasMessageContaining(
            "line 5: the judgment is \"yes\"; allowed are grades from 0, not relevant, to 10, and an empty cell")
        .hasMessageContaining("line 6: the judgment is \"-1\"")
        .hasMessageContaining("line 7: document \"d3\" stands in line 6 for question")
        .hasMessageContaining(
            "line 8: document \"d3\" has the grade 1 for question \"q2\" already, not 0; leave the cell empty to keep it");
  }

  @Test
  void refusesADamagedTable() {
    assertThatThrownBy(() -> read("id\tquestion\tdocument", "q1\tWhere is the pump?\td1"))
        .hasMessageEndingWith(
            "line 1 names the columns, apart by tabs, and needs id and question and document and text and judgment; it has [id, question, document]");
    assertThatThrownBy(() -> read(HEADER + "\tscore"))
        .hasMessageContaining("there is no column \"score\"; allowed are id, question, document");
    assertThatThrownBy(() -> read(HEADER, "q1\tWhere is the pump?\td1\t\"text\t1"))
        .hasMessageContaining(
            "line 2: a cell begins with a double quote and does not end with one");
    assertThatThrownBy(() -> read(HEADER, "q1\tWhere is the pump?\td1\ttext\t1\tmore"))
        .hasMessageContaining("line 2: a cell without a column: \"more\"");
  }
}
