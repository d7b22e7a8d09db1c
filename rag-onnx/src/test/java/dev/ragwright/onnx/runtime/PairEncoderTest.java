package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.onnx.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairEncoderTest {
  private static final String END =
      "\"special_tokens\": {\"<end>\": {\"id\": \"<end>\", \"ids\": [9], \"tokens\": [\"<end>\"]}}}";
  private static final String A = "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}";
  private static final String B = "{\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}";
  private static final String MARK = "{\"SpecialToken\": {\"id\": \"<end>\", \"type_id\": 1}}";

  @TempDir Path folder;

  private static List<String> texts() {
    List<String> texts =
        new ArrayList<>(
            List.of(
                "", " ", "a b c", "zzz", "a  B\tc", "[SEP] a", "(a OR b)", "e\u0301", "\ufeff"));
    int[] letters = "ab zZ.\t\u00e9\u0301\u6c34\ud83d\ude80\u200d\u0000".codePoints().toArray();
    Random random = new Random(7);
    for (int i = 0; i < 40; i++) {
      int[] text =
          random.ints(random.nextInt(12), 0, letters.length).map(j -> letters[j]).toArray();
      texts.add(new String(text, 0, text.length));
    }
    return texts;
  }

  private static void assertSameAsWhole(Tokenizer tokenizer) {
    for (String first : texts()) {
      PairEncoder pairs = tokenizer.pairsWith(first);
      for (String second : texts()) {
        Tokens pair = pairs.encode(second);
        Tokens whole = tokenizer.encodePair(first, second);
        assertThat(pair.ids()).as("%s|%s", first, second).isEqualTo(whole.ids());
        assertThat(pair.typeIds()).as("%s|%s", first, second).isEqualTo(whole.typeIds());
        assertThat(pair.textSize()).isEqualTo(tokenizer.count(second));
        assertThat(pair.size() - pair.textSize()).isEqualTo(pairs.overhead());
      }
    }
  }

  /**
   * Bert's, without one, with templates in either order, Roberta's, and bytes behind a template.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"BertProcessing\", \"sep\": [\"<end>\", 9], \"cls\": [\"<pad>\", 0]}",
        "null",
        "{\"type\": \"TemplateProcessing\", \"single\": ["
            + A
            + ", "
            + MARK
            + "], \"pair\": ["
            + MARK
            + ", "
            + A
            + ", "
            + MARK
            + ", "
            + MARK
            + ", "
            + B
            + ", "
            + MARK
            + "], "
            + END,
        "{\"type\": \"TemplateProcessing\", \"single\": ["
            + A
            + "], \"pair\": ["
            + B
            + ", "
            + MARK
            + ", "
            + A
            + "], "
            + END,
        "{\"type\": \"RobertaProcessing\", \"sep\": [\"<end>\", 9], \"cls\": [\"<pad>\", 0],"
            + " \"trim_offsets\": true, \"add_prefix_space\": true}",
        "{\"type\": \"Sequence\", \"processors\": [{\"type\": \"ByteLevel\", \"add_prefix_space\":"
            + " true, \"trim_offsets\": true, \"use_regex\": true}, {\"type\": \"TemplateProcessing\","
            + " \"single\": ["
            + A
            + "], \"pair\": ["
            + A
            + ", "
            + MARK
            + ", "
            + B
            + "], "
            + END
            + "]}"
      })
  void composesWhatTheTokenizerWould(String postProcessor) throws IOException {
    String json =
        TinyGraph.WORDS.replaceAll(
            "(?s)\"post_processor\": .*?\"decoder\"",
            java.util.regex.Matcher.quoteReplacement(
                "\"post_processor\": " + postProcessor + ", \"decoder\""));
    Files.writeString(folder.resolve("tokenizer.json"), json);
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(folder))) {
      assertSameAsWhole(tokenizer);
    }
  }

  @Test
  void andWithARealVocabulary() {
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.bgeSmallEn())) {
      assertSameAsWhole(tokenizer);
    }
  }

  /** Where the probe shows no place, the pair is tokenized as a whole. */
  @Test
  void andWhereTheSecondTextStandsTwice() throws IOException {
    String twice =
        "{\"type\": \"TemplateProcessing\", \"single\": [%s], \"pair\": [%s, %s, %s], %s"
            .formatted(A, B, A, B, END);
    String json =
        TinyGraph.WORDS.replaceAll(
            "(?s)\"post_processor\": .*?\"decoder\"",
            "\"post_processor\": " + twice + ", \"decoder\"");
    Files.writeString(folder.resolve("tokenizer.json"), json);
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(folder))) {
      assertThat(tokenizer.pairsWith("a").encode("b c").ids())
          .isEqualTo(tokenizer.encodePair("a", "b c").ids())
          .containsExactly(3, 4, 2, 3, 4);
    }
  }

  @Test
  void aWindowCutsTheSecondTextOnly() {
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.bgeSmallEn())) {
      Tokens pair = tokenizer.pairsWith("world").encode("Hello world hello");
      assertThat(pair.ids()).containsExactly(101, 2088, 102, 7592, 2088, 7592, 102);
      assertThat(pair.typeIds()).containsExactly(0, 0, 0, 1, 1, 1, 1);
      assertThat(pair.window(1, 2).ids()).containsExactly(101, 2088, 102, 2088, 102);
    }
  }

  @Test
  void windowsCoverAllAndAreOfOneLength() {
    Tokens ten = new Tokens(IntStream.range(0, 12).asLongStream().toArray(), new long[12], 1, 1);
    assertThat(ten.windows(10, 2)).containsExactly(ten);
    assertThat(ten.windows(4, 1).stream().map(Tokens::ids))
        .containsExactly(
            new long[] {0, 1, 2, 3, 4, 11},
            new long[] {0, 4, 5, 6, 7, 11},
            new long[] {0, 7, 8, 9, 10, 11});
    assertThat(ten.windows(4, 0)).hasSize(3);
    assertThat(ten.windows(1, 0)).hasSize(10);
    assertThatThrownBy(() -> ten.windows(4, 4))
        .hasMessage("an overlap must be in [0, 4), the window, was 4");
  }
}
