package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import dev.ragwright.onnx.files.GenAiConfig;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** How many tokens a model reads at most. */
public final class TokenLimit {
  private TokenLimit() {}

  /**
   * How many tokens the model reads at most, the special ones included: {@code max_seq_length} of
   * {@code sentence_bert_config.json} (or {@code model_max_length} among its {@code
   * tokenizer_args}), else {@code model_max_length} of {@code tokenizer_config.json}, and in no
   * case more than the positions that {@code config.json} names or the {@code context_length} of
   * {@code genai_config.json}. Empty when none of them says so. What {@code tokenizer.json} says of
   * truncation is not asked: it is a setting of whoever exported the file, often lower than what
   * the model can read.
   */
  public static OptionalInt of(ModelFolder folder) {
    FolderFiles files = folder.files();
    JsonNode sentence = SentenceModules.transformer(folder).path("max_seq_length");
    JsonNode tokenizer = TokenizerSettings.merged(folder);
    JsonNode declared =
        sentence.isNumber() && !TokenizerSettings.ofSentence(folder).has("model_max_length")
            ? sentence
            : tokenizer.path(tokenizer.has("model_max_length") ? "model_max_length" : "max_len");
    // Tokenizers without a limit say 1e30.
    double limit = declared.isNumber() ? declared.asDouble() : Double.POSITIVE_INFINITY;
    JsonNode config = files.settings("config.json");
    if (config.path("max_position_embeddings").isNumber()) {
      limit =
          Math.min(limit, config.path("max_position_embeddings").asDouble() - firstPlace(config));
    }
    Optional<GenAiConfig> genAi = files.genAi();
    if (genAi.isPresent() && genAi.get().contextLength().isNumber()) {
      limit = Math.min(limit, genAi.get().contextLength().asDouble());
    }
    return limit > 0 && limit <= Integer.MAX_VALUE
        ? OptionalInt.of((int) limit)
        : OptionalInt.empty();
  }

  /**
   * How many tokens to read: those asked for, else {@link #of(ModelFolder)}.
   *
   * @param asked empty, or at most what the folder says, where it says something
   * @param option how a user asks for them, for the error's text
   * @throws IllegalArgumentException if more were asked for than the model reads
   * @throws ModelLoadException if neither says it
   */
  public static int of(ModelFolder folder, OptionalInt asked, String option) {
    OptionalInt most = of(folder);
    if (asked.isEmpty() && most.isEmpty()) {
      throw new ModelLoadException(
          folder.toString(),
          "no max_seq_length, model_max_length or max_position_embeddings",
          "one of them in a .json file there, or " + option + " to be set");
    }
    if (asked.isEmpty()) {
      return most.getAsInt();
    }
    if (most.isPresent() && asked.getAsInt() > most.getAsInt()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "maxTokens must be <= %d, what %s reads, was %d",
              most.getAsInt(),
              folder.name(),
              asked.getAsInt()));
    }
    return asked.getAsInt();
  }

  /** RoBERTa and its kin begin to count places behind the padding's id. */
  private static int firstPlace(JsonNode config) {
    return switch (config.path("model_type").asText()) {
      case "roberta", "xlm-roberta", "camembert", "mpnet" ->
          config.path("pad_token_id").asInt(1) + 1;
      default -> 0;
    };
  }
}
