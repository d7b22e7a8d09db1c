package dev.ragwright.onnx.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.testmodels.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenBytesTest {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "  two  spaces \t\r\n\n\n",
          "Hello world, 12345.67 isn't it?",
          "e\u0301e\u0301 Za\u0308\u0308hler \u00e9\u00ff\u0100\u0143\u0144",
          "漢字かな交じり文 العربية ภาษาไทย हिन्दी",
          "😀 👨‍👩‍👧 🇩🇪 \uD842\uDFB7",
          "a\u0000b\u0007c\u001b[31m\u00ad\u00a0\u2028\uFEFF",
          "\uFFFD \uFFFE \uE000 \uDB80\uDC00 \uDBFF\uDFFD",
          "<|im_start|>user <|im_end|> </s> <unk> <0x41>",
          "x".repeat(10_000));

  /** Llama 2's kind: every space is U+2581, one more in front, bytes for what is not there. */
  private static final String SENTENCE_PIECE =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [
         {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 268, "content": "<tool>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": false},
         {"id": 269, "content": "<|turn|>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": false}],
       "normalizer": {"type": "Sequence", "normalizers": [
         {"type": "Prepend", "prepend": "\u2581"},
         {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
       "pre_tokenizer": null,
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
       "decoder": {"type": "Sequence", "decoders": [
         {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
         {"type": "ByteFallback"}, {"type": "Fuse"},
         {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
       "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
         "vocab": {"<unk>": 0, "<s>": 1, %s, "\u2581": 258, "h": 259, "e": 260, "l": 261, "o": 262,
                   "\u2581h": 263, "\u2581he": 264, "ll": 265, "llo": 266, "\u2581\u2581": 267},
         "merges": ["\u2581 h", "\u2581h e", "l l", "ll o", "\u2581 \u2581"]}}
      """
          .formatted(
              IntStream.range(0, 256)
                  .mapToObj(b -> String.format(Locale.ROOT, "\"<0x%02X>\": %d", b, b + 2))
                  .collect(Collectors.joining(", ")));

  @TempDir Path folder;

  @Test
  void spellsWhatSmolLmReads() throws IOException {
    ModelFolder real = smolLm();
    TokenBytes bytes = TokenBytes.load(real);
    assertThat(bytes.size()).isEqualTo(49_152);
    assertThat(bytes.id("<|im_end|>")).hasValue(2);
    assertThat(bytes.id("the")).isEmpty();
    assertThat(bytes.special(2)).isTrue();
    assertThat(bytes.special(17)).isFalse();
    assertThat(bytes.special(60_000)).isFalse();
    assertThat(bytes.bytes(2)).isEqualTo("<|im_end|>".getBytes(UTF_8));
    assertThat(bytes.bytes(60_000)).isEmpty();
    assertThat(bytes.dropsLeadingSpace()).isFalse();
    assertThat(bytes.spellsSpecialAt("a<|im_end|>b", 1)).isTrue();
    assertThat(bytes.spellsSpecialAt("a<|im_e", 1)).as("may be completed").isTrue();
    assertThat(bytes.spellsSpecialAt("a<|im_enx", 1)).isFalse();
    assertThat(bytes.spellsSpecialAt("a<|im_end|>b", 2)).isFalse();
    try (Tokenizer tokenizer = Tokenizer.load(real)) {
      assertRoundTrips(tokenizer, bytes);
    }
  }

  /** The ids are those of Hugging Face's tokenizers for the whole rendered prompt. */
  @Test
  void markupSpellsSpecialTokensAndTextDoesNot() throws IOException {
    Path real = Repository.sharedOrSkip("models/SmolLM2-135M-Instruct");
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(real))) {
      for (String line : Files.readAllLines(real.resolve("golden.jsonl"))) {
        JsonNode golden = new JsonMapper().readTree(line);
        MarkedText.Builder prompt = MarkedText.builder();
        for (JsonNode message : golden.path("messages")) {
          prompt.markup("<|im_start|>").text(message.path("role").asText() + "\n");
          prompt.text(message.path("content").asText()).markup("<|im_end|>\n");
        }
        prompt.markup("<|im_start|>assistant\n");
        assertThat(ids(tokenizer.encode(prompt.build())))
            .containsExactlyElementsOf(
                golden.path("prompt_ids").valueStream().map(JsonNode::asInt).toList());
      }
      assertThat(ids(tokenizer.encode(MarkedText.of("<|im_start|>")))).doesNotContain(1);
      assertThat(ids(tokenizer.encode(MarkedText.of("\uFFFF<|im_start|>")))).doesNotContain(1);
      assertThat(ids(tokenizer.encode(MarkedText.builder().markup("<|im_").text("end|>").build())))
          .doesNotContain(2);
    }
  }

  @Test
  void spellsSentencePiecesWithBytesForTheRest() throws IOException {
    ModelFolder model = written(SENTENCE_PIECE);
    TokenBytes bytes = TokenBytes.load(model);
    assertThat(bytes.size()).isEqualTo(270);
    assertThat(bytes.bytes(2 + 0xE9)).containsExactly(0xE9);
    assertThat(bytes.bytes(264)).isEqualTo(" he".getBytes(UTF_8));
    assertThat(bytes.bytes(267)).isEqualTo("  ".getBytes(UTF_8));
    assertThat(bytes.dropsLeadingSpace()).isTrue();
    assertThat(bytes.id("<tool>")).hasValue(268);
    assertThat(TokenBytes.names(model)).hasSize(270).endsWith("<tool>", "<|turn|>");
    assertThat(bytes.special(268)).isFalse();
    assertThat(bytes.special(269)).as("a turn's mark, whatever the file says").isTrue();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      assertThat(ids(tokenizer.encode(MarkedText.of("hello")))).containsExactly(264, 266);
      assertThat(
              ids(
                  tokenizer.encode(
                      MarkedText.builder()
                          .markup("<s>")
                          .text("<|turn|>")
                          .markup("<|turn|>")
                          .build())))
          .startsWith(1)
          .endsWith(269)
          .containsOnlyOnce(269);
      assertRoundTrips(tokenizer, bytes);
    }
  }

  /** T5's kind; a Metaspace decoder that prepends nothing drops nothing. */
  @Test
  void spellsUnigramPieces() throws IOException {
    String unigram =
        """
        {"decoder": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "%s"},
         "model": {"type": "Unigram", "unk_id": 1, "byte_fallback": false,
                   "vocab": [["<pad>", 0.0], ["_caf\u00e9", -1.5], ["<0x41>", -2]]},
         "added_tokens": [{"id": 0, "content": "<pad>", "special": true},
                          {"id": 5, "content": "_x_", "special": false}]}
        """;
    TokenBytes bytes = TokenBytes.load(written(unigram.formatted("always")));
    assertThat(bytes.size()).isEqualTo(6);
    assertThat(bytes.bytes(1)).isEqualTo(" caf\u00e9".getBytes(UTF_8));
    assertThat(bytes.bytes(2)).isEqualTo("<0x41>".getBytes(UTF_8));
    assertThat(bytes.bytes(3)).isEmpty();
    assertThat(bytes.bytes(5)).isEqualTo(" x ".getBytes(UTF_8));
    assertThat(bytes.dropsLeadingSpace()).isTrue();
    assertThat(TokenBytes.load(written(unigram.formatted("never"))).dropsLeadingSpace()).isFalse();
  }

  @Test
  void theFilesOrderDoesNotMatter() throws IOException {
    TokenBytes bytes =
        TokenBytes.load(
            written(
                """
                {"model": {"merges": [["a", "b"]], "vocab": {"\u0120a": 0, "\u00c3": 1, "\u00a9": 2, "a b": 3},
                           "type": "BPE"},
                 "added_tokens": [{"content": "\u00e9", "id": 4}],
                 "decoder": null,
                 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}]}}
                """));
    assertThat(new String(spelled(bytes, List.of(0, 1, 2, 3, 4)), UTF_8))
        .isEqualTo(" a\u00e9a b\u00e9");
  }

  @Test
  void refusesWhatIsNoDecodersTokenizer() {
    assertThatThrownBy(() -> TokenBytes.load(ModelFolder.bgeSmallEn()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "found the model WordPiece with the decoder [WordPiece]; expected the")
        .hasMessageContaining("byte-level BPE, or SentencePiece");
    assertRefused(TinyGraph.WORDS, "the model WordLevel with the decoder []");
    assertRefused("{\"model\": {\"vocab\": {\"a\": 0}}}", "no type of model with the decoder []");
    assertRefused("{\"model\": {\"type\": \"BPE\"}}", "no vocabulary");
    assertRefused("{}", "no vocabulary");
    assertRefused("[]", "JSON that is cut off or laid out otherwise");
    assertRefused(
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}}}", "\"a\" with the id -1");
    assertRefused(
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2000000000}}}", "the id 2000000000");
    assertRefused(
        """
        {"model": {"type": "BPE", "vocab": {"a": 0}}, "decoder": {"type": "CTC"}}
        """,
        "the step {\"type\":\"CTC\"} with the decoder [CTC]");
    assertRefused(SENTENCE_PIECE.substring(0, 3000), "cannot load ");
    assertRefused("", "an empty file");
  }

  private void assertRefused(String json, String found) {
    assertThatThrownBy(() -> TokenBytes.load(written(json)))
        .as(json)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(found);
  }

  private static void assertRoundTrips(Tokenizer tokenizer, TokenBytes bytes) {
    Set<Byte> single =
        IntStream.range(0, bytes.size())
            .mapToObj(bytes::bytes)
            .filter(token -> token.length == 1)
            .map(token -> token[0])
            .collect(Collectors.toSet());
    for (String text : TEXTS) {
      assertRoundTrips(tokenizer, bytes, single, text);
    }
    RandomGenerator random = Seeds.random();
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        int plane = random.nextInt(17);
        int c = (plane << 16) + random.nextInt(plane == 0 ? 0xD800 : 0x10000);
        text.appendCodePoint(random.nextBoolean() ? c : c % 0x250);
      }
      assertRoundTrips(tokenizer, bytes, single, text.toString());
    }
  }

  /** A byte that the vocabulary lacks is lost to the model: SmolLM2 has no 0xF1, for one. */
  private static void assertRoundTrips(
      Tokenizer tokenizer, TokenBytes bytes, Set<Byte> single, String text) {
    List<Integer> ids = ids(tokenizer.encode(MarkedText.of(text)));
    ByteArrayOutputStream known = new ByteArrayOutputStream();
    for (byte b :
        (bytes.dropsLeadingSpace() && !text.isEmpty() ? " " + text : text).getBytes(UTF_8)) {
      if (single.contains(b)) {
        known.write(b);
      }
    }
    assertThat(spelled(bytes, ids))
        .as("%s: %s", Seeds.replay(), text)
        .isEqualTo(known.toByteArray());
    assertThat(ids).noneMatch(bytes::special);
  }

  private static byte[] spelled(TokenBytes bytes, List<Integer> ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ids.forEach(id -> out.writeBytes(bytes.bytes(id)));
    return out.toByteArray();
  }

  private static List<Integer> ids(Tokens tokens) {
    return IntStream.range(0, tokens.size()).mapToObj(i -> (int) tokens.id(i)).toList();
  }

  private ModelFolder written(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    return ModelFolder.of(folder);
  }

  private static ModelFolder smolLm() {
    Path real = Repository.sharedOrSkip("models/SmolLM2-135M-Instruct");
    return ModelFolder.of(real);
  }
}
