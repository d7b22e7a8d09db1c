package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
  @TempDir Path root;

  @BeforeEach
  void index() {
    try (LuceneIndex index = LuceneIndex.open(root.resolve("index"))) {
      index.sync(
          DocumentSource.of(
              List.of(
                  Document.of("pump", "The filter of the pump is replaced every 400 hours."),
                  new Document(
                      "dogs", "Dogs are allowed in the garden.", Metadata.of("kind", "rules")))),
          Chunkers.whole());
    }
  }

  private Program.Run explain(String passage, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--index",
                root + "/index",
                "--question",
                "which filter has the pump?",
                "--passage",
                passage));
    arguments.addAll(List.of(more));
    return Program.run(Explain.class, root, arguments);
  }

  @Test
  void saysWhereAPassageIs() throws Exception {
    Program.Run run = explain("pump#0-51");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("passage pump#0-51 is among the first 10\n  bm25: rank 1 of 1, score ")
        .contains("filter", "pump");
    JsonNode json = new JsonMapper().readTree(explain("dogs#0-31", "--json").out());
    assertThat(json.path("standing").asText()).isEqualTo("no word");
    assertThat(json.path("rankings").path(0).path("of").asInt()).isEqualTo(1);
    assertThat(explain("pump#0-51", "--filter", "kind = rules").out())
        .isEqualTo("passage pump#0-51 is not accepted by the filter\n");
    assertThat(explain("cats").out()).isEqualTo("passage cats is not in the index\n");
  }

  @Test
  void needsAnIndexAndAFilterThatItUnderstands() throws Exception {
    Program.Run none =
        Program.run(Explain.class, root, List.of("--question", "q", "--passage", "p"));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("--index is needed");
    assertThat(explain("pump", "--filter", "kind").err()).contains("a filter reads like:");
  }
}
