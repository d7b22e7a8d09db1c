package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static Tokenizer bert;

  @TempDir Path folder;

  @BeforeAll
  static void load() {
    bert = Tokenizer.load(ModelFolder.bgeSmallEn());
  }

  @AfterAll
  static void close() {
    bert.close();
  }

  /** Ids as transformers' BertTokenizer gives them. */
  @Test
  void putsTheModelsSpecialTokensAround() {
    assertThat(ids(bert.encode("Hello world"))).containsExactly(101L, 7592L, 2088L, 102L);
    assertThat(ids(bert.encode(""))).containsExactly(101L, 102L);
    assertThat(bert.encode("").textSize()).isZero();
    assertThat(bert.specialTokens()).isEqualTo(2);
    assertThat(bert.count("Hello world")).isEqualTo(2);
  }

  @Test
  void windowsKeepTheSpecialTokens() {
    Tokens tokens = bert.encode("Hello world hello");
    assertThat(ids(tokens.window(1, 3))).containsExactly(101L, 2088L, 7592L, 102L);
    assertThat(ids(tokens.window(3, 3))).containsExactly(101L, 102L);
    assertThatThrownBy(() -> tokens.window(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** The ids of a query as ColBERT's QueryTokenizer gives them, with its marker [unused0]. */
  @Test
  void aMarkerStandsInFrontOfTheTextAndAnExpansionBehindAll() {
    Tokens tokens = bert.encode("Hello world").withMarker(1).expandedTo(8, 103, false);
    assertThat(ids(tokens)).containsExactly(101L, 1L, 7592L, 2088L, 102L, 103L, 103L, 103L);
    assertThat(tokens.before()).isEqualTo(2);
    assertThat(tokens.textSize()).isEqualTo(2);
    assertThat(tokens.attended()).isEqualTo(5);
    Tokens window = tokens.window(1, 2);
    assertThat(ids(window)).containsExactly(101L, 1L, 2088L, 102L, 103L, 103L, 103L);
    assertThat(window.attended()).isEqualTo(4);
    assertThat(bert.encode("Hello world").expandedTo(6, 103, true).attended()).isEqualTo(6);
    assertThat(ids(tokens.expandedTo(3, 0, true))).isEqualTo(ids(tokens));
    assertThat(IntStream.range(0, tokens.size()).mapToLong(tokens::typeId)).containsOnly(0L);
  }

  @Test
  void aWindowOfAPairCutsTheFirstTextOnly() {
    Tokens pair = bert.encodePair("Hello world hello", "world");
    assertThat(ids(pair)).containsExactly(101L, 7592L, 2088L, 7592L, 102L, 2088L, 102L);
    assertThat(IntStream.range(0, pair.size()).mapToLong(pair::typeId))
        .containsExactly(0L, 0L, 0L, 0L, 0L, 1L, 1L);
    assertThat(pair.textSize()).isEqualTo(3);
    Tokens window = pair.window(1, 2);
    assertThat(ids(window)).containsExactly(101L, 2088L, 102L, 2088L, 102L);
    assertThat(IntStream.range(0, window.size()).mapToLong(window::typeId))
        .containsExactly(0L, 0L, 0L, 1L, 1L);
    assertThat(ids(bert.encodePair("", "world"))).containsExactly(101L, 102L, 2088L, 102L);
    assertThat(bert.encodePair("", "world").textSize()).isZero();
    assertThat(bert.encodePair("a [SEP] b", "").textSize()).isEqualTo(5);
  }

  @Test
  void aPairCanBeCutBehindToo() {
    TokensWithSpans behind = bert.encodeBehind("hello world", "\ud83d\ude80 world  hello");
    Tokens pair = behind.tokens();
    assertThat(ids(pair))
        .isEqualTo(ids(bert.encodePair("hello world", "\ud83d\ude80 world  hello")));
    assertThat(pair.before()).isEqualTo(4);
    assertThat(pair.textSize()).isEqualTo(3);
    assertThat(ids(pair.window(1, 2))).containsExactly(101L, 7592L, 2088L, 102L, 2088L, 102L);
    assertThat(behind.spans().size()).isEqualTo(3);
    assertThat(behind.spans().start(1)).isEqualTo(3);
    assertThat(behind.spans().end(2)).isEqualTo(15);
    assertThat(bert.encodeBehind("hello", "").tokens().textSize()).isZero();
    assertThat(ids(bert.encodeBehind("", "world").tokens()))
        .containsExactly(101L, 102L, 2088L, 102L);
    assertThat(bert.encodeBehind("", "world").tokens().before()).isEqualTo(2);
  }

  /**
   * The ids beside the model are those of Hugging Face's tokenizers, cut to what the model was
   * trained with; here nothing is.
   */
  @Test
  void readsPairsAsTheReferenceDoes() throws IOException {
    Path model = Repository.sharedOrSkip("models/ragwright-minilm-reranker");
    JsonMapper json = new JsonMapper();
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(model))) {
      for (String line : Files.readAllLines(model.resolve("golden.jsonl"))) {
        JsonNode golden = json.readTree(line);
        Tokens pair =
            tokenizer.encodePair(golden.path("query").asText(), golden.path("passage").asText());
        int size = golden.path("input_ids").size() - 1; // without the last, a special one
        assertThat(pair.size()).isGreaterThan(size);
        for (int i = 0; i < size; i++) {
          assertThat(pair.id(i)).isEqualTo(golden.path("input_ids").path(i).asLong());
          assertThat(pair.typeId(i)).isEqualTo(golden.path("token_type_ids").path(i).asLong());
        }
      }
    }
  }

  @Test
  void aTextCannotSpellASpecialToken() {
    List<Long> ids = ids(bert.encode("[CLS] a [SEP] b [PAD] [MASK] [UNK]"));
    assertThat(ids).startsWith(101L, 1031L).endsWith(1033L, 102L);
    assertThat(ids.subList(1, ids.size() - 1)).doesNotContain(0L, 100L, 101L, 102L, 103L);
    assertThat(tokens("x [SEP]y")).containsExactly("x", "[", "SEP", "]", "y");
    assertThat(ids(bert.encode("\uFFFF[SEP]"))).containsOnlyOnce(102L);
  }

  @Test
  void notEvenWhereTheVocabularyHasItAsAWord() throws IOException {
    try (Tokenizer words = words()) {
      // Whatever is renamed, the ids stay: of the unknown word, the end, and an added plain token.
      assertThat(ids(words.encode("a <end> z <pad> <unk> <tool> b")))
          .containsExactly(2L, 1L, 1L, 1L, 1L, 10L, 3L, 9L);
      assertThat(ids(words.encode("\uFFFF<end> \uFFFF<pad>"))).containsExactly(1L, 1L, 9L);
    }
  }

  @Test
  void neitherTruncatesNorPadsWhateverTheFileSays() throws IOException {
    try (Tokenizer words = words()) {
      assertThat(words.count("a b c d e f g a b c")).isEqualTo(10);
      assertThat(words.encode("a").size()).isEqualTo(2);
    }
    try (Tokenizer miniLm = Tokenizer.load(ModelFolder.allMiniLm())) {
      assertThat(miniLm.count("word ".repeat(700))).isEqualTo(700);
    }
  }

  @Test
  void spansAreOfTheTextAsJavaCountsIt() {
    assertThat(tokens("a 😀😀 b")).containsExactly("a", "😀😀", "b");
    assertThat(tokens("漢字𠀀x")).containsExactly("漢", "字", "𠀀", "x");
    assertThat(tokens("cafe\u0301s, Étude")).containsExactly("cafe\u0301s", ",", "Ét", "ude");
    assertThat(tokens("\u0301 \u200d")).isEmpty();
    assertThat(tokens("lone \uD83D x\uDE00 y")).contains("lone", "y");
    assertThat(tokens("a\u0000b")).containsExactly("a\u0000b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "é", "漢", "😀", "\u0301", "ab "})
  void readsLongTexts(String unit) {
    String text = unit.repeat(100_000);
    TokenSpans spans = bert.spans(text);
    assertThat(spans.size()).isEqualTo(bert.count(text));
    if (spans.size() > 0) {
      assertThat(spans.end(spans.size() - 1)).isBetween(text.length() - 1, text.length());
    }
  }

  @Test
  void longWorkIsWaitedForNoLongerThanTheCallMayTake() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    CallContext call = CallContext.withTimeout(Duration.ofMillis(20));
    try {
      assertThatThrownBy(
              () ->
                  Tokenizer.within(
                      1_000_000,
                      call,
                      () -> {
                        await(ended); // as long as the caller does not have it back
                        return "";
                      }))
          .isInstanceOf(DeadlineExceededException.class);
    } finally {
      ended.countDown();
    }
    Thread here = Thread.currentThread();
    assertThat(Tokenizer.within(10, CallContext.unbounded(), Thread::currentThread)).isSameAs(here);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void spansOfRandomTextsAscendAndCoverWhatIsVisible() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    String[] pieces = {
      "word",
      " ",
      "\n",
      "é",
      "e\u0301",
      "n\u0303\u0323",
      "漢",
      "かな",
      "😀",
      "👨‍👩‍👧",
      "𠀀",
      ",",
      "[SEP]",
      "ß",
      "İ",
      "ﬁ",
      "\u00a0",
      "\u0000",
      "\uFFFF",
      "\uD83D",
      "ภาษาไทย",
      "العربية",
      "\u202e",
      "123.45"
    };
    for (int round = 0; round < 300; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      TokenSpans spans = bert.spans(text.toString()); // itself checks that they ascend
      assertThat(spans.size()).isEqualTo(bert.encode(text.toString()).textSize());
      boolean[] covered = new boolean[text.length()];
      for (int i = 0; i < spans.size(); i++) {
        for (int place = spans.start(i); place < spans.end(i); place++) {
          covered[place] = true;
        }
      }
      for (int place = 0; place < text.length(); place++) {
        if (text.charAt(place) < 128 && Character.isLetterOrDigit(text.charAt(place))) {
          assertThat(covered[place]).as("%s at %d", text, place).isTrue();
        }
      }
    }
  }

  @Test
  void agreesWithTransformersOnARealFolder() throws IOException {
    Path real = Repository.sharedOrSkip("models/ragwright-minilm-reranker");
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(real))) {
      for (String line : Files.readAllLines(real.resolve("golden.jsonl"))) {
        JsonNode golden = new JsonMapper().readTree(line);
        List<Long> expected = new ArrayList<>();
        golden.get("input_ids").forEach(id -> expected.add(id.asLong()));
        List<Long> query = ids(tokenizer.encode(golden.get("query").asText()));
        List<Long> passage = ids(tokenizer.encode(golden.get("passage").asText()));
        List<Long> pair = new ArrayList<>(query);
        pair.addAll(passage.subList(1, passage.size()));
        if (pair.size() <= 512) { // longer ones were cut
          assertThat(pair).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void namesAFileThatIsMissingOrDamaged() throws IOException {
    assertThatThrownBy(() -> Tokenizer.load(ModelFolder.of(folder)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found nothing; expected the file tokenizer.json of a Hugging Face"
                    .formatted(folder.resolve("tokenizer.json"))
                + " model folder");
    for (String damaged :
        List.of("", "{\"model\": {\"type\": ", "[]", "{\"model\": {}}", "\u0001")) {
      Files.writeString(folder.resolve("tokenizer.json"), damaged);
      assertThatThrownBy(() -> Tokenizer.load(ModelFolder.of(folder)))
          .as(damaged)
          .isInstanceOf(ModelLoadException.class)
          .hasMessageStartingWith("cannot load " + folder.resolve("tokenizer.json") + ": found ")
          .hasMessageEndingWith("; expected the JSON of a Hugging Face tokenizer");
    }
  }

  @Test
  void refusesUseAfterClose() throws IOException {
    Tokenizer words = words();
    words.close();
    words.close();
    assertThatThrownBy(() -> words.count("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model " + folder.getFileName() + " is closed");
  }

  @Test
  void describesItselfByItsFile() {
    assertThat(bert.description().parameters())
        .containsEntry("tokenizerSha256", ModelFolder.bgeSmallEn().tokenizerSha256());
  }

  @Test
  void staysOffTheNetwork() {
    assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
  }

  /** What the file lacks may show at a text only. */
  @Test
  void aFileWhoseUnknownTokenIsNoneSaysSo() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        TinyGraph.WORDS.replaceFirst("(\"unk_token\": *\").", "$1?"));
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(folder))) {
      assertThatThrownBy(() -> tokenizer.count("zebra"))
          .isInstanceOf(RagException.class)
          .hasMessageStartingWith("the model's tokenizer.json cannot tokenize a text: ");
    }
  }

  /** The native library is not asked what it makes of these. */
  @Test
  void whatIsHardlyJsonIsRefusedBeforeTheLibrarySeesIt() throws IOException {
    Map<String, String> damages =
        Map.of(
            "\"\\ud83d\"",
            "half of a character",
            "{\"\\ude00\": 1}",
            "half of a character",
            "9".repeat(400),
            "a number beyond the range of a double",
            "[".repeat(120) + "]".repeat(120),
            "more than 100 brackets within each other");
    for (Map.Entry<String, String> damage : damages.entrySet()) {
      Files.writeString(
          folder.resolve("tokenizer.json"),
          TinyGraph.WORDS.replaceFirst(
              "\\{", "{\"note\": " + damage.getKey().replace("\\", "\\\\") + ","));
      assertThatThrownBy(() -> Tokenizer.load(ModelFolder.of(folder)))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining(damage.getValue());
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        TinyGraph.WORDS.replaceFirst("\"<unk>\": *1", "$0, \"\\\\ud83d\\\\ude00\": 99"));
    Tokenizer.load(ModelFolder.of(folder)).close();
  }

  private Tokenizer words() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), TinyGraph.WORDS);
    return Tokenizer.load(ModelFolder.of(folder));
  }

  private static List<String> tokens(String text) {
    TokenSpans spans = bert.spans(text);
    return IntStream.range(0, spans.size())
        .mapToObj(i -> text.substring(spans.start(i), spans.end(i)))
        .toList();
  }

  private static List<Long> ids(Tokens tokens) {
    return IntStream.range(0, tokens.size()).mapToObj(tokens::id).toList();
  }
}
