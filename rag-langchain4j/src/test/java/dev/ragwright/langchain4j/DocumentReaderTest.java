package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.document.DocumentParser;
import dev.langchain4j.data.document.parser.TextDocumentParser;
import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.DocumentReader;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link LangChain4j#documentReader}, as a folder calls it. */
class DocumentReaderTest {
  @TempDir Path folder;
  private final List<ReadProblem> problems = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("keys.log"), "Rotate the key.\r\nKeep the old one: ½ day.\n");
    Files.writeString(folder.resolve("blank.log"), " \n");
    Files.writeString(folder.resolve("menu.md"), "# Menu\n");
  }

  private List<Document> read(DocumentParser parser) {
    DocumentReader reader = LangChain4j.documentReader(parser, "logs", 3, List.of(".log"));
    return Folder.of(folder).readBy(reader).documents(problems::add).toList();
  }

  @Test
  void readsTheFilesOfItsKindAndNoOthers() {
    List<Document> documents = read(new TextDocumentParser());
    assertThat(documents).extracting(Document::id).containsExactly("keys.log", "menu.md");
    Document keys = documents.getFirst();
    assertThat(keys.text()).isEqualTo("Rotate the key.\r\nKeep the old one: ½ day.\n");
    assertThat(keys.metadata().asMap()).containsEntry("reader", "logs 3");
    assertThat(keys.places().marks()).isEmpty();
    assertThat(documents.getLast().metadata().asMap()).doesNotContainEntry("reader", "logs 3");
    assertThat(problems)
        .extracting(ReadProblem::toString)
        .containsExactly("blank.log: has no text that the parser 'logs' finds");
  }

  @Test
  void keepsTheParsersMetadataInTheirTypes() {
    DocumentParser text = new TextDocumentParser();
    Document keys =
        read(stream -> {
              dev.langchain4j.data.document.Document parsed = text.parse(stream);
              parsed.metadata().put("author", "Ann").put("lines", 2).put("weight", .5);
              return parsed;
            })
            .getFirst();
    assertThat(keys.metadata().asMap())
        .containsEntry("author", "Ann")
        .containsEntry("lines", 2L)
        .containsEntry("weight", .5)
        .containsEntry("path", "keys.log");
  }

  @Test
  void aParserThatFailsCostsItsFileAlone() {
    List<Document> documents =
        read(
            stream -> {
              throw new IllegalStateException("no such font");
            });
    assertThat(documents).extracting(Document::id).containsExactly("menu.md");
    assertThat(problems)
        .extracting(ReadProblem::toString)
        .containsExactly(
            "blank.log: cannot be read by the parser 'logs': no such font",
            "keys.log: cannot be read by the parser 'logs': no such font");
  }

  @Test
  void hasAName() {
    assertThatThrownBy(
            () -> LangChain4j.documentReader(new TextDocumentParser(), " ", 1, List.of(".log")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a reader needs a name, had \" \"");
  }
}
