package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationSettingsTest {
  private static final List<ChatMessage> ASKED = List.of(ChatMessage.user("Well?"));

  @TempDir Path folder;

  /** The script is the tokens 256 and 257, then 262; the folder's own end is 263. */
  private int[] reply(String settings) throws IOException {
    ScriptedModel.of("It ", "is.").write(folder);
    Files.writeString(folder.resolve("generation_config.json"), settings);
    DecodingOptions brief = DecodingOptions.builder().maxTokens(3).build();
    try (OnnxChatModel model = OnnxChatModel.load(folder)) {
      return model.chat(ASKED, brief, CallContext.unbounded()).outputTokens().stream()
          .mapToInt(token -> token)
          .toArray();
    }
  }

  @Test
  void neverWritesWhatTheFolderRulesOut() throws IOException {
    int[] script = reply("{\"eos_token_id\": 260}");
    assertThat(script).startsWith(256, 257);
    assertThat(reply("{\"eos_token_id\": 260, \"suppress_tokens\": [257]}"))
        .startsWith(256)
        .doesNotContain(257);
    assertThat(reply("{\"eos_token_id\": 260, \"bad_words_ids\": [[256], [1, 2]]}"))
        .doesNotContain(256);
    int[] later = reply("{\"eos_token_id\": 260, \"begin_suppress_tokens\": [256, 0]}");
    assertThat(later[0]).isEqualTo(1);
    int[] end =
        reply(
            String.format(
                Locale.ROOT, "{\"eos_token_id\": [%d], \"bad_words_ids\": [[%1$d]]}", script[2]));
    assertThat(end).as("an end is no bad word").isEqualTo(script);
  }

  private String left(String file, String settings) throws IOException {
    Files.deleteIfExists(folder.resolve("generation_config.json"));
    Files.writeString(folder.resolve(file), settings);
    return GenerationSettings.of(ModelFolder.of(folder)).left();
  }

  /** Of Qwen2.5-0.5B-Instruct, bart-large-cnn and SmolLM2-135M-Instruct. */
  @Test
  void tellsWhatItDoesNotApply() throws IOException {
    assertThat(
            left(
                "generation_config.json",
                """
                {"bos_token_id": 151643, "pad_token_id": 151643, "do_sample": true,
                 "eos_token_id": [151645, 151643], "repetition_penalty": 1.1, "temperature": 0.7,
                 "top_p": 0.8, "top_k": 20, "transformers_version": "4.37.0"}
                """))
        .isEqualTo("do_sample=true, repetition_penalty=1.1, temperature=0.7, top_k=20, top_p=0.8");
    assertThat(
            left(
                "config.json",
                """
                {"model_type": "bart", "forced_eos_token_id": 2, "length_penalty": 2.0,
                 "max_length": 142, "min_length": 56, "no_repeat_ngram_size": 3, "num_beams": 4,
                 "early_stopping": true, "vocab_size": 50264, "temperature": 1.0}
                """))
        .isEqualTo(
            "early_stopping=true, forced_eos_token_id=2, length_penalty=2.0, max_length=142,"
                + " min_length=56, no_repeat_ngram_size=3, num_beams=4");
    assertThat(
            left(
                "generation_config.json",
                "{\"bos_token_id\": 1, \"eos_token_id\": 2, \"pad_token_id\": 2}"))
        .isEmpty();
    assertThat(left("generation_config.json", "{\"bad_words_ids\": [[1], [2, 3]]}"))
        .isEqualTo("bad_words_ids=[[1],[2,3]]");
    assertThat(left("generation_config.json", "{\"num_beams\": 1, \"top_p\": 1}")).isEmpty();
    ScriptedModel.of("It ").write(folder);
    Files.writeString(
        folder.resolve("generation_config.json"), "{\"eos_token_id\": 258, \"num_beams\": 2}");
    try (OnnxChatModel model = OnnxChatModel.load(folder)) {
      assertThat(model.description().parameters())
          .containsEntry("generationSettingsLeft", "num_beams=2");
    }
  }
}
