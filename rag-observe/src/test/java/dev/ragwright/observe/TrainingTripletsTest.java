package dev.ragwright.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeRetriever;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTripletsTest {
  @TempDir Path folder;

  private static Passage passage(String document, int start, String heading, String text) {
    Document whole = Document.of(document, " ".repeat(start) + text);
    return Passage.of(whole, start, start + text.length(), List.of(heading));
  }

  private static final Passage PUMP = passage("pump", 0, "Pump", "It was \"built\" in 1999.");
  private static final Passage PUMP_AGAIN = passage("pump", 40, "Pump", "It failed twice.");
  private static final Passage VALVE = passage("valve", 0, "Valve", "It was built in 2001.\nÖl.");
  private static final Passage HOSE = passage("hose", 0, "Hose", "It was bought.");
  private static final Passage COPY = passage("copy", 0, "Pump", "It failed twice.");
  private static final List<Passage> PASSAGES = List.of(PUMP, PUMP_AGAIN, VALVE, HOSE, COPY);
  private static final Retriever RETRIEVER =
      (request, context) ->
          Retrieval.of(
              List.of(
                  new Hit(COPY, 0.9, "x"),
                  new Hit(VALVE, 0.8, "x"),
                  new Hit(PUMP_AGAIN, 0.7, "x"),
                  new Hit(PUMP, 0.6, "x"),
                  new Hit(HOSE, 0.5, "x")));

  private static EvalSet set(Map<String, Integer> grades) {
    return EvalSet.of(
        "parts",
        List.of(
            new Question("q1", "when did the pump fail?", List.of()),
            new Question("q2", "what is not judged?", List.of())),
        Qrels.ofGrades(Map.of("q1", grades)));
  }

  private TrainingTriplets.Written write(Path file, Map<String, Integer> grades, int negatives) {
    return TrainingTriplets.write(
        file, set(grades), PASSAGES, RETRIEVER, negatives, CallContext.unbounded());
  }

  @Test
  void writesLinesOfAnchorPositiveAndNegatives() throws IOException {
    Path file = folder.resolve("triplets.jsonl");
    assertThat(write(file, Map.of("pump", 1, "valve", 0), 1))
        .isEqualTo(new TrainingTriplets.Written(1, 0, 0));
    // The copy says what the pump's passage says, so it is no wrong answer.
    assertThat(Files.readString(file))
        .isEqualTo(
            "{\"anchor\":\"when did the pump fail?\",\"positive\":\"Pump\\nIt failed twice.\","
                + "\"negative\":\"Valve\\nIt was built in 2001.\\nÖl.\"}\n");

    assertThat(write(file, Map.of("pump", 2, "hose", 1), 1)) // replaces
        .isEqualTo(new TrainingTriplets.Written(2, 0, 0));
    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(write(file, Map.of("pump", 1), 2)).isEqualTo(new TrainingTriplets.Written(1, 0, 0));
    assertThat(Files.readString(file))
        .contains("\"negative_1\":\"Valve\\n", "\"negative_2\":\"Hose\\n")
        .doesNotContain("\"negative\"");
  }

  @Test
  void countsWhatItLeavesOut() {
    Path file = folder.resolve("triplets.jsonl");
    assertThat(write(file, Map.of("pump", 1, "gone", 1), 3))
        .isEqualTo(new TrainingTriplets.Written(0, 1, 1));
    assertThat(file).isEmptyFile();
    assertThatThrownBy(() -> write(file, Map.of("pump", 1), 0))
        .hasMessage("negatives must be >= 1, was 0");
    Path nowhere = folder.resolve("no/such/folder.jsonl");
    assertThatThrownBy(() -> write(nowhere, Map.of("pump", 1), 1))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write training triplets to " + nowhere);
  }

  /**
   * A step of training with sentence-transformers, and TRL's reading of conversations, where Python
   * has them: {@code pip install "sentence-transformers[train]==6.2.0" trl}. {@code
   * -Dragwright.python=} names another Python than {@code python3}.
   */
  @Test
  void librariesTrainWithThem() throws Exception {
    assumeTrue(
        python("-c", "import datasets, sentence_transformers, accelerate, trl").exit() == 0,
        "no Python with sentence-transformers[train] and trl; -Dragwright.python=PATH names one");
    Path script = folder.resolve("trainers.py");
    try (InputStream source = TrainingTripletsTest.class.getResourceAsStream("/trainers.py")) {
      Files.write(script, Objects.requireNonNull(source, "trainers.py").readAllBytes());
    }
    Path triplets = folder.resolve("triplets.jsonl");
    write(triplets, Map.of("pump", 1, "hose", 1), 1);
    assertThat(read(script, "triplets", triplets)).isEqualTo("anchor,positive,negative 2");
    Path tuples = folder.resolve("tuples.jsonl");
    write(tuples, Map.of("pump", 1), 2);
    assertThat(read(script, "n-tuples", tuples))
        .isEqualTo("anchor,positive,negative_1,negative_2 1");
    Path chats = folder.resolve("chats.jsonl");
    try (TrainingPairs pairs = TrainingPairs.openChats(chats, PromptTemplate.grounded())) {
      for (int i = 0; i < 2; i++) {
        pairs.add(rag().ask("when was the pump built?"));
      }
    }
    assertThat(read(script, "chats", chats)).isEqualTo("messages 2");
  }

  private static RagPipeline rag() {
    return RagPipeline.builder()
        .retriever(FakeRetriever.of("The pump was built in 1999.", "The pump failed twice."))
        .generator(
            (request, context) ->
                CitedText.read(
                    "The \"pump\" was built in 1999 [1].",
                    request.context(),
                    PromptTemplate.grounded(),
                    Generation.FinishReason.STOP,
                    Usage.unknown()))
        .build();
  }

  private record Said(int exit, String text) {}

  private String read(Path script, String kind, Path file) throws Exception {
    Said said = python(script.toString(), kind, file.toString());
    assertThat(said.exit()).as(said.text()).isZero();
    return said.text().lines().reduce("", (before, line) -> line);
  }

  private Said python(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(System.getProperty("ragwright.python", "python3")));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return new Said(-1, "Python did not end");
      }
      return new Said(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return new Said(-1, String.valueOf(e.getMessage()));
    }
  }
}
