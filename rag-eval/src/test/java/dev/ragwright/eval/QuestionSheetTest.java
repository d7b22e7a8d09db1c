package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionSheetTest {
  private static final String PUMP =
      "The pump is in the cellar.\nIts filter is replaced\nevery 400 hours. Oil is never needed.";
  private static final Document MANUAL =
      new Document(
          "manuals/pump.pdf",
          PUMP,
          Metadata.empty(),
          Places.builder().page(0, "i").page(PUMP.indexOf("Its"), "1").build());
  private static final Document RULES =
      Document.of("rules.md", "Dogs are allowed on a lead. Cats are allowed. Dogs must be quiet.");
  private static final DocumentSource DOCUMENTS = DocumentSource.of(List.of(MANUAL, RULES));
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);

  @TempDir private Path folder;

  private QuestionSheet read(String... lines) throws IOException {
    return readFile("questions.tsv", lines);
  }

  private QuestionSheet readFile(String name, String... lines) throws IOException {
    return QuestionSheet.read(Files.write(folder.resolve(name), List.of(lines)), DOCUMENTS);
  }

  private static List<String> relevant(EvalSet set, String id) {
    return List.copyOf(set.qrels().judgments(id).grades().keySet());
  }

  private static List<Passage> cut(Chunker chunker) {
    return Stream.of(MANUAL, RULES).flatMap(d -> chunker.chunk(d).stream()).toList();
  }

  @Test
  void findsThePassagesOfEachCutThatHoldAPlace() throws IOException {
    QuestionSheet sheet =
        read(
            "id\tquestion\tdocument\tpage\ttext\tanswer",
            "filter\tHow often is the filter replaced?\tmanuals/pump.pdf\t\tfilter is  replaced every 400\t400 hours | 400 h",
            "where\tWhere is the pump?\tmanuals/pump.pdf\ti",
            "cats\tAre cats allowed?\trules.md\t\t\tCats are allowed",
            "all\tWhat are the rules?\trules.md");

    EvalSet sentences = sheet.byPassage(cut(SENTENCES));
    assertThat(relevant(sentences, "filter")).containsExactly("manuals/pump.pdf#27-67");
    assertThat(relevant(sentences, "where")).containsExactly("manuals/pump.pdf#0-27");
    assertThat(relevant(sentences, "cats")).containsExactly("rules.md#28-46");
    assertThat(relevant(sentences, "all")).hasSize(3);
    Question filter = Objects.requireNonNull(sentences.questions().get("filter"));
    assertThat(filter.answers()).containsExactly("400 hours", "400 h");

    EvalSet whole = sheet.byPassage(cut(Chunkers.whole()));
    assertThat(relevant(whole, "filter")).containsExactly("manuals/pump.pdf#0-87");
    assertThat(relevant(sheet.byDocument(), "filter")).containsExactly("manuals/pump.pdf");
    assertThat(sheet).hasToString("questions.tsv: 4 questions, 0 declined, 0 undecided");
    assertThatThrownBy(() -> sheet.byPassage(List.of()))
        .hasMessageStartingWith(
            "no passage holds the place of 4 questions: \"How often is the filter replaced?\" (manuals/pump.pdf has 0 passages), ");
  }

  @Test
  void tellsAllThatIsWrongWithWhatWouldBeRight() {
    assertThatThrownBy(
            () ->
                read(
                    "accept\tquestion\tdocument\tpage\ttext\tanswer",
                    "yes\tQ1?\tpump.pdf",
                    "yes\tQ2?\tmanuals/pump.pdf\tiv",
                    "yes\tQ3?\trules.md\t\tDogs are allowed on a leash",
                    "yes\tQ4?\trules.md\t\t\tfive euros",
                    "yes\tQ5?\tmanuals/pump.pdf\ti\tevery 400 hours",
                    "yes\t\trules.md",
                    "maybe\tQ7?\trules.md",
                    "yes\tQ4?\trules.md",
                    "yes\tQ8?\trules.md\t3"))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            folder.resolve("questions.tsv")
                + """
                :
                line 7: the cell question is empty
                line 8: accept is "maybe"; allowed are yes, no, and an empty cell
                line 9: the question "q7abcd4413d" stands twice
                line 3: manuals/pump.pdf has no page "iv"; it has 2: i, 1
                line 6: the words of text are in manuals/pump.pdf, but at page 1: "every 400 hours"
                line 4: the words of text are nowhere in rules.md (5 of its 6 words are, and then comes "lead. Cats are allowed. Dogs"): "Dogs are allowed on a leash"
                line 5: the words of answer are nowhere in rules.md: "five euros"; put words of the document into text, or its page into page
                line 10: rules.md has no page "3"; it has no pages
                line 2: there is no document "pump.pdf"; the nearest of 2 is "manuals/pump.pdf\"""");
  }

  @Test
  void readsWhatSpreadsheetsWriteAndJson() throws IOException {
    EvalSet table =
        read(
                "\uFEFFQuestion\tDocument\tText\tcomment",
                "\"Are \"\"cats\"\" allowed?\"\trules.md\t\"Cats",
                "are allowed\"\t=1+1",
                "\t\t\t")
            .byDocument();
    assertThat(table.questions().values())
        .extracting(Question::text)
        .containsExactly("Are \"cats\" allowed?");
    EvalSet json =
        readFile(
                "q.jsonl",
                "{\"question\": \"Are \\\"cats\\\" allowed?\", \"document\": \"rules.md\", \"answer\": \"Cats\"}")
            .byDocument();
    assertThat(json.questions().keySet()).isEqualTo(table.questions().keySet());
    assertThatThrownBy(() -> read("question,document"))
        .hasMessageEndingWith(
            "line 1 names the columns, apart by tabs, and needs question and document; it has [question,document]");
    assertThatThrownBy(() -> read("question\tdocument", "\"What\t is this?"))
        .hasMessageContaining("line 2: a cell begins with a double quote");
  }

  @Test
  void countsWhatAPersonHasAccepted() throws IOException {
    Path file = folder.resolve("proposed.tsv");
    Passage dogs = SENTENCES.chunk(RULES).getFirst();
    Question question = new Question("d1", "Are dogs allowed?", List.of());
    Question other = new Question("d2", "\"Dogs\" are what?", List.of());
    QuestionSheet.propose(file, Map.of(question, dogs));
    assertThat(Files.readString(file))
        .isEqualTo(
            "accept\tquestion\tdocument\ttext\tid\n\tAre dogs allowed?\trules.md\tDogs are allowed on a lead.\td1\n");
    assertThatThrownBy(() -> QuestionSheet.read(file, DOCUMENTS))
        .hasMessageEndingWith(
            "no row counts (0 declined, 1 undecided); write yes into their column accept");
    assertThatThrownBy(() -> QuestionSheet.propose(file, Map.of()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("or it is there");

    Files.delete(file);
    QuestionSheet.propose(file, Map.of(other, dogs));
    Files.writeString(file, Files.readString(file).replace("\n\t", "\nyes\t"));
    QuestionSheet sheet = QuestionSheet.read(file, DOCUMENTS);
    assertThat(relevant(sheet.byPassage(cut(SENTENCES)), "d2")).containsExactly(dogs.id());
  }
}
