package dev.ragwright.langchain4j;

import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a call used. LangChain4j has no common word for tokens that a service had cached: they are
 * read by name from what its providers' types have in common, so that no provider's library is
 * needed here.
 *
 * <ul>
 *   <li>{@code inputTokensDetails().cachedTokens()}, as OpenAI's: part of the input tokens.
 *   <li>{@code cachedContentTokenCount()}, as Gemini's: part of the input tokens.
 *   <li>{@code cacheReadInputTokens()}, as Anthropic's and Bedrock's, with {@code
 *       cacheCreationInputTokens()} or {@code cacheWriteInputTokens()}: none of them is part of the
 *       input tokens there, so they are added.
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
          .withUnknown(Usage.OUTPUT_TOKENS);
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
    return with(usage, Usage.OUTPUT_TOKENS, counted.outputTokenCount());
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
