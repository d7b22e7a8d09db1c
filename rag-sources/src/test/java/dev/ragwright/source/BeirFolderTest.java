package dev.ragwright.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BeirFolderTest {
  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    write("corpus.jsonl", "{\"_id\":\"d1\",\"title\":\"T\",\"text\":\"t\"}\n");
    write(
        "queries.jsonl", "{\"_id\":\"q1\",\"text\":\"one\"}\n{\"_id\":\"q2\",\"text\":\"two\"}\n");
    write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq2\td1\t2\nq2\td2\t0\n");
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void readsCorpusQueriesAndJudgments() {
    BeirFolder folder = BeirFolder.of(root);
    assertThat(folder.documents()).extracting(Document::text).containsExactly("T\n\nt");
    assertThat(folder.queries()).containsExactly(Map.entry("q1", "one"), Map.entry("q2", "two"));
    assertThat(folder.splits()).containsExactly("test");
    assertThat(folder.qrels("test")).containsExactly(Map.entry("q2", Map.of("d1", 2, "d2", 0)));
  }

  @Test
  void refusesAFolderThatIsNotOne() throws IOException {
    assertThatThrownBy(() -> BeirFolder.of(root.resolve("nowhere")))
        .hasMessage("there is no folder " + root.resolve("nowhere"));
    Files.delete(root.resolve("queries.jsonl"));
    assertThatThrownBy(() -> BeirFolder.of(root))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("the folder " + root + " has no queries.jsonl or queries.jsonl.gz");
  }

  @Test
  void refusesASplitThatIsNotThere() {
    assertThatThrownBy(() -> BeirFolder.of(root).qrels("dev"))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            "there is no " + root.resolve("qrels/dev.tsv") + "; there are judgments for [test]");
  }

  @Test
  void refusesBrokenJudgmentsByLine() throws IOException {
    Path file = root.resolve("qrels/test.tsv");
    Files.writeString(file, "query-id\tcorpus-id\tscore\nq1 d1 1\n");
    assertThatThrownBy(() -> BeirFolder.of(root).qrels("test"))
        .hasMessage(
            file
                + " line 2 column 8: found 1 fields, expected query-id, corpus-id and score apart by"
                + " tabs");
    Files.writeString(file, "q1\td1\tyes\n");
    assertThatThrownBy(() -> BeirFolder.of(root).qrels("test"))
        .hasMessage(file + " line 1 column 7: the grade \"yes\" is not a whole number");
    Files.writeString(file, "q1\td1\t1\nq1\td1\t0\n");
    assertThatThrownBy(() -> BeirFolder.of(root).qrels("test"))
        .hasMessage(file + " line 2 column 4: document \"d1\" is judged twice for query \"q1\"");
  }

  @Test
  void readsWhateverLineItBeginsWith() throws IOException {
    write("corpus.jsonl", "\uFEFF{\"id\":\"d1\",\"text\":\"t\"}");
    write("queries.jsonl", "\uFEFF{\"id\":\"q1\",\"text\":\"one\"}\r\n");
    write("qrels/test.tsv", "\uFEFFquery-id\tcorpus-id\tscore\r\nq1\td1\t1\r\n");
    write("qrels/train.tsv", "\uFEFFq1 0 d1 2");
    BeirFolder folder = BeirFolder.of(root);
    assertThat(folder.documents()).containsExactly(Document.of("d1", "t"));
    assertThat(folder.queries()).containsExactly(Map.entry("q1", "one"));
    assertThat(folder.qrels("test")).containsExactly(Map.entry("q1", Map.of("d1", 1)));
    assertThat(folder.qrels("train")).containsExactly(Map.entry("q1", Map.of("d1", 2)));
  }

  @Test
  void refusesPointersOfGitLfs() throws IOException {
    String pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n"
            .formatted("0".repeat(64));
    for (String name : List.of("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")) {
      write(name, pointer);
    }
    BeirFolder folder = BeirFolder.of(root);
    assertThatThrownBy(folder::documents).hasMessage(pointed("corpus.jsonl"));
    assertThatThrownBy(folder::queries).hasMessage(pointed("queries.jsonl"));
    assertThatThrownBy(() -> folder.qrels("test")).hasMessage(pointed("qrels/test.tsv"));
  }

  private String pointed(String name) {
    return root.resolve(name)
        + " is a Git LFS pointer and not the file that it stands for; run \"git lfs pull\" in its"
        + " repository";
  }

  @Test
  void refusesAQueryThatStandsTwice() throws IOException {
    write("queries.jsonl", "{\"_id\":\"q1\",\"text\":\"a\"}\n{\"_id\":\"q1\",\"text\":\"b\"}\n");
    assertThatThrownBy(() -> BeirFolder.of(root).queries())
        .hasMessage(root.resolve("queries.jsonl") + " line 2: query \"q1\" stands twice");
  }

  @Test
  void readsARealCollection() {
    Path scifact = Path.of(System.getenv("RAGWRIGHT_ROOT"), "..", "shared", "data", "scifact");
    assumeThat(scifact).as("skipped: ../shared is not here").exists();
    BeirFolder folder = BeirFolder.of(scifact);
    try (Stream<Document> documents = folder.documents()) {
      assertThat(documents).hasSize(5183);
    }
    assertThat(folder.queries()).hasSize(1109);
    assertThat(folder.splits()).containsExactly("test", "train");
    assertThat(folder.qrels("test")).hasSize(300);
  }
}
