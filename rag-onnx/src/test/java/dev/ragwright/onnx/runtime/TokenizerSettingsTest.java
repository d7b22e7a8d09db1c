package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.onnx.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With the tokens that AutoTokenizer of transformers 5.24.0 gave for the same folders; those of
 * BERT's kind are among the golden folders of rag-retrievers.
 */
class TokenizerSettingsTest {
  private static final int A = 5;
  private static final int B = 6;
  private static final int SPACE_B = 9;
  private static final int AB = 10;
  private static final int SPACE_AB = 11;

  @TempDir Path root;

  private static String tokenizer(boolean addPrefixSpace) {
    return """
    {"version": "1.0", "truncation": null, "padding": null,
     "added_tokens": [
       {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true}],
     "normalizer": null,
     "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": %1$s, "trim_offsets": true,
                       "use_regex": true},
     "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0],
                        "trim_offsets": true, "add_prefix_space": %1$s},
     "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
                 "use_regex": true},
     "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
               "end_of_word_suffix": "", "fuse_unk": false,
               "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2, "<pad>": 3, "<mask>": 4, "a": 5, "b": 6,
                         "\u0120": 7, "\u0120a": 8, "\u0120b": 9, "ab": 10, "\u0120ab": 11},
               "merges": ["\u0120 a", "\u0120 b", "a b", "\u0120a b"]}}
    """
        .formatted(addPrefixSpace);
  }

  private Tokenizer load(boolean addPrefixSpace, String settings) throws IOException {
    Files.writeString(root.resolve("tokenizer.json"), tokenizer(addPrefixSpace));
    Files.writeString(root.resolve("tokenizer_config.json"), settings);
    return Tokenizer.load(ModelFolder.of(root));
  }

  private int[] ids(boolean addPrefixSpace, String settings) throws IOException {
    try (Tokenizer tokenizer = load(addPrefixSpace, settings)) {
      return tokenizer.encode("ab b").toIds();
    }
  }

  @Test
  void putsASpaceInFrontAsTheClassDoes() throws IOException {
    int[] without = {0, AB, SPACE_B, 1};
    int[] with = {0, SPACE_AB, SPACE_B, 1};
    String roberta = "{\"tokenizer_class\": \"RobertaTokenizer\"%s}";
    assertThat(ids(false, roberta.formatted(""))).containsExactly(without);
    assertThat(ids(true, roberta.formatted(""))).containsExactly(without);
    assertThat(ids(false, roberta.formatted(", \"add_prefix_space\": true"))).containsExactly(with);
    assertThat(ids(true, roberta.formatted(", \"add_prefix_space\": false")))
        .containsExactly(without);
    String generic = "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"add_prefix_space\": %s}";
    assertThat(ids(false, generic.formatted(true))).containsExactly(without);
    assertThat(ids(true, generic.formatted(false))).containsExactly(with);
    assertThat(ids(true, "{}")).containsExactly(with);
  }

  @Test
  void looksAtNeitherOfTheSwitchesForBosAndEos() throws IOException {
    assertThat(
            ids(
                false,
                "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"add_bos_token\": false,"
                    + " \"add_eos_token\": false, \"bos_token\": \"<s>\"}"))
        .containsExactly(0, AB, SPACE_B, 1);
  }

  @Test
  void saysWhatTheSettingsChanged() throws IOException {
    try (Tokenizer tokenizer = load(true, "{\"tokenizer_class\": \"RobertaTokenizerFast\"}")) {
      assertThat(tokenizer.description().parameters())
          .containsEntry("tokenizerSettings", "add_prefix_space=false");
    }
    try (Tokenizer tokenizer = load(false, "{\"tokenizer_class\": \"RobertaTokenizerFast\"}")) {
      assertThat(tokenizer.description().parameters()).doesNotContainKey("tokenizerSettings");
    }
  }

  @Test
  void readsNamesOfSpecialTokensInAPromptAlone() throws IOException {
    try (Tokenizer tokenizer = load(false, "{}")) {
      assertThat(tokenizer.encode("<s>ab", "</s>").toIds()).startsWith(0, 0, AB).endsWith(1);
      assertThat(tokenizer.encode("a", "b").toIds()).containsExactly(0, AB, 1);
      assertThat(tokenizer.encode("", "ab b").toIds())
          .containsExactly(tokenizer.encode("ab b").toIds());
    }
  }

  @Test
  void cutsOnTheSideThatTheSettingsName() throws IOException {
    try (Tokenizer front = load(false, "{\"truncation_side\": \"left\"}")) {
      assertThat(front.cut(front.encode("ab b b a"), 2).toIds()).containsExactly(0, SPACE_B, 8, 1);
    }
    try (Tokenizer end = load(false, "{}")) {
      assertThat(end.cut(end.encode("ab b b a"), 2).toIds()).containsExactly(0, AB, SPACE_B, 1);
      assertThat(end.cut(end.encode("a"), 2).toIds()).containsExactly(0, A, 1);
      assertThat(end.encode("b").toIds()).containsExactly(0, B, 1);
    }
  }
}
