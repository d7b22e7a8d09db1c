package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CagTest {
  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(
        folder.resolve("corpus.jsonl"),
        """
        {"_id": "rhine", "text": "The Rhine rises in the Alps and ends in the North Sea."}
        {"_id": "elbe", "text": "The Elbe rises in the Giant Mountains."}
        {"_id": "danube", "text": "The Danube rises in the Black Forest."}
        {"_id": "oder", "text": "The Oder rises in Moravia, east of Olomouc."}
        {"_id": "long", "text": "%s"}
        """
            .formatted("It flows. ".repeat(500)));
    Files.writeString(
        folder.resolve("queries.jsonl"),
        """
        {"_id": "q1", "text": "Where does the Elbe rise?"}
        {"_id": "q2", "text": "Where does the Rhine end?"}
        {"_id": "q3", "text": "Which river rises in Moravia?"}
        """);
    Files.createDirectories(folder.resolve("qrels"));
    Files.writeString(
        folder.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq1\telbe\t1\n");
  }

  private Program.Run run(Path model, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("--data", folder.toString(), "--model", model.toString()));
    arguments.addAll(List.of(more));
    return Program.run(Cag.class, folder, arguments);
  }

  @Test
  void paysFromTheQuestionsOnThatSaveWhatItTook() {
    assertThat(Cag.breakEven(10, 3, 1)).hasValue(5);
    assertThat(Cag.breakEven(10, 4, 1)).hasValue(4);
    assertThat(Cag.breakEven(10, 1, 1)).isEmpty();
    assertThat(Cag.breakEven(10, 1, 2)).isEmpty();
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Program.Run run = run(folder.resolve("no-model"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("error: ").contains("no-model");
  }

  @Test
  void answersTheSameWithWhatWasReadBefore() throws Exception {
    Path model = TestModel.smolLm2();
    assumeTrue(Files.exists(model), () -> "there is no " + model);
    String[] small = {"--corpus-tokens", "200", "--questions", "2", "--tokens", "6"};
    Program.Run text = run(model, small);
    assertThat(text.err()).contains("reading 4 documents");
    assertThat(text.out())
        .contains("4 documents, ")
        .contains("the same tokens, read once and each time: 2 of 2")
        .contains("reading once pays from this many questions on: ");
    List<String> asJson = new ArrayList<>(List.of(small));
    asJson.add("--json");
    JsonNode json = new JsonMapper().readTree(run(model, asJson.toArray(String[]::new)).out());
    assertThat(json.path("tokenEqual").asInt()).isEqualTo(2);
    assertThat(json.path("bytes").asLong()).isPositive();
    assertThat(json.path("rag").path("promptTokens").asDouble())
        .isBetween(1.0, json.path("cag").path("promptTokens").asDouble());
    assertThat(json.path("uncached").path("seconds").asDouble())
        .isGreaterThanOrEqualTo(json.path("uncached").path("firstSeconds").asDouble());
    assertThat(json.has("breakEvenUncached") && json.has("breakEvenRag")).isTrue();
  }
}
