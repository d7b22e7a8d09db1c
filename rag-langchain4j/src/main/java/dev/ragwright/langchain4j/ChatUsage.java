package dev.ragwright.langchain4j;

import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a call used. LangChain4j has no common word for tokens that a service had cached, nor for
 * those of thinking: they are read by name from what its providers' types have in common, so that
 * no provider's library is needed here.
 *
 * <ul>
 *   <li>{@code inputTokensDetails().cachedTokens()}, as OpenAI's: part of the input tokens.
 *   <li>{@code cachedContentTokenCount()}, as Gemini's: part of the input tokens.
 *   <li>{@code cacheReadInputTokens()}, as Anthropic's and Bedrock's, with {@code
 *       cacheCreationInputTokens()} or {@code cacheWriteInputTokens()}: none of them is part of the
 *       input tokens there, so they are added.
 *   <li>{@code outputTokensDetails().reasoningTokens()}, as OpenAI's: part of the output tokens.
 *   <li>{@code thoughtsTokenCount()}, as Gemini's: no part of the output tokens there, so they are
 *       added.
 * </ul>
 */
final class ChatUsage {
  private ChatUsage() {}

  /**
   * So many requests; unknown for 0, which is how many of a client that is not watched are seen.
   */
  static Usage requests(int seen) {
    return seen == 0 ? Usage.none().withUnknown(Usage.REQUESTS) : Usage.of(Usage.REQUESTS, seen);
  }

  static Usage of(@Nullable TokenUsage counted, int seen) {
    Usage usage = requests(seen);
    if (counted == null) {
      return usage
          .withUnknown(Usage.INPUT_TOKENS)
          .withUnknown(Usage.CACHED_INPUT_TOKENS)
          .withUnknown(Usage.OUTPUT_TOKENS)
          .withUnknown(Usage.REASONING_TOKENS);
    }
    Integer input = counted.inputTokenCount();
    Integer cached = number(Accessors.read(counted, "inputTokensDetails"), "cachedTokens");
    if (cached == null) {
      cached = number(counted, "cachedContentTokenCount");
    }
    if (cached == null) {
      cached = number(counted, "cacheReadInputTokens");
      if (cached != null && input != null) {
        input += cached + written(counted);
      }
    }
    usage = with(usage, Usage.INPUT_TOKENS, input);
    usage = with(usage, Usage.CACHED_INPUT_TOKENS, cached);
    Integer output = counted.outputTokenCount();
    Integer thought = number(Accessors.read(counted, "outputTokensDetails"), "reasoningTokens");
    if (thought == null) {
      thought = number(counted, "thoughtsTokenCount");
      if (thought != null && output != null) {
        output += thought;
      }
    }
    return with(with(usage, Usage.OUTPUT_TOKENS, output), Usage.REASONING_TOKENS, thought);
  }

  private static int written(TokenUsage counted) {
    Integer created = number(counted, "cacheCreationInputTokens");
    Integer written = created == null ? number(counted, "cacheWriteInputTokens") : created;
    return written == null ? 0 : written;
  }

  private static Usage with(Usage usage, String counter, @Nullable Integer count) {
    return count == null || count < 0 ? usage.withUnknown(counter) : usage.with(counter, count);
  }

  private static @Nullable Integer number(@Nullable Object of, String accessor) {
    return Accessors.read(of, accessor) instanceof Integer number ? number : null;
  }
}
