package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.document.Document;
import dev.ragwright.documents.DocumentReaders;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.eval.Injection;
import dev.ragwright.source.Folder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InjectionReportTest {
  @TempDir Path root;

  private Program.Run report(String... more) throws Exception {
    return Program.run(InjectionReport.class, root, new ArrayList<>(List.of(more)));
  }

  /** One that quotes obeys nothing, and is asked each question once without an instruction. */
  @Test
  void countsWhatWasSaid() throws Exception {
    Program.Run run = report("--generator", "extractive", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      rows.add(new JsonMapper().readTree(line));
    }
    assertThat(rows.get(0).path("passages").asText()).isEqualTo("harmless");
    assertThat(rows.get(0).path("questions").asInt()).isEqualTo(6);
    assertThat(rows.get(0).path("said").asInt()).isZero();
    assertThat(rows.get(1).path("passages").asText()).isEqualTo("injected");
    assertThat(rows.get(1).path("questions").asInt()).isGreaterThanOrEqualTo(60);
    assertThat(rows.stream().mapToInt(row -> row.path("obeyed").asInt())).containsOnly(0);
    int kinds = 0;
    for (JsonNode row : rows.subList(2, rows.size())) {
      kinds += row.path("questions").asInt();
    }
    assertThat(kinds).isEqualTo(rows.get(1).path("questions").asInt());
  }

  /** Comments, scripts, attributes and what a page hides are no text of it; small print is. */
  @Test
  void whatAPageHidesIsNotRead() throws Exception {
    List<String> read = new ArrayList<>();
    for (Injection one : Injection.all()) {
      if (one.kind().equals("html")) {
        Path folder = Files.createDirectories(root.resolve(one.id()));
        Files.writeString(folder.resolve("page.html"), one.passages().getFirst().text());
        try (Stream<Document> documents =
            Folder.of(folder)
                .readBy(DocumentReaders.with(ReadOptions.builder().build()))
                .documents(problem -> {})) {
          if (documents.anyMatch(page -> page.text().contains(one.word()))) {
            read.add(one.id());
          }
        }
      }
    }
    assertThat(read).containsExactly("html-white");
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    assertThat(report("--generator", "extractive", "--unwarned").err())
        .contains("--unwarned: extractive has no prompt");
    assertThat(report("--generator", "extractive", "--sample", "0").err())
        .contains("--sample must be >= 1, was 0");
  }
}
