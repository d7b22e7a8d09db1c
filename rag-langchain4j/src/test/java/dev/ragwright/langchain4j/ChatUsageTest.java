package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.Usage;
import org.junit.jupiter.api.Test;

class ChatUsageTest {

  private static Usage usage(int input, int output) {
    return Usage.of(Usage.REQUESTS, 1)
        .with(Usage.INPUT_TOKENS, input)
        .with(Usage.OUTPUT_TOKENS, output);
  }

  @Test
  void readsWhatOpenAiCached() {
    OpenAiTokenUsage counted =
        OpenAiTokenUsage.builder()
            .inputTokenCount(100)
            .inputTokensDetails(
                OpenAiTokenUsage.InputTokensDetails.builder().cachedTokens(64).build())
            .outputTokenCount(7)
            .build();
    assertThat(ChatUsage.of(counted, 1))
        .isEqualTo(
            usage(100, 7).with(Usage.CACHED_INPUT_TOKENS, 64).withUnknown(Usage.REASONING_TOKENS));
  }

  /** As AnthropicTokenUsage and BedrockTokenUsage are, by the names of their methods. */
  @SuppressWarnings("UnusedMethod")
  public static final class BesidesTheInput extends TokenUsage {
    BesidesTheInput(int input, int output) {
      super(input, output);
    }

    public Integer cacheReadInputTokens() {
      return 64;
    }

    public Integer cacheCreationInputTokens() {
      return 30;
    }
  }

  /** As GoogleAiGeminiTokenUsage is. */
  @SuppressWarnings("UnusedMethod")
  public static final class WithinTheInput extends TokenUsage {
    WithinTheInput(int input, int output) {
      super(input, output);
    }

    public Integer cachedContentTokenCount() {
      return 64;
    }
  }

  @Test
  void readsWhatOthersCached() {
    assertThat(ChatUsage.of(new BesidesTheInput(6, 7), 1))
        .isEqualTo(
            usage(100, 7).with(Usage.CACHED_INPUT_TOKENS, 64).withUnknown(Usage.REASONING_TOKENS));
    assertThat(ChatUsage.of(new WithinTheInput(100, 7), 1))
        .isEqualTo(
            usage(100, 7).with(Usage.CACHED_INPUT_TOKENS, 64).withUnknown(Usage.REASONING_TOKENS));
  }

  @Test
  void leavesTheRestUnknown() {
    assertThat(ChatUsage.of(new TokenUsage(100, 7), 1))
        .isEqualTo(
            usage(100, 7)
                .withUnknown(Usage.CACHED_INPUT_TOKENS)
                .withUnknown(Usage.REASONING_TOKENS));
    assertThat(ChatUsage.of(new TokenUsage(100, null), 1).count(Usage.OUTPUT_TOKENS)).isEmpty();
    assertThat(ChatUsage.of(null, 1).count(Usage.INPUT_TOKENS)).isEmpty();
  }
}
