package dev.ragwright.retrievers.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class OnnxCrossEncoderTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  @TempDir Path folder;

  private static List<Hit> hits(String... texts) {
    List<Hit> hits = new ArrayList<>();
    for (String text : texts) {
      hits.add(
          new Hit(
              Passage.of(String.format(Locale.ROOT, "p%03d", hits.size()), text),
              1.0 / (1 + hits.size()),
              "first"));
    }
    return hits;
  }

  private static Map<String, Double> scores(Retrieval retrieval) {
    return retrieval.hits().stream().collect(Collectors.toMap(h -> h.passage().id(), Hit::score));
  }

  private static String source(Path folder) {
    return folder.getFileName() + "@" + ModelFolder.of(folder).modelSha256().substring(0, 8);
  }

  private static List<String> ids(Retrieval retrieval) {
    return retrieval.hits().stream().map(hit -> hit.passage().id()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1 1", "-1", "-1 1 1"})
  void readsTheNumberOfAPairInAnyShape(String shape) throws IOException {
    long[] axes = List.of(shape.split(" ")).stream().mapToLong(Long::parseLong).toArray();
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(RerankerFolder.sums(folder, 64, axes))) {
      Retrieval ranked = reranker.rerank("w1", hits("w2 x", "w9", "", "w4 w4"), 3);
      assertThat(ids(ranked)).containsExactly("p001", "p003", "p000");
      assertThat(ranked.hits()).extracting(Hit::score).containsExactly(10.0, 9.0, 3.0);
      assertThat(ranked.hits()).extracting(Hit::source).containsOnly(source(folder));
      assertThat(ranked.usage())
          .isEqualTo(
              Usage.of(Usage.SCORED_PAIRS, 4)
                  .with(Usage.SCORED_WINDOWS, 4)
                  .with(Usage.TRUNCATED_TEXTS, 0)
                  .with(Usage.TRUNCATED_TOKENS, 0)
                  .with(Usage.UNSCORED_PAIRS, 0));
    }
  }

  @ParameterizedTest
  @CsvSource({"irrelevant, Relevant, 1", "yes, no, -1", "negative, positive, 1"})
  void ofTwoClassesTheRelevantOneCounts(String first, String second, int sign) throws IOException {
    RerankerFolder.sums(folder, 64, -1, 2);
    RerankerFolder.labels(folder, "{\"1\": \"%s\", \"0\": \"%s\"}".formatted(second, first));
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder)) {
      assertThat(scores(reranker.rerank("x", hits("w2", "w9"), 2)))
          .containsExactlyInAnyOrderEntriesOf(Map.of("p000", 2.0 * sign, "p001", 9.0 * sign));
      assertThat(reranker.description().parameters())
          .containsEntry("relevantLabel", sign > 0 ? second : first);
    }
  }

  @Test
  void labelsThatSayNothingAreRefusedUntilTheUserSaysWhich() throws IOException {
    RerankerFolder.sums(folder, 64, -1, 2);
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found two classes and the labels [] in id2label of config.json; expected"
                    .formatted(folder)
                + " two labels, one of them one of [positive, relevant, true, yes], or"
                + " OnnxCrossEncoder.Builder.relevantLabel to be set");
    RerankerFolder.labels(folder, "{\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}");
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .hasMessageContaining("[LABEL_0, LABEL_1]");
    OnnxCrossEncoder.Builder builder = OnnxCrossEncoder.builder(ModelFolder.of(folder));
    try (OnnxCrossEncoder reranker = builder.relevantLabel("LABEL_0").build()) {
      assertThat(ids(reranker.rerank("x", hits("w2", "w9", "w5"), 3)))
          .containsExactly("p000", "p002", "p001");
    }
    assertThatThrownBy(() -> builder.relevantLabel("LABEL_2").build())
        .hasMessageEndingWith(
            "expected two labels, one of them \"LABEL_2\", as OnnxCrossEncoder.Builder says");
    RerankerFolder.labels(folder, "{\"0\": \"no\", \"2\": \"yes\"}");
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .hasMessageContaining("id2label {\"0\":\"no\",\"2\":\"yes\"}");
  }

  /** The runtime's own result for the same ids, in fp32, one pair a run. */
  @Test
  void aScoreIsTheRuntimesOwn() throws IOException, OrtException {
    RerankerFolder.network(folder, 11);
    Random random = new Random(3);
    String[] texts =
        IntStream.range(0, 60)
            .mapToObj(i -> words(random, random.nextInt(80)))
            .toArray(String[]::new);
    String question = words(random, 9);
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder);
        Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(folder));
        OrtSession session =
            OrtEnvironment.getEnvironment()
                .createSession(folder.resolve("model.onnx").toString())) {
      Map<String, Double> scores = scores(reranker.rerank(question, hits(texts), texts.length));
      for (int i = 0; i < texts.length; i++) {
        float expected = direct(session, tokenizer.encodePair(question, texts[i]));
        assertThat(scores.get(String.format(Locale.ROOT, "p%03d", i)))
            .isCloseTo(expected, within(1e-5));
      }
    }
  }

  private static float direct(OrtSession session, Tokens pair) throws OrtException {
    long[][] ids = new long[1][pair.size()];
    long[][] types = new long[1][pair.size()];
    for (int i = 0; i < pair.size(); i++) {
      ids[0][i] = pair.id(i);
      types[0][i] = pair.typeId(i);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids);
        OnnxTensor typeTensor = OnnxTensor.createTensor(environment, types);
        OrtSession.Result result =
            session.run(Map.of("input_ids", idTensor, "token_type_ids", typeTensor))) {
      return ((float[][]) result.get(0).getValue())[0][0];
    }
  }

  private static String words(Random random, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "w" + random.nextInt(RerankerFolder.WORDS))
        .collect(Collectors.joining(" "));
  }

  @Test
  void aScoreDoesNotDependOnNeighboursOrThreads() throws IOException {
    RerankerFolder.network(folder, 11);
    Random random = new Random(4);
    String[] texts =
        IntStream.range(0, 50)
            .mapToObj(i -> words(random, random.nextInt(400)))
            .toArray(String[]::new);
    ModelFolder model = ModelFolder.of(folder);
    try (OnnxCrossEncoder many =
            OnnxCrossEncoder.builder(model)
                .options(OnnxOptions.builder().workers(4).build())
                .build();
        OnnxCrossEncoder one =
            OnnxCrossEncoder.builder(model)
                .options(OnnxOptions.builder().workers(1).build())
                .build()) {
      Retrieval together = many.rerank("w1 w2", hits(texts), 50);
      assertThat(one.rerank("w1 w2", hits(texts), 50).hits()).isEqualTo(together.hits());
      for (Hit hit : together.hits()) {
        assertThat(one.rerank("w1 w2", List.of(hit), 1).hits().getFirst()).isEqualTo(hit);
      }
    }
  }

  @Test
  void aLongPassageIsReadInWindowsOfWhichTheBestCounts() throws IOException {
    RerankerFolder.sums(folder, 11, -1, 1); // eight words beside a question of one
    String far = "x ".repeat(20) + "w5 w5 x x x x w9";
    ModelFolder model = ModelFolder.of(folder);
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder)) {
      Retrieval ranked = reranker.rerank("w1", hits("w7", far, "w3 w3 w3"), 3);
      assertThat(ids(ranked)).containsExactly("p001", "p002", "p000");
      assertThat(ranked.hits().getFirst().score()).isEqualTo(20); // 1 + 5 + 5 + 9
      assertThat(ranked.usage().count(Usage.SCORED_PAIRS)).hasValue(3);
      assertThat(ranked.usage().count(Usage.SCORED_WINDOWS)).hasValue(2 + 5);
    }
    try (OnnxCrossEncoder reranker =
        OnnxCrossEncoder.builder(model).whenTooLong(TooLong.CUT).build()) {
      Retrieval ranked = reranker.rerank("w1", hits("w7", far, "w3 w3 w3"), 3);
      assertThat(ids(ranked)).containsExactly("p002", "p000", "p001");
      assertThat(ranked.usage().count(Usage.TRUNCATED_TEXTS)).hasValue(1);
      assertThat(ranked.usage().count(Usage.TRUNCATED_TOKENS)).hasValue(27 - 8);
      assertThat(reranker.description().parameters()).containsEntry("longPassages", "cut");
    }
    assertThatThrownBy(() -> OnnxCrossEncoder.builder(model).maxTokens(12).build())
        .hasMessageStartingWith("maxTokens must be <= 11, what ");
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.builder(model).maxTokens(7).build()) {
      assertThat(
              reranker.rerank("w1", hits(far), 1).usage().count(Usage.SCORED_WINDOWS).getAsLong())
          .isGreaterThan(5);
    }
  }

  @Test
  void aQuestionIsNeverCut() throws IOException {
    RerankerFolder.sums(folder, 16, -1, 1);
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder)) {
      String twelve = "w1 ".repeat(12);
      assertThat(reranker.rerank(twelve, hits("w2 w3"), 1).hits().getFirst().score()).isEqualTo(17);
      Retrieval kept = reranker.rerank(twelve + "w1", hits("w2", "w9", "w3"), 2);
      assertThat(kept.hits()).isEqualTo(hits("w2", "w9", "w3").subList(0, 2));
      assertThat(kept.usage()).isEqualTo(Usage.of(Usage.UNSCORED_PAIRS, 3));
    }
  }

  @Test
  void readsAMegabyte() throws IOException {
    RerankerFolder.sums(folder, 512, -1, 1);
    String megabyte = "x ".repeat(500_000) + "w60 w60";
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder)) {
      Retrieval ranked = reranker.rerank("w1", hits("w50", megabyte, ""), 3);
      assertThat(ranked.hits().getFirst().score()).isEqualTo(121);
      assertThat(ranked.usage().count(Usage.SCORED_WINDOWS).getAsLong()).isBetween(1300L, 1330L);
    }
  }

  @Test
  void whatIsNoNumberIsAnErrorThatNamesThePassage() throws IOException {
    RerankerFolder.sums(folder, 64, -1, 1);
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder)) {
      assertThatThrownBy(() -> reranker.rerank("w1", hits("w1", "w2 nan", "w3"), 3))
          .isInstanceOf(RagException.class)
          .hasMessage(
              "the model %s gave NaN, not a finite number, for the passage p001"
                  .formatted(folder.getFileName()));
      assertThat(reranker.rerank("w1", hits("w1"), 3).hits()).hasSize(1);
    }
  }

  @Test
  void scoresMayBeProbabilities() throws IOException {
    RerankerFolder.sums(folder, 64, -1, 1);
    ModelFolder model = ModelFolder.of(folder);
    PlattScaling fitted = new PlattScaling(0.5, -2);
    try (OnnxCrossEncoder raw = OnnxCrossEncoder.load(folder);
        OnnxCrossEncoder reranker = OnnxCrossEncoder.builder(model).calibrated(fitted).build()) {
      assertThat(reranker.rerank("x", hits("w4"), 1).hits().getFirst().score())
          .isCloseTo(0.5, within(1e-12));
      assertThat(reranker.description()).isNotEqualTo(raw.description());
      assertThat(raw.description().parameters()).containsEntry("scores", "raw");
      assertThat(ids(reranker.rerank("x", hits("w4", "w9", "w5"), 3)))
          .isEqualTo(ids(raw.rerank("x", hits("w4", "w9", "w5"), 3)));
    }
    assertThatThrownBy(() -> OnnxCrossEncoder.builder(model).calibrated(new PlattScaling(-1, 0)))
        .hasMessage("a scaling must rise with the score, its slope was -1.0");
  }

  @Test
  void aThresholdOfOtherScoresIsRefused() throws IOException {
    Path first = Files.createDirectories(folder.resolve("a/model"));
    Path second = Files.createDirectories(folder.resolve("b/model"));
    ModelFolder model = ModelFolder.of(RerankerFolder.sums(first, 64, -1, 1));
    PlattScaling scaling = new PlattScaling(1.25, -0.5);
    try (OnnxCrossEncoder raw = OnnxCrossEncoder.load(first);
        OnnxCrossEncoder calibrated = OnnxCrossEncoder.builder(model).calibrated(scaling).build();
        OnnxCrossEncoder other = OnnxCrossEncoder.load(RerankerFolder.network(second, 5))) {
      String learnt = raw.rerank("w1", hits("w2"), 1).hits().getFirst().source();
      assertThat(learnt).isEqualTo(source(first));
      Threshold threshold = new Threshold(2, learnt, 0.05, 0.9, 600, 400);
      assertThat(judge(threshold, raw).enough()).isTrue();
      assertThatThrownBy(() -> judge(threshold, calibrated))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              ("the best score is of \"%1$s, calibrated by 1.25 * score - 0.5\", and the threshold"
                      + " was learnt from scores of \"%1$s\", which cannot be compared; learn one for"
                      + " \"%1$s, calibrated by 1.25 * score - 0.5\", or give the gate that scorer")
                  .formatted(learnt));
      assertThatThrownBy(() -> judge(threshold, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "the best score is of \"%s\", and the threshold was learnt from scores of \"%s\""
                  .formatted(source(second), learnt));
    }
  }

  private static EvidenceGate.Verdict judge(Threshold threshold, Reranker scorer) {
    return EvidenceGate.scoreAtLeast(threshold, scorer, 5)
        .judge(Query.of("w1"), hits("w2", "w3"), UNBOUNDED);
  }

  @Test
  void stopsEarlyOnlyWhenAskedTo() throws IOException {
    RerankerFolder.sums(folder, 64, -1, 1);
    ModelFolder model = ModelFolder.of(folder);
    String[] falling = IntStream.range(0, 40).mapToObj(i -> "w" + (40 - i)).toArray(String[]::new);
    try (OnnxCrossEncoder all = OnnxCrossEncoder.load(folder);
        OnnxCrossEncoder early = OnnxCrossEncoder.builder(model).stopWhenSettled(5, 2).build()) {
      Retrieval stopped = early.rerank("x", hits(falling), 3);
      assertThat(stopped.hits()).isEqualTo(all.rerank("x", hits(falling), 3).hits());
      assertThat(stopped.usage().count(Usage.SCORED_PAIRS)).hasValue(15);
      assertThat(stopped.usage().count(Usage.UNSCORED_PAIRS)).hasValue(25);
      // Not before topK passages have a score: 20, and two blocks behind that.
      Retrieval deeper = early.rerank("x", hits(falling), 20);
      assertThat(deeper.hits()).hasSize(20);
      assertThat(deeper.usage().count(Usage.SCORED_PAIRS)).hasValue(30);
      assertThat(early.rerank("x", hits(falling), 40).usage().count(Usage.UNSCORED_PAIRS))
          .hasValue(0);
      // A change begins the count again.
      String[] late = falling.clone();
      late[12] = "w50";
      assertThat(ids(early.rerank("x", hits(late), 3))).startsWith("p012");
      // And what comes after is missed: the wager of the first stage's order.
      late[39] = "w60";
      assertThat(ids(early.rerank("x", hits(late), 3))).startsWith("p012");
      assertThat(ids(all.rerank("x", hits(late), 3))).startsWith("p039");
      assertThat(early.description().parameters())
          .containsEntry("earlyStop", "after 2 blocks of 5 without change");
    }
  }

  @Test
  void aFolderThatIsNoRerankerSaysWhatItIs() throws IOException {
    OnnxGraph embedder =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .node(
                "Cast",
                List.of("input_ids"),
                List.of("hidden"),
                OnnxGraph.attribute("to", OnnxGraph.FLOAT))
            .output("hidden", OnnxGraph.FLOAT, "batch", "token");
    RerankerFolder.write(folder, embedder, 64);
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found the outputs [hidden FLOAT[-1, -1]], and of hidden the shape [1, 6]"
                    .formatted(folder)
                + " for one pair; expected a reranker: one output, or one called logits, with one"
                + " number for a pair, or two with id2label in config.json");
    assertThatThrownBy(() -> OnnxCrossEncoder.builder(ModelFolder.bgeSmallEn()).build())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected a reranker");
    OnnxGraph pictures =
        new OnnxGraph()
            .input("pixels", OnnxGraph.FLOAT, "batch", "token")
            .node("Identity", List.of("pixels"), List.of("logits"))
            .output("logits", OnnxGraph.FLOAT, "batch", "token");
    RerankerFolder.write(folder, pictures, 64);
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .hasMessageContaining("the inputs [pixels FLOAT[-1, -1]] and the outputs [logits");
  }

  @Test
  void aFileCutInHalfIsRefused() throws IOException {
    Path file = RerankerFolder.network(folder, 1).resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + file);
  }

  @Test
  void aDeadlineEndsARunThatIsUnderWay() throws IOException {
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(RerankerFolder.endless(folder, 64))) {
      CallContext brief = CallContext.withTimeout(Duration.ofMillis(50));
      assertThatThrownBy(() -> reranker.rerank(Query.of("w1"), hits("w1", "w2", "w3"), 3, brief))
          .isInstanceOf(DeadlineExceededException.class);
    }
  }

  /**
   * The inputs and the loop's own copies of a call's two runs are more than 120 kB, so that a leak
   * would take 40 MB in each of the rounds; the heap, which is in the figure too, grows in one.
   */
  @Test
  void aThousandCancelledCallsLeaveNoMemoryBehind() throws Exception {
    String[] texts = {"w9 ".repeat(4_000), "w8 ".repeat(4_000), "w7 ".repeat(4_000)};
    ModelFolder model = ModelFolder.of(RerankerFolder.endless(folder, 5_000));
    try (OnnxCrossEncoder reranker =
        OnnxCrossEncoder.builder(model).options(OnnxOptions.builder().workers(2).build()).build()) {
      long least = Long.MAX_VALUE;
      long before = residentKilobytes();
      for (int round = 0; round < 3; round++) {
        cancelled(reranker, 350, hits(texts));
        long after = residentKilobytes();
        least = Math.min(least, after - before);
        before = after;
      }
      assertThat(least).isLessThan(20_000);
    }
  }

  private static void cancelled(OnnxCrossEncoder reranker, int calls, List<Hit> hits)
      throws InterruptedException {
    for (int call = 0; call < calls; call++) {
      CallContext context = CallContext.unbounded();
      Thread canceller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                    context.cancel();
                  });
      assertThatThrownBy(() -> reranker.rerank(Query.of("w1"), hits, 3, context))
          .isInstanceOf(CancelledException.class);
      canceller.join();
    }
  }

  private static long residentKilobytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    org.junit.jupiter.api.Assumptions.assumeTrue(
        Files.isReadable(status), "skipped: the process's memory is read from " + status);
    System.gc();
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusesOnceClosed() throws IOException {
    OnnxCrossEncoder reranker = OnnxCrossEncoder.load(RerankerFolder.network(folder, 1));
    reranker.close();
    reranker.close();
    assertThatThrownBy(() -> reranker.rerank(Query.of("w1"), hits("w1"), 1, UNBOUNDED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the reranker " + folder.getFileName() + " is closed");
    assertThatThrownBy(() -> OnnxCrossEncoder.builder(ModelFolder.of(folder)).stopWhenSettled(0, 1))
        .hasMessage("block must be >= 1, was 0");
  }
}
