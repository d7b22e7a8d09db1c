package dev.ragwright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that run a local model, with one that replies the same to anything. */
class LocalModelTest {
  private static final String RHINE = "The Rhine rises in the Alps. It is 1,233 km long.";

  @TempDir Path folder;
  private Path model;
  private Path data;

  @BeforeEach
  void writeFiles() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    data = Files.createDirectory(folder.resolve("data"));
    ScriptedModel.of("The Rhine rises", " in the Alps", " [1].", " So [7].").write(model);
    Files.writeString(data.resolve("rhine.md"), RHINE + "\n");
  }

  private Program.Run run(Class<?> example, String... arguments) throws Exception {
    return Program.run(example, folder, List.of(arguments));
  }

  private Program.Run local(String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--data", data.toString()));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("--question", "Where does the Rhine rise?"));
    return Program.run(LocalModel.class, folder, arguments);
  }

  @Test
  void answersAndChecksWhatItCites() throws Exception {
    Program.Run run = local("--model", model.toString());
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith(
            """
            Q: Where does the Rhine rise?
            A: The Rhine rises in the Alps. So [7].
               rhine.md [0, 28) "The Rhine rises in the Alps."
               citations word for word in their documents: 1 of 1
            """)
        .contains("onnx, finish STOP, refused 1, ");
  }

  @Test
  void quotesOnly() throws Exception {
    Program.Run run = local("--model", model.toString(), "--quotes", "--max-tokens", "400");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("A: (\"|none\\. DECLINED)");
  }

  @Test
  void saysWhichModelsItTakes() throws Exception {
    Program.Run none = local("--model", "no such/model/at all");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err())
        .startsWith("error: no name of a repository: \"no such/model/at all\"; expected NAME or");
    Program.Run variant = local("--model", model.toString(), "--variant", "q4");
    assertThat(variant.exit()).isEqualTo(1);
    assertThat(variant.err()).startsWith("error: ").contains("q4");
  }

  @Test
  void generateRepliesLineByLine() throws Exception {
    Path chats = folder.resolve("chats.jsonl");
    Files.writeString(
        chats,
        "\uFEFF"
            + """
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Well?"}]}

        {"messages": [{"role": "user", "content": "And?"}]}
        """);
    String[] arguments = {"--model", model.toString(), "--chats", chats.toString(), "--json"};
    Program.Run run = run(Generate.class, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2);
    JsonNode reply = new JsonMapper().readTree(lines.get(1));
    assertThat(reply.path("text").textValue())
        .isEqualTo("The Rhine rises in the Alps [1]. So [7].");
    assertThat(reply.path("finish").textValue()).isEqualTo("stop");
    assertThat(reply.path("prompt_ids").valueStream().map(JsonNode::intValue))
        .containsExactly(261, (int) 'A', (int) 'n', (int) 'd', (int) '?', 263, 262);
    assertThat(reply.path("output_ids").valueStream().map(JsonNode::intValue))
        .containsExactly(256, 257, 258, 259, 263);
    assertThat(reply.path("logprobs")).hasSize(5);
    assertThat(reply.path("prefillTokensPerSecond").asDouble()).isPositive();
    assertThat(reply.path("decodeTokensPerSecond").asDouble()).isPositive();
    Program.Run cut =
        run(
            Generate.class,
            "--model",
            model.toString(),
            "--chats",
            chats.toString(),
            "--max-tokens",
            "2");
    assertThat(cut.out()).contains("The Rhine rises in the Alps\n[length, prompt ");
  }

  @Test
  void generateNamesTheLineThatIsWrong() throws Exception {
    Path chats = folder.resolve("chats.jsonl");
    Files.writeString(chats, "{\"messages\": [{\"role\": \"king\", \"content\": \"Well?\"}]}\n");
    Program.Run run = run(Generate.class, "--model", model.toString(), "--chats", chats.toString());
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).startsWith("error: " + chats + ":1: ").contains("system|user|assistant");
  }

  @Test
  void askAnswersWithALocalModel() throws Exception {
    Program.Run run =
        run(
            Ask.class,
            "--data",
            data.toString(),
            "--question",
            "Where does the Rhine rise?",
            "--generator",
            "onnx:" + model);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("The Rhine rises in the Alps. So [7].\n")
        .contains("rhine.md [0, 28) \"The Rhine rises in the Alps.\"");
    Program.Run json =
        run(
            Ask.class,
            "--data",
            data.toString(),
            "--question",
            "Where does the Rhine rise?",
            "--generator",
            "onnx:" + model,
            "--json");
    JsonNode answer = new JsonMapper().readTree(json.out());
    assertThat(answer.path("answer").textValue()).isEqualTo("The Rhine rises in the Alps. So [7].");
    assertThat(answer.path("citations")).hasSize(1);
    Program.Run wrong =
        run(
            Ask.class,
            "--data",
            data.toString(),
            "--question",
            "?",
            "--generator",
            "llama:" + model);
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err())
        .contains(
            "--generator: there is no \"llama:" + model + "\"; allowed are extractive, onnx:DIR");
  }
}
