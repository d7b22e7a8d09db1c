package dev.ragwright.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.testkit.FakeRetriever;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingPairsTest {
  private static final String REPLY =
      "The \"pump\" was built in 1999 [1].\nThe pump failed twice. [1][2] Keys rotate.";

  @TempDir Path folder;

  private static Answer ask(String reply) {
    return RagPipeline.builder()
        .retriever(
            FakeRetriever.of(
                "The pump was built in 1999. The pump failed.", "The pump failed twice."))
        .generator(
            (request, context) ->
                CitedText.read(
                    reply,
                    request.context(),
                    PromptTemplate.grounded(),
                    Generation.FinishReason.STOP,
                    Usage.unknown()))
        .build()
        .ask("when was the pump built?");
  }

  private List<JsonNode> lines(Path file) throws IOException {
    JsonMapper json = new JsonMapper();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(json.readTree(line));
    }
    return lines;
  }

  @Test
  void writesThePartsOfAnAnswer() throws IOException {
    Path file = folder.resolve("pairs.jsonl");
    Answer answer = ask(REPLY);
    for (int round = 0; round < 2; round++) { // appends
      try (TrainingPairs pairs = TrainingPairs.open(file)) {
        assertThat(pairs.add(answer)).isTrue();
        assertThat(pairs.add(ask("NO_ANSWER"))).isFalse();
      }
    }
    assertThat(lines(file)).hasSize(2);
    JsonNode pair = lines(file).get(1);
    assertThat(pair.path("question").textValue()).isEqualTo("when was the pump built?");
    assertThat(pair.path("answer").textValue()).isEqualTo(answer.text());
    assertThat(pair.path("context").valueStream().map(part -> part.path("text").textValue()))
        .containsExactlyElementsOf(
            answer.context().evidence().stream().map(each -> each.passage().text()).toList());
    assertThat(answer.citations()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(pair.path("citations")).hasSameSizeAs(answer.citations());
    for (JsonNode citation : pair.path("citations")) {
      assertThat(citation.path("end").asInt() - citation.path("start").asInt())
          .isEqualTo(citation.path("quote").textValue().length());
    }
  }

  @Test
  void aConversationEndsWithTheReplyThatReadsAsTheAnswer() throws IOException {
    Path file = folder.resolve("chats.jsonl");
    Answer answer = ask(REPLY);
    try (TrainingPairs pairs = TrainingPairs.openChats(file, PromptTemplate.grounded())) {
      pairs.add(answer);
    }
    JsonNode messages = lines(file).getFirst().path("messages");
    assertThat(messages.valueStream().map(message -> message.path("role").textValue()))
        .containsExactly("system", "user", "assistant");
    assertThat(messages.path(1).path("content").textValue())
        .startsWith("<document 1>\n")
        .endsWith("Question: when was the pump built?");
    Generation read =
        CitedText.read(
            messages.path(2).path("content").textValue(),
            answer.context(),
            PromptTemplate.grounded(),
            Generation.FinishReason.STOP,
            Usage.unknown());
    assertThat(read.text()).isEqualTo(answer.text());
    assertThat(read.citations()).containsExactlyInAnyOrderElementsOf(answer.citations());
  }

  @Test
  void marksStandWhereTheyAreRead() throws IOException {
    Path file = folder.resolve("code.jsonl");
    Answer answer =
        ask(
            "The pump was built [1]:\n\n```\nint pump = v[1];\n```\n[1]\n\n| pump | built in 1999 [1] |\n"
                + "Unlike `v[1]` it failed twice [2].");
    assertThat(answer.citations()).hasSize(4);
    try (TrainingPairs pairs = TrainingPairs.openChats(file, PromptTemplate.grounded())) {
      pairs.add(answer);
    }
    assertThat(lines(file).getFirst().path("messages").path(2).path("content").textValue())
        .isEqualTo(
            "The pump was built [1]:\n\n```\nint pump = v[1];\n```\n\n| pump | built in 1999 [1] |\n"
                + "Unlike `v[1]` it failed twice. [2]");
  }

  @Test
  void saysWhichFileCannotBeWritten() {
    Path nowhere = folder.resolve("no/such/folder.jsonl");
    assertThatThrownBy(() -> TrainingPairs.open(nowhere))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write training pairs to " + nowhere);
    TrainingPairs closed = TrainingPairs.open(folder.resolve("pairs.jsonl"));
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.add(ask(REPLY))).isInstanceOf(UncheckedIOException.class);
  }
}
