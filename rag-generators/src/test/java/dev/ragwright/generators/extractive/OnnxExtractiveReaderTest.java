package dev.ragwright.generators.extractive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OnnxExtractiveReaderTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  @TempDir Path folder;

  private OnnxExtractiveReader.Builder builder(int maxTokens) throws IOException {
    return OnnxExtractiveReader.builder(ReaderGraph.write(folder, maxTokens)).maxAnswerTokens(3);
  }

  private static GenerationRequest request(String question, Passage... passages) {
    List<Evidence> evidence = new ArrayList<>();
    for (Passage passage : passages) {
      evidence.add(Evidence.of(passage, 1));
    }
    return GenerationRequest.of(Query.of(question), new Context(evidence, 0, List.of()));
  }

  @Test
  void refusesATokenizerWhoseTextComesFirstInPython() throws IOException {
    OnnxExtractiveReader.Builder builder = builder(64);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"padding_side\": \"left\"}");
    assertThatThrownBy(builder::build)
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found padding_side \"left\" in tokenizer_config.json, by which Python"
                    .formatted(folder)
                + " reads the text before the question; expected \"right\": the question is read"
                + " first here");
  }

  @Test
  void findsTheExactWordsAndTheirPlaceInUtf16Units() throws IOException {
    try (OnnxExtractiveReader reader = builder(64).build()) {
      String text = "w \ud83c\udf0a\u00e9 w  b \ud83c\udf0a  e w";
      ReadAnswer answer = reader.read("x", text, 1, UNBOUNDED).best().orElseThrow();
      assertThat(answer.text()).isEqualTo("b \ud83c\udf0a  e");
      assertThat(text.substring(answer.start(), answer.end())).isEqualTo(answer.text());
      assertThat(answer.spanScore()).isEqualTo(10);
      assertThat(answer.nullScore()).isEqualTo(-3); // the question has an x
      assertThat(answer.score()).isEqualTo(13);
    }
  }

  @Test
  void anAnswerIsNoLongerThanAllowedAndNeverOfTheQuestion() throws IOException {
    try (OnnxExtractiveReader reader = builder(64).build()) {
      assertThat(reader.read("b e x", "b w w e", 1, UNBOUNDED).best().orElseThrow().text())
          .isEqualTo("b"); // 2, as e alone is; the earlier one
    }
    try (OnnxExtractiveReader reader = builder(64).maxAnswerTokens(4).build()) {
      assertThat(reader.read("b e x", "b w w e", 1, UNBOUNDED).best().orElseThrow().text())
          .isEqualTo("b w w e");
    }
  }

  @Test
  void windowsFindWhatOneRunFinds() throws IOException {
    RandomGenerator random = Seeds.random();
    String[] words = {"b", "e", "w", "w", "w", "other"};
    try (OnnxExtractiveReader whole = builder(500).build();
        OnnxExtractiveReader cut = builder(500).windowTokens(12).windowStep(4).build()) {
      for (int trial = 0; trial < 50; trial++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i >= 0; i--) {
          text.append(words[random.nextInt(words.length)]).append(' ');
        }
        TextReading expected = whole.read("w w", text.toString(), 4, UNBOUNDED);
        TextReading found = cut.read("w w", text.toString(), 4, UNBOUNDED);
        assertThat(found.answers()).as(text.toString()).isEqualTo(expected.answers());
        assertThat(expected.usage().count(Usage.SCORED_WINDOWS)).hasValue(1);
      }
      TextReading counted = cut.read("w w", "w w w w w w w w w w w w w w w w", 1, UNBOUNDED);
      // Room for 7 words beside two of the question and three special tokens: [0,7) .. [9,16).
      assertThat(counted.usage())
          .isEqualTo(
              Usage.of(Usage.SCORED_PAIRS, 1)
                  .with(Usage.SCORED_WINDOWS, 4)
                  .with(Usage.INPUT_TOKENS, 48));
    }
  }

  @Test
  void theLeastNullScoreOfAllWindowsCounts() throws IOException {
    try (OnnxExtractiveReader reader = builder(64).windowTokens(8).build()) {
      ReadAnswer answer =
          reader.read("w", "b e w w w w w w w x", 1, UNBOUNDED).best().orElseThrow();
      assertThat(answer.text()).isEqualTo("b e");
      assertThat(answer.nullScore()).isEqualTo(-3);
    }
  }

  @Test
  void quotesTheBestPassageAndCitesItsPlaceInTheDocument() throws IOException {
    Document document = Document.of("doc", "w w w. w b e w");
    try (OnnxExtractiveReader reader = builder(64).build()) {
      Generation answer =
          reader.generate(
              request(
                  "w",
                  Passage.of("other", "w other w"),
                  Passage.of(document, 7, 14, List.of("Chapter"))),
              UNBOUNDED);
      assertThat(answer.text()).isEqualTo("b e");
      assertThat(answer.citations())
          .singleElement()
          .satisfies(
              citation -> {
                assertThat(citation).hasToString("doc \u203a Chapter [9, 12)");
                assertThat(citation.quote()).isEqualTo("b e");
                assertThat(citation.answerEnd()).isEqualTo(3);
              });
      assertThat(answer.usage().count(Usage.SCORED_PAIRS)).hasValue(2);
    }
  }

  @Test
  void abstainsBelowTheMinimum() throws IOException {
    try (OnnxExtractiveReader reader = builder(64).build()) {
      Generation none = reader.generate(request("w", Passage.of("p", "w w w")), UNBOUNDED);
      assertThat(none.abstention())
          .contains(
              new Abstention(
                  Abstention.Reason.WEAK_EVIDENCE,
                  "the best answer's score is -12.00, less than the minimum of 0.00"));
      assertThat(none.confidence()).hasValue(-12);
      Generation nothing = reader.generate(request("w", Passage.of("p", " ")), UNBOUNDED);
      assertThat(nothing.abstention())
          .contains(new Abstention(Abstention.Reason.NO_EVIDENCE, "there is nothing to read"));
    }
    try (OnnxExtractiveReader reader = builder(64).minimumScore(-12).build()) {
      assertThat(reader.generate(request("w", Passage.of("p", "w w w")), UNBOUNDED).text())
          .isEqualTo("w");
    }
  }

  @Test
  void aQuestionThatLeavesNoRoomIsNotCut() throws IOException {
    String question = "w ".repeat(60);
    String why =
        "the question has 60 tokens, and with an answer of 3 it does not fit into %s's windows of 64"
            .formatted(folder.getFileName());
    Passage passage = Passage.of("p", "b w e");
    try (OnnxExtractiveReader reader = builder(64).build()) {
      assertThat(reader.generate(request(question, passage), UNBOUNDED).abstention())
          .contains(new Abstention(Abstention.Reason.BUDGET, why));
      assertThatThrownBy(() -> reader.read(question, "b w e", 1, UNBOUNDED))
          .isInstanceOf(RagException.class)
          .hasMessage(why + ": no text can be read");
      List<Hit> hits = List.of(new Hit(passage, 7, "bm25"));
      Retrieval unscored = reader.reranker().rerank(question, hits, 5);
      assertThat(unscored.hits()).isEqualTo(hits);
      assertThat(unscored.usage()).isEqualTo(Usage.of(Usage.UNSCORED_PAIRS, 1));
      assertThat(reader.read("w ".repeat(58), "b w e", 1, UNBOUNDED).best()).isPresent();
    }
  }

  @Test
  void ordersHitsByTheirAnswers() throws IOException {
    List<Hit> hits =
        List.of(
            new Hit(Passage.of("empty", ""), 9, "bm25"),
            new Hit(Passage.of("none", "w w"), 8, "bm25"),
            new Hit(Passage.of("some", "w other"), 7, "bm25"),
            new Hit(Passage.of("best", "b e"), 6, "bm25"));
    try (OnnxExtractiveReader reader = builder(64).build()) {
      List<Hit> ranked = reader.reranker().rerank("w", hits, 4).hits();
      assertThat(ranked)
          .extracting(hit -> hit.passage().id())
          .containsExactly("best", "some", "none", "empty");
      assertThat(ranked)
          .extracting(Hit::score)
          .containsExactly(10.0, 2.0, -12.0, OnnxExtractiveReader.NOTHING_TO_READ);
      assertThat((float) OnnxExtractiveReader.NOTHING_TO_READ).isFinite(); // as a run file is read
      assertThat(ranked)
          .extracting(Hit::source)
          .containsOnly(reader.reranker().description().scoreSource());
      assertThat(ranked.getFirst().source())
          .matches(Pattern.quote("reader:" + folder.getFileName()) + "@[0-9a-f]{8}");
    }
  }

  @Test
  void refusesLogitsThatAreNoNumbers() throws IOException {
    for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      try (OnnxExtractiveReader reader =
          OnnxExtractiveReader.builder(ReaderGraph.writeConstant(folder, wrong)).build()) {
        assertThatThrownBy(() -> reader.read("w", "w", 1, UNBOUNDED))
            .isInstanceOf(RagException.class)
            .hasMessage("the model gave %s among start_logits", wrong);
      }
    }
  }

  @Test
  void saysWhatAModelOffersThatIsNoReader() throws IOException {
    ReaderGraph.write(folder, 64, ReaderGraph.classifier());
    assertThatThrownBy(() -> OnnxExtractiveReader.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found the outputs [logits FLOAT[-1, -1]]; expected a".formatted(folder)
                + " question-answering head: the outputs start_logits and end_logits");
  }

  @Test
  void refusesSettingsThatItCannotHonour() throws IOException {
    OnnxExtractiveReader.Builder builder = builder(64);
    assertThatThrownBy(() -> builder.windowTokens(65).build())
        .hasMessage(
            "windowTokens must be <= 64, what %s reads, was 65".formatted(folder.getFileName()));
    assertThatThrownBy(() -> builder.windowTokens(6).build())
        .hasMessage(
            "windowTokens must be >= 7, which an answer of maxAnswerTokens 3 needs beside a"
                + " question and special tokens, was 6");
    assertThatThrownBy(() -> builder.windowStep(0)).hasMessage("windowStep must be >= 1, was 0");
    assertThatThrownBy(() -> builder.maxAnswerTokens(0))
        .hasMessage("maxAnswerTokens must be >= 1, was 0");
    assertThatThrownBy(() -> builder.minimumScore(Double.NaN))
        .hasMessage("minimumScore must be a number, was NaN");
    try (OnnxExtractiveReader reader = builder(64).build()) {
      assertThatThrownBy(() -> reader.read("w", "w", 0, UNBOUNDED))
          .hasMessage("most must be >= 1, was 0");
    }
  }

  @Test
  void stopsInTheMidstOfARunAndLetsGoOfItsWorkers() throws IOException {
    OnnxOptions workers = OnnxOptions.builder().workers(2).build();
    try (OnnxExtractiveReader reader =
        OnnxExtractiveReader.builder(ReaderGraph.write(folder, 64, ReaderGraph.endless()))
            .options(workers)
            .build()) {
      CallContext context = CallContext.unbounded();
      String text = "w ".repeat(500); // many windows, on both workers
      CompletableFuture<TextReading> running =
          CompletableFuture.supplyAsync(() -> reader.read("w", text, 1, context));
      context.cancel();
      assertThatThrownBy(running::join).hasCauseInstanceOf(CancelledException.class);
      // The second call would wait for ever if the first still had the workers.
      CallContext brief = CallContext.withTimeout(Duration.ofMillis(50));
      assertThatThrownBy(() -> reader.read("w", text, 1, brief))
          .isInstanceOf(DeadlineExceededException.class);
    }
  }

  @Test
  void readsAMegabyte() throws IOException {
    String text = "w ".repeat(400_000) + "b e" + " w".repeat(120_000);
    try (OnnxExtractiveReader reader = builder(512).build()) {
      TextReading reading = reader.read("w", text, 1, UNBOUNDED);
      ReadAnswer answer = reading.best().orElseThrow();
      assertThat(answer.start()).isEqualTo(800_000);
      assertThat(answer.text()).isEqualTo("b e");
      assertThat(reading.usage().count(Usage.SCORED_WINDOWS).orElseThrow()).isGreaterThan(2_000);
    }
  }

  @Test
  void refusesCallsOnceItIsClosed() throws IOException {
    OnnxExtractiveReader reader = builder(64).build();
    reader.close();
    reader.close();
    assertThatThrownBy(() -> reader.read("w", "w", 1, UNBOUNDED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the reader " + folder.getFileName() + " is closed");
    assertThatThrownBy(() -> reader.reranker().rerank("w", List.of(), 1))
        .isInstanceOf(IllegalStateException.class);
  }
}
