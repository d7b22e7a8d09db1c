package dev.ragwright.retrievers.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OnnxEmbedderTest {
  private static final List<String> TEXTS =
      List.of(
          "The filter of the small pump has to be replaced every 400 hours.",
          "",
          " \n\t",
          "Where is the signing key? [SEP] Not here [CLS].",
          "😀 漢字",
          "a\u0000b \uD83D",
          "word ".repeat(60));

  private static OnnxEmbedder miniLm;

  @TempDir Path folder;

  @BeforeAll
  static void load() {
    miniLm =
        OnnxEmbedder.builder(ModelFolder.allMiniLm())
            .options(OnnxOptions.builder().workers(3).build())
            .build();
  }

  @AfterAll
  static void close() {
    miniLm.close();
  }

  @Test
  void aTextsVectorIsTheSameAloneAndAmongOthers() {
    List<float[]> together = document(miniLm, TEXTS).vectors();
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(together.get(i))
          .isEqualTo(miniLm.embedDocument(TEXTS.get(i)))
          .hasSize(miniLm.dimension());
      assertThat(dot(together.get(i), together.get(i))).isCloseTo(1, within(1e-5));
    }
    List<String> shuffled = new ArrayList<>(TEXTS);
    Collections.reverse(shuffled);
    assertThat(document(miniLm, shuffled).vectors().reversed())
        .usingElementComparator((a, b) -> java.util.Arrays.equals(a, b) ? 0 : 1)
        .isEqualTo(together);
  }

  @Test
  void andUnderParallelCallers() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    List<float[]> expected = document(miniLm, TEXTS).vectors();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> calls = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        Random random = new Random(seed + caller);
        calls.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int round = 0; round < 5; round++) {
                    List<Integer> picked =
                        random.ints(random.nextInt(4), 0, TEXTS.size()).boxed().toList();
                    List<float[]> vectors =
                        document(miniLm, picked.stream().map(TEXTS::get).toList()).vectors();
                    for (int i = 0; i < picked.size(); i++) {
                      assertThat(vectors.get(i)).isEqualTo(expected.get(picked.get(i)));
                    }
                  }
                },
                callers));
      }
      calls.forEach(CompletableFuture::join);
    }
  }

  @Test
  void noTextsAreNoVectors() {
    Embeddings none = document(miniLm, List.of());
    assertThat(none.vectors()).isEmpty();
    assertThat(none.usage().count(Usage.EMBEDDED_TOKENS)).hasValue(0);
  }

  @Test
  void likeMeaningsAreNear() {
    try (OnnxEmbedder bge = OnnxEmbedder.bgeSmallEn()) {
      float[] query = bge.embedQuery("when to change the filter of a pump");
      assertThat(dot(query, bge.embedDocument(TEXTS.getFirst())))
          .isGreaterThan(dot(query, bge.embedDocument("The poem was written in 1821.")) + 0.1);
      // The prefix belongs to queries only.
      String prefix = ModelFolder.bgeSmallEn().queryPrefix();
      assertThat(bge.embedQuery("pump")).isEqualTo(bge.embedDocument(prefix + "pump"));
      assertThat(bge.embedDocument("pump")).isNotEqualTo(bge.embedQuery("pump"));
      assertThat(bge.description().parameters())
          .containsEntry("queryPrefix", prefix)
          .containsEntry("documentPrefix", "")
          .containsEntry("pooling", "CLS")
          .containsEntry("maxTokens", "512")
          .containsEntry("longTexts", "WINDOWS")
          .containsEntry("runtime", OnnxModel.runtime())
          .containsEntry("modelSha256", ModelFolder.bgeSmallEn().modelSha256())
          .containsEntry("tokenizerSha256", ModelFolder.bgeSmallEn().tokenizerSha256());
      assertThat(bge.description().opaque()).isFalse();
    }
    assertThat(miniLm.embedQuery("pump")).isEqualTo(miniLm.embedDocument("pump"));
  }

  @Test
  void countsTextsAndTokens() {
    Usage usage = document(miniLm, List.of("Hello world", "")).usage();
    assertThat(usage)
        .isEqualTo(
            Usage.of(Usage.EMBEDDED_TEXTS, 2)
                .with(Usage.EMBEDDED_TOKENS, 4 + 2)
                .with(Usage.TRUNCATED_TEXTS, 0)
                .with(Usage.TRUNCATED_TOKENS, 0));
  }

  @Test
  void readsAllOfALongTextInWindows() {
    String long300 = "one two three ".repeat(100);
    try (OnnxEmbedder windows = limited(TooLong.WINDOWS)) {
      Embeddings read = document(windows, List.of(long300, "short"));
      // 16 of text, 2 of them shared with the window before: 22 windows of 18 with the special two.
      assertThat(windows.maxTextTokens()).isEqualTo(16);
      assertThat(read.usage().count(Usage.TRUNCATED_TOKENS)).hasValue(0);
      assertThat(read.usage().count(Usage.EMBEDDED_TOKENS)).hasValue(300 + 21 * 2 + 22 * 2 + 3);
      float[] vector = read.vectors().getFirst();
      assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
      assertThat(document(windows, List.of(long300 + "zebra")).vectors().getFirst())
          .as("the end counts")
          .isNotEqualTo(vector);
      assertThat(read.vectors().getLast()).isEqualTo(miniLm.embedDocument("short"));
      assertThat(windows.embedDocument("one two ".repeat(8)))
          .as("a text that just fits is one window")
          .isEqualTo(miniLm.embedDocument("one two ".repeat(8)));
    }
  }

  @Test
  void theWindowsMeanIsWeightedByTheirTokens() {
    try (OnnxEmbedder windows = limited(TooLong.WINDOWS)) {
      // 17 tokens: [0, 16) and [14, 17).
      float[] first = miniLm.embedDocument("one two ".repeat(8));
      float[] second = miniLm.embedDocument("one two six");
      float[] expected = new float[first.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 16 * first[i] + 3 * second[i];
      }
      float[] vector = windows.embedDocument("one two ".repeat(8) + "six");
      assertThat(dot(expected, vector) / Math.sqrt(dot(expected, expected)))
          .isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void cutsALongTextAndCountsIt() {
    try (OnnxEmbedder cut = limited(TooLong.CUT)) {
      Embeddings read = document(cut, List.of("one two ".repeat(50), "short"));
      assertThat(read.usage().count(Usage.TRUNCATED_TEXTS)).hasValue(1);
      assertThat(read.usage().count(Usage.TRUNCATED_TOKENS)).hasValue(84);
      assertThat(read.usage().count(Usage.EMBEDDED_TOKENS)).hasValue(18 + 3);
      assertThat(read.vectors().getFirst()).isEqualTo(miniLm.embedDocument("one two ".repeat(8)));
    }
  }

  @Test
  void readsWhatLangChain4jCuts() {
    String long200 = "pump ".repeat(200);
    assertThat(miniLm.embedDocument(long200 + "poem")).isNotEqualTo(miniLm.embedDocument(long200));
  }

  @Test
  void itsTokenCounterFitsAChunkerToTheModel() {
    Document document = Document.of("d", "One sentence of seven words is here. ".repeat(40));
    TokenSpans spans = miniLm.tokenCounter().spans(document.text());
    assertThat(document.text().substring(spans.start(1), spans.end(1))).isEqualTo("sentence");
    List<Passage> passages =
        Chunkers.recursive(miniLm.maxTextTokens(), 0, miniLm.tokenCounter()).chunk(document);
    Embeddings read = document(miniLm, passages.stream().map(Passage::text).toList());
    assertThat(passages).hasSizeGreaterThan(1);
    assertThat(read.usage().count(Usage.EMBEDDED_TOKENS))
        .hasValue(spans.size() + 2L * passages.size());
  }

  @Test
  void stopsWhenCancelledBetweenTexts() {
    CallContext context = CallContext.unbounded();
    CompletableFuture<Embeddings> call =
        CompletableFuture.supplyAsync(
            () -> miniLm.embed(Collections.nCopies(1_000_000, "a"), Side.DOCUMENT, context));
    context.cancel();
    assertThatThrownBy(call::join).hasCauseInstanceOf(CancelledException.class);
    CallContext before = CallContext.unbounded();
    before.cancel();
    assertThatThrownBy(() -> miniLm.embed(List.of("a"), Side.QUERY, before))
        .isInstanceOf(CancelledException.class);
    assertThatThrownBy(() -> miniLm.embed(List.of(), Side.QUERY, before))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void stopsAtTheDeadline() {
    AtomicLong now = new AtomicLong();
    Ticker advancing = () -> now.addAndGet(1_000_000);
    CallContext context = CallContext.withTimeout(Duration.ofMillis(200), advancing);
    assertThatThrownBy(
            () -> miniLm.embed(Collections.nCopies(1_000_000, "a"), Side.DOCUMENT, context))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("timeout of PT0.2S");
  }

  @Test
  void keepsTheInterruptFlag() {
    Thread.currentThread().interrupt();
    assertThat(document(miniLm, TEXTS).vectors()).hasSize(TEXTS.size());
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void refusesUseAfterCloseAndClosesTwice() {
    OnnxEmbedder embedder = limited(TooLong.CUT);
    CallContext context = CallContext.unbounded();
    CompletableFuture<Embeddings> call =
        CompletableFuture.supplyAsync(
            () -> embedder.embed(Collections.nCopies(40, "a"), Side.DOCUMENT, context));
    embedder.close(); // waits for the call, or the call came too late
    embedder.close();
    assertThat(call.handle((result, error) -> error == null ? "done" : error.getMessage()).join())
        .matches("done|.*the embedder all-MiniLM-L6-v2-q is closed");
    assertThatThrownBy(() -> embedder.embedQuery("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder all-MiniLM-L6-v2-q is closed");
    assertThatThrownBy(() -> embedder.tokenCounter().count("a"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void loadsAFolderInTheHuggingFaceLayout() throws IOException {
    copy("/all-minilm-l6-v2-q.onnx", "onnx/model.onnx");
    copy("/all-minilm-l6-v2-q-tokenizer.json", "tokenizer.json");
    assertThatThrownBy(() -> OnnxEmbedder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found no 1_Pooling/config.json; expected the pooling there, or"
                    .formatted(folder)
                + " OnnxEmbedder.Builder.pooling to be set");
    OnnxEmbedder.Builder builder =
        OnnxEmbedder.builder(ModelFolder.of(folder)).pooling(Pooling.MEAN);
    assertThatThrownBy(builder::build)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found no max_seq_length, model_max_length or max_position_embedd")
        .hasMessageContaining("OnnxEmbedder.Builder.maxTokens to be set");
    try (OnnxEmbedder embedder = builder.maxTokens(256).queryPrefix("query: ").build()) {
      assertThat(embedder.embedDocument("pump")).isEqualTo(miniLm.embedDocument("pump"));
      assertThat(embedder.embedQuery("pump")).isEqualTo(miniLm.embedDocument("query: pump"));
      assertThat(embedder.description()).isNotEqualTo(miniLm.description());
    }
    Files.delete(folder.resolve("tokenizer.json"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith(
            "cannot load " + folder.resolve("tokenizer.json") + ": found nothing; expected");
  }

  @Test
  void refusesALimitThatTheModelDoesNotHave() {
    OnnxEmbedder.Builder builder = OnnxEmbedder.builder(ModelFolder.allMiniLm());
    assertThatThrownBy(() -> builder.maxTokens(0)).hasMessage("maxTokens must be >= 1, was 0");
    assertThatThrownBy(() -> builder.maxTokens(257).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxTokens must be <= 256, what all-MiniLM-L6-v2-q reads, was 257");
    assertThatThrownBy(() -> builder.maxTokens(2).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxTokens must be > 2, the special tokens of all-MiniLM-L6-v2-q, was 2");
  }

  private static final Document BERLIN =
      Document.of(
          "berlin",
          "Berlin is the capital and largest city of Germany. Its more than 3.85 million"
              + " inhabitants make it the most populous city in the European Union. The city is also"
              + " one of the states of Germany.");

  /**
   * Golden values: the mean of the tokens that {@code chunked_pooling} of jina-ai/late-chunking
   * takes, of ONNX Runtime 1.23's outputs from Python; in windows of 24 tokens, those of each
   * window's middle. The question alone is nearest to the first sentence, which names the city.
   */
  @Test
  void lateChunkingReadsAPassageWithinItsDocument() {
    assertLikeness(OnnxEmbedder.builder(ModelFolder.allMiniLm()), .6662, .2229, .5841);
    assertLikeness(
        OnnxEmbedder.builder(ModelFolder.allMiniLm()).lateChunking(), .6118, .4409, .6119);
    assertLikeness(
        OnnxEmbedder.builder(ModelFolder.allMiniLm()).lateChunking().maxTokens(26),
        .6093,
        .3094,
        .4501);
  }

  private static void assertLikeness(OnnxEmbedder.Builder builder, double... expected) {
    try (OnnxEmbedder embedder = builder.build()) {
      List<Passage> sentences = Chunkers.sentences(1, 0).chunk(BERLIN);
      Embeddings made = embedder.embedPassages(sentences, CallContext.unbounded());
      assertThat(made.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(3);
      float[] question = embedder.embedQuery("Berlin");
      for (int i = 0; i < expected.length; i++) {
        assertThat(dot(question, made.vectors().get(i))).isCloseTo(expected[i], within(.02));
      }
    }
  }

  /** Overlapping passages, white space that none has, and characters that are no token. */
  @Test
  void lateChunkingReadsWhatPassagesHold() {
    try (OnnxEmbedder late = OnnxEmbedder.builder(ModelFolder.allMiniLm()).lateChunking().build()) {
      assertThat(late.readsSurroundings()).isTrue();
      assertThat(late.description().toString()).contains("lateChunking=overlap 127");
      Document document = Document.of("d", "One is here.\n\n \u0001 Two is there. ".repeat(60));
      List<Passage> passages =
          List.of(
              Passage.of(document, 0, 12, List.of()),
              Passage.of(document, 4, 31, List.of()),
              Passage.of(document, 15, 16, List.of()),
              Passage.of(document, 40, 900, List.of()));
      Embeddings made = late.embedPassages(passages, CallContext.unbounded());
      made.checked(4, late);
      assertThat(made.vectors().get(2)).isEqualTo(late.embedDocument("\u0001"));
      assertThat(late.embedPassages(passages.subList(0, 1), CallContext.unbounded()).vectors())
          .element(0)
          .isNotEqualTo(made.vectors().getFirst());
    }
  }

  @Test
  void lateChunkingWantsTheMean() {
    OnnxEmbedder.Builder bge = OnnxEmbedder.builder(ModelFolder.bgeSmallEn()).lateChunking();
    assertThatThrownBy(bge::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "lateChunking takes the mean of a passage's tokens, and bge-small-en-v1.5-q pools by CLS; add pooling(Pooling.MEAN) to compare queries by it, too, and measure it");
  }

  private static OnnxEmbedder limited(TooLong longTexts) {
    return OnnxEmbedder.builder(ModelFolder.allMiniLm())
        .maxTokens(18)
        .whenTooLong(longTexts)
        .build();
  }

  private static Embeddings document(OnnxEmbedder embedder, List<String> texts) {
    return embedder.embed(texts, Side.DOCUMENT, CallContext.unbounded());
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private void copy(String resource, String file) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(target.getParent());
    try (InputStream in = OnnxEmbedderTest.class.getResourceAsStream(resource)) {
      Files.copy(in, target);
    }
  }

  /**
   * The bulk load goes on until the short call behind it was stopped by its deadline, or served.
   */
  @Test
  void aShortCallDoesNotWaitForALongOneToEnd() throws Exception {
    CallContext bulk = CallContext.unbounded();
    List<String> many = Collections.nCopies(100_000, "a text of a bulk load");
    CompletableFuture<Void> loading = new CompletableFuture<>();
    Thread loader =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    miniLm.embed(many, Side.DOCUMENT, bulk);
                    loading.complete(null);
                  } catch (CancelledException e) {
                    loading.completeExceptionally(e);
                  }
                });
    assertThat(miniLm.embed(List.of("one", "two"), Side.QUERY, CallContext.unbounded()).vectors())
        .hasSize(2);
    assertThat(loading).isNotDone();
    bulk.cancel();
    loader.join();
    assertThat(loading).isCompletedExceptionally();
  }
}
