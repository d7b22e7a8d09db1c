package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalSetTest {
  private static final Path DATA = Repository.shared("data");

  @TempDir Path root;

  private Path write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void writeCollection() throws IOException {
    write("set/corpus.jsonl", "{\"_id\":\"d1\",\"text\":\"t\"}\n");
    write(
        "set/queries.jsonl",
        """
        {"_id":"q1","text":"one","answers":["1","uno"]}
        {"_id":"q2","text":"two"}
        {"_id":3,"text":"three"}
        """);
    write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\n3\td1\t2\nq1\td1\t0\n");
  }

  @Test
  void readsTheJudgedQuestionsOfABeirFolder() throws IOException {
    writeCollection();
    EvalSet set = EvalSet.beir(root.resolve("set"));
    assertThat(set.name()).isEqualTo("set/test");
    assertThat(set.questions().values())
        .containsExactly(
            new Question("q1", "one", List.of("1", "uno")), new Question("3", "three", List.of()));
    assertThat(set.qrels())
        .isEqualTo(Qrels.ofGrades(Map.of("q1", Map.of("d1", 0), "3", Map.of("d1", 2))));
    assertThat(set).hasToString("set/test: 2 questions, 2 judged");
  }

  @Test
  void leavesOutByteOrderMarks() throws IOException {
    writeCollection();
    Path folder = root.resolve("set");
    EvalSet set = EvalSet.beir(folder);
    for (String name : List.of("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")) {
      Path file = folder.resolve(name);
      Files.writeString(file, "\uFEFF" + Files.readString(file).replace("\n", "\r\n"));
    }
    assertThat(EvalSet.beir(folder).questions()).isEqualTo(set.questions());
    assertThat(EvalSet.beir(folder).qrels()).isEqualTo(set.qrels());
    assertThat(Qrels.read(folder.resolve("qrels/test.tsv"))).isEqualTo(set.qrels());
    Path answers =
        write("r.jsonl", "\uFEFF{\"_id\":\"r\",\"response\":\"x\",\"correct\":true}\r\n");
    assertThat(JudgedAnswer.read(answers)).hasSize(1);
    Path responses = write("s.jsonl", "\uFEFF{\"query_id\":\"q\",\"response\":\"x\"}");
    assertThat(Response.read(responses)).containsExactly(new Response("q", "x", 1));
  }

  @Test
  void choosesTheJudgments() throws IOException {
    writeCollection();
    Path folder = root.resolve("set");
    write("set/qrels/train.tsv", "q2\td1\t1\n");
    assertThat(EvalSet.beir(folder).name()).isEqualTo("set/test");
    assertThat(EvalSet.beir(folder, "train").questions().keySet()).containsExactly("q2");
    Files.delete(folder.resolve("qrels/test.tsv"));
    assertThat(EvalSet.beir(folder).name()).isEqualTo("set/train");
    write("set/qrels/dev.tsv", "q2\td1\t1\n");
    assertThatThrownBy(() -> EvalSet.beir(folder))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(folder + " has judgments for [dev, train] and none called test; name one");
    Files.delete(folder.resolve("qrels/dev.tsv"));
    Files.delete(folder.resolve("qrels/train.tsv"));
    assertThatThrownBy(() -> EvalSet.beir(folder))
        .hasMessage(folder + " has no judgments in qrels/*.tsv");
  }

  @Test
  void refusesJudgmentsThatFitNoQuestion() throws IOException {
    writeCollection();
    Path folder = root.resolve("set");
    write("set/qrels/test.tsv", "q9\td1\t1\n");
    assertThatThrownBy(() -> EvalSet.beir(folder))
        .hasMessage(
            "query \"q9\" is judged in qrels/test.tsv, but %s has no text of it",
            folder.resolve("queries.jsonl"));
    write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\n");
    assertThatThrownBy(() -> EvalSet.beir(folder))
        .hasMessage(folder + " has no judgment in qrels/test.tsv");
    assertThatThrownBy(
            () -> EvalSet.of("s", List.of(), Qrels.ofGrades(Map.of("q", Map.of("d", 1)))))
        .hasMessage("query \"q\" is judged, but s has no question of that id");
    Question twice = new Question("q", "t", List.of());
    assertThatThrownBy(() -> EvalSet.of("s", List.of(twice, twice), Qrels.of(Map.of())))
        .hasMessage("question \"q\" stands twice");
  }

  @Test
  void readsQuestionsWithAnswers() throws IOException {
    Path file = write("q.jsonl", "{\"_id\":\"a\",\"answers\":[\"x\",7]}\n\n{\"id\":\"b\"}\n");
    EvalSet set = EvalSet.questions(file);
    assertThat(set.name()).isEqualTo("q.jsonl");
    assertThat(set.questions().values())
        .containsExactly(
            new Question("a", "", List.of("x", "7")), new Question("b", "", List.of()));
    assertThat(set.qrels().judgments()).isEmpty();
  }

  @Test
  void refusesBrokenQuestionsByPlace() throws IOException {
    refuses("{\"_id\":\"a\"}\n{\"_id\" \"b\"}", "line 2 column 8: not JSON: ");
    refuses("[1]", "line 1: not a JSON object");
    refuses("{\"text\":\"t\"}", "line 1: no text \"_id\"");
    refuses("{\"_id\":true}", "line 1: no text \"_id\", but BOOLEAN");
    refuses("{\"_id\":\"a\",\"answers\":\"x\"}", "line 1: \"answers\" is not a list");
    refuses("{\"_id\":\"a\"}\n{\"_id\":\"a\"}", "line 2: question \"a\" stands twice");
    refuses("\n", "holds no question");
  }

  private void refuses(String text, String why) throws IOException {
    Path file = write("q.jsonl", text);
    assertThatThrownBy(() -> EvalSet.questions(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith(file + " " + why);
  }

  @Test
  void readsJudgedAnswers() throws IOException {
    Path file =
        write(
            "responses.jsonl",
            """
            {"_id":"r1","query_id":"q","context_ids":["d1","d2"],"response":"x","supported":true}
            {"_id":"r2","response":"y","correct":false,"model":"m"}
            """);
    assertThat(JudgedAnswer.read(file))
        .containsExactly(
            new JudgedAnswer("r1", "q", List.of("d1", "d2"), "x", "supported", true),
            new JudgedAnswer("r2", null, List.of(), "y", "correct", false));
    Path both =
        write("b.jsonl", "{\"_id\":\"r\",\"response\":\"x\",\"supported\":true,\"correct\":true}");
    assertThatThrownBy(() -> JudgedAnswer.read(both))
        .hasMessage(
            both
                + " line 1: found the labels [supported, correct], expected one of"
                + " [supported, correct]");
    Path word = write("b.jsonl", "{\"_id\":\"r\",\"response\":\"x\",\"correct\":\"yes\"}");
    assertThatThrownBy(() -> JudgedAnswer.read(word))
        .hasMessage(word + " line 1: \"correct\" is \"yes\", expected true or false");
  }

  @Test
  void splitsByIdAndSeed() {
    EvalSet set = numbered(2_000);
    EvalSet.Split split = set.split(0.3, 42);
    assertThat(split.choosing().name()).isEqualTo("n[choosing, share 0.3, seed 42]");
    assertThat(split.reporting().part()).contains(new EvalSet.Part("reporting", 0.3, 42));
    assertThat(split.choosing().questions().size()).isBetween(540, 660);
    assertThat(split.choosing().questions()).doesNotContainKeys(ids(split.reporting()));
    assertThat(split.choosing().questions().size() + split.reporting().questions().size())
        .isEqualTo(2_000);
    assertThat(split.choosing().qrels().judgments().keySet())
        .isEqualTo(split.choosing().questions().keySet());
    assertThat(numbered(1_000).split(0.3, 42).choosing().questions().keySet())
        .as("a question stays where it is when others are added")
        .isSubsetOf(split.choosing().questions().keySet());
    assertThat(set.split(0.3, 43).choosing().questions())
        .isNotEqualTo(split.choosing().questions());
  }

  /**
   * From Python: {@code int.from_bytes(hashlib.sha256((42).to_bytes(8, "big") +
   * b"q0").digest()[:8], "big") / 2**64}, and so on.
   */
  @Test
  void splitsTheSameEverywhere() {
    assertThat(numbered(12).split(0.5, 42).choosing().questions().keySet())
        .containsExactly("q1", "q3", "q5", "q7", "q10");
  }

  @Test
  void refusesASplitOfASplit() {
    EvalSet set = numbered(10);
    assertThatThrownBy(() -> set.split(1, 1))
        .hasMessage("the share must be above 0 and below 1, was 1.0");
    assertThatThrownBy(() -> set.split(0.5, 1).choosing().split(0.5, 1))
        .hasMessage("n[choosing, share 0.5, seed 1] is part of a split; split the whole set");
  }

  private static EvalSet numbered(int count) {
    List<String> ids = IntStream.range(0, count).mapToObj(i -> "q" + i).toList();
    Map<String, Judgments> judgments =
        ids.stream().collect(Collectors.toMap(id -> id, id -> Judgments.of(Map.of("d", 1))));
    return EvalSet.of(
        "n", ids.stream().map(id -> new Question(id, id, List.of())).toList(), Qrels.of(judgments));
  }

  private static String[] ids(EvalSet set) {
    return set.questions().keySet().toArray(String[]::new);
  }

  @Test
  void readsRealSets() {
    assumeThat(DATA).as("skipped: ../shared is not here").exists();
    assertThat(EvalSet.beir(DATA.resolve("scifact")))
        .hasToString("scifact/test: 300 questions, 300 judged");
    assertThat(EvalSet.beir(DATA.resolve("scifact"), "train"))
        .hasToString("scifact/train: 809 questions, 809 judged");
    assertThat(EvalSet.beir(DATA.resolve("hotpot-100")).questions().values())
        .hasSize(100)
        .allMatch(question -> !question.answers().isEmpty());
    assertThat(EvalSet.questions(DATA.resolve("evouna-nq/queries.jsonl.gz")).questions())
        .hasSize(3_609);
    assertThat(JudgedAnswer.read(DATA.resolve("scifact/responses.jsonl.gz")))
        .hasSize(1_216)
        .satisfies(all -> assertThat(all.stream().filter(JudgedAnswer::verdict)).hasSize(508));
    assertThat(JudgedAnswer.read(DATA.resolve("evouna-nq/responses.jsonl.gz")))
        .hasSize(15_433)
        .satisfies(all -> assertThat(all.stream().filter(JudgedAnswer::verdict)).hasSize(11_182));
    assertThat(JudgedAnswer.read(DATA.resolve("faithbench/responses.jsonl.gz"))).hasSize(750);
  }
}
