package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrecFilesTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("file"), text);
  }

  @Test
  void readsARunByItsScoresAndNotByItsRanks() throws IOException {
    Run run =
        Run.read(
            file(
                """
                # made by hand
                q1\tQ0  a 1 0.5 old

                  q1 Q0 b 2 1e1 old
                q1 Q0 ä 3 +.5 old and what stands behind
                q0 Q0 a\u00a0b 1 -7 new
                """));
    assertThat(run.tag()).isEqualTo("new");
    assertThat(run.rankings().keySet()).containsExactly("q0", "q1");
    assertThat(run.rankings().get("q1"))
        .isEqualTo(Ranking.of(Map.of("b", 10.0, "ä", 0.5, "a", 0.5)));
    assertThat(run.rankings().get("q1")).hasToString("[b, ä, a]");
    assertThat(run.rankings().get("q0")).hasToString("[a\u00a0b]");
    assertThat(run).hasToString("new: 2 queries, 4 documents");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q Q0 d 1      | 9  | found 4 fields, expected query, Q0, document, rank, score and tag",
        "q Q0 d 1 nan t | 10 | the score \"nan\" is not a finite decimal number",
        "q Q0 d 1 inf t | 10 | the score \"inf\" is not a finite decimal number",
        "q Q0 d 1 1e999 t | 10 | the score \"1e999\" is not a finite decimal number",
        "q Q0 d 1 0x1p3 t | 10 | the score \"0x1p3\" is not a finite decimal number",
        "q Q0 d 1 1f t | 10 | the score \"1f\" is not a finite decimal number",
        "q Q0 d 1 1,5 t | 10 | the score \"1,5\" is not a finite decimal number",
        "q Q0 d 1 1e t | 10 | the score \"1e\" is not a finite decimal number",
        "q Q0 first 2 0.5 t | 6 | document \"first\" stands twice for query \"q\"",
      })
  void refusesABrokenRunByPlace(String line, int column, String why) throws IOException {
    Path file = file("q Q0 first 1 1 t\n" + line + "\n");
    assertThatThrownBy(() -> Run.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + " line 2 column " + column + ": " + why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q 0 d     | 6 | found 3 fields, expected query, iteration, document and grade",
        "q 0 d 1 1 | 9 | found 5 fields, expected query, iteration, document and grade",
        "q 0 d yes | 7 | the grade \"yes\" is not a whole number",
        "q 0 d 1.5 | 7 | the grade \"1.5\" is not a whole number",
        "q 0 first 0 | 5 | document \"first\" is judged twice for query \"q\"",
      })
  void refusesBrokenJudgmentsByPlace(String line, int column, String why) throws IOException {
    Path file = file("q 0 first 1\n" + line + "\n");
    assertThatThrownBy(() -> Qrels.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + " line 2 column " + column + ": " + why);
  }

  @Test
  void readsJudgmentsOfBothForms() throws IOException {
    Qrels expected = Qrels.ofGrades(Map.of("q1", Map.of("a", 2, "b c", 0), "q2", Map.of("a", -1)));
    Path beir = file("query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb c\t0\r\nq2\ta\t-1\n");
    assertThat(Qrels.read(beir)).isEqualTo(expected);
    assertThat(expected).hasToString("2 queries, 2 judged");
    assertThat(expected.judgments("q1")).hasToString("2 judged, 1 relevant");
    assertThatThrownBy(() -> expected.write(folder.resolve("none")))
        .hasMessage(
            "document id \"b c\" is empty or has white space, which a TREC file cannot hold");
    assertThat(folder.resolve("none")).doesNotExist();
    Qrels trec = Qrels.read(file("q1 0 a 2\r\n\r\nq2\tx\ta\t-1"));
    trec.write(folder.resolve("qrels"));
    assertThat(folder.resolve("qrels")).hasContent("q1 0 a 2\nq2 0 a -1\n");
  }

  /** BEIR's reader skips the first line whatever it is, and would lose a judgment here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "q1\ta\t2\nq2\tb\t-1\n",
        "q1 a 2\nq2 b -1",
        "q1  a\t2\r\nq2 b\t-1 \r\n",
        "\uFEFFq1\ta\t2\nq2\tb\t-1",
        "query-id\tcorpus-id\tscore\nq1\ta\t2\n\nq2\tb\t-1\t\n",
        "\uFEFFquery-id\tcorpus-id\tscore\r\nq1\ta\t2\r\nq2\tb\t-1",
        "Query-ID corpus-id score\nq1 a 2\nq2\tb -1",
        "\uFEFFq1 0 a 2\nq2 Q0 b -1",
        "q1\t0\ta\t2\rq2\t0\tb\t-1\r",
      })
  void readsJudgmentsOfEveryForm(String text) throws IOException {
    assertThat(Qrels.read(file(text)))
        .isEqualTo(Qrels.ofGrades(Map.of("q1", Map.of("a", 2), "q2", Map.of("b", -1))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q1 a | found 2 fields, expected 4 (query, iteration, document and grade) or 3 (query-id,"
            + " corpus-id and score apart by tabs, or by white space)",
        "q1 0 a 1 x | found 5 fields, expected 4 (query, iteration, document and grade) or 3"
            + " (query-id, corpus-id and score apart by tabs, or by white space)",
        "q1\t0 a\t1 | has 3 fields apart by tabs and 4 apart by white space, which may be query,"
            + " document and grade or query, iteration, document and grade; the header \"query-id"
            + " corpus-id score\" apart by tabs says that it is 3",
        "query-id score corpus-id | found the header [query-id, score, corpus-id], allowed is"
            + " [query-id, corpus-id, score]",
      })
  void refusesJudgmentsOfNoFormOrOfTwo(String line, String why) throws IOException {
    Path file = file(line + "\nq2\tb\t1\n");
    assertThatThrownBy(() -> Qrels.read(file)).hasMessage(file + " line 1: " + why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "q2 0 b 1 | 8 | found 4 fields, expected query-id, corpus-id and score apart by white space",
        "q2 b | 5 | found 2 fields, expected query-id, corpus-id and score apart by white space",
        "q2 b 1.0 | 6 | the grade \"1.0\" is not a whole number",
      })
  void refusesALineOfAnotherFormThanTheFirst(String line, int column, String why)
      throws IOException {
    Path file = file("q1 a 1\n" + line + "\n");
    assertThatThrownBy(() -> Qrels.read(file))
        .hasMessage(file + " line 2 column " + column + ": " + why);
  }

  @Test
  void refusesAnEmptyIdBetweenTabs() throws IOException {
    Path file = file("query-id\tcorpus-id\tscore\nq1\t\t1\n");
    assertThatThrownBy(() -> Qrels.read(file))
        .hasMessage(file + " line 2 column 4: the id is empty");
  }

  /** As ranx 0.3.21 (whose name may have spaces) and PyTerrier 1.0 write runs, with a mark. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uFEFFq1 Q0 d2 1 2.0 my run\nq1 Q0 d1 2 1.5e-07 my run\nq1 Q0 d3 3 -3e+20 my run\n",
        "\uFEFFq1 Q0 d2 0 2.0 my\r\nq1 Q0 d1 1 1.5e-07 my\r\nq1 Q0 d3 2 -3e+20 my\r\n",
        "q1\tQ0\td1\t9\t1.5E-7\tx\nq1\tQ0\td3\t9\t-300000000000000000000\tx\nq1\tQ0\td2\t9\t+2\tmy",
      })
  void readsRunsOfOtherPrograms(String text) throws IOException {
    assertThat(Run.read(file(text)))
        .isEqualTo(
            Run.of("my", Map.of("q1", Ranking.of(Map.of("d1", 1.5e-7, "d2", 2.0, "d3", -3e20)))));
  }

  @Test
  void refusesAPointerOfGitLfs() throws IOException {
    Path file =
        file(
            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n"
                .formatted("0".repeat(64)));
    String why =
        file
            + " is a Git LFS pointer and not the file that it stands for; run \"git lfs pull\" in its"
            + " repository";
    assertThatThrownBy(() -> Run.read(file)).hasMessage(why);
    assertThatThrownBy(() -> Qrels.read(file)).hasMessage(why);
  }

  @Test
  void refusesBrokenJudgmentsOfBeirsForm() throws IOException {
    Path file = file("query-id\tcorpus-id\tscore\nq1\ta\tx\n");
    assertThatThrownBy(() -> Qrels.read(file))
        .hasMessage(file + " line 2 column 6: the grade \"x\" is not a whole number");
    Path short_ = file("query-id\tcorpus-id\tscore\nq1 a 1\n");
    assertThatThrownBy(() -> Qrels.read(short_))
        .hasMessage(
            short_
                + " line 2 column 7: found 1 fields, expected query-id, corpus-id and score apart by"
                + " tabs");
  }

  @Test
  void refusesEmptyMissingAndForeignFiles() throws IOException {
    Path empty = file("\n# nothing\n");
    assertThatThrownBy(() -> Run.read(empty)).hasMessage(empty + " holds no result");
    Path header = file("query-id\tcorpus-id\tscore\n");
    assertThatThrownBy(() -> Qrels.read(header)).hasMessage(header + " holds no judgment");
    assertThatThrownBy(() -> Run.read(folder.resolve("no")))
        .hasMessage("there is no file " + folder.resolve("no"));
    assertThatThrownBy(() -> Run.read(folder)).hasMessage(folder + " is not a file");
    Path latin = folder.resolve("file");
    Files.write(latin, "q Q0 ä 1 1 t\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Run.read(latin)).hasMessage(latin + " line 1: is not UTF-8");
  }

  @Test
  void readsCompressedFiles() throws IOException {
    Path file = folder.resolve("run.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("q Q0 d 1 1 t\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(Run.read(file)).isEqualTo(Run.of("t", Map.of("q", Ranking.of(Map.of("d", 1.0)))));
  }

  @Test
  void writesScoresWithAllTheirDigits() {
    Run run = Run.of("t", Map.of("q", Ranking.of(Map.of("a", 0.1 + 0.2, "b", 1e-300))));
    run.write(folder.resolve("run"));
    assertThat(folder.resolve("run"))
        .hasContent("q Q0 a 1 0.30000000000000004 t\nq Q0 b 2 1.0E-300 t\n");
    assertThat(Run.read(folder.resolve("run"))).isEqualTo(run);
    assertThatThrownBy(() -> Run.of("two words", Map.of()).write(folder.resolve("no")))
        .hasMessage("tag \"two words\" is empty or has white space, which a TREC file cannot hold");
  }
}
