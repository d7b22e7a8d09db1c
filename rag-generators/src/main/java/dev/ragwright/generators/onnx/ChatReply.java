package dev.ragwright.generators.onnx;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a local model replied. */
public final class ChatReply {
  private final Values values;

  ChatReply(Values values) {
    this.values = values;
  }

  /** All of it. */
  record Values(
      String text,
      Optional<String> thinking,
      List<Integer> promptTokens,
      List<Integer> outputTokens,
      List<Double> logprobs,
      FinishReason finishReason,
      Duration prefillTime,
      Duration decodeTime,
      int reusedTokens,
      long readAhead,
      long readAheadChosen) {
    Values {
      promptTokens = List.copyOf(promptTokens);
      outputTokens = List.copyOf(outputTokens);
      logprobs = List.copyOf(logprobs);
    }
  }

  /** The text without special tokens, the thinking, and the text that ended it. */
  public String text() {
    return values.text;
  }

  /**
   * What the model wrote between {@code <think>} and {@code </think>} before the text; empty when
   * it did not.
   */
  public Optional<String> thinking() {
    return values.thinking;
  }

  /** The tokens of the prompt; unmodifiable. */
  public List<Integer> promptTokens() {
    return values.promptTokens;
  }

  /** The tokens that were written, the one that ended the turn included; unmodifiable. */
  public List<Integer> outputTokens() {
    return values.outputTokens;
  }

  /**
   * For each output token the natural logarithm of its probability by the model's own logits,
   * before penalties and temperature; unmodifiable.
   */
  public List<Double> logprobs() {
    return values.logprobs;
  }

  /** Why the model stopped. */
  public FinishReason finishReason() {
    return values.finishReason;
  }

  /** The time to read the prompt. */
  public Duration prefillTime() {
    return values.prefillTime;
  }

  /** The time after the prompt was read, in which all output tokens but the first were computed. */
  public Duration decodeTime() {
    return values.decodeTime;
  }

  /** How many tokens of the prompt a {@link PrefixCache} had. */
  public int reusedTokens() {
    return values.reusedTokens;
  }

  /** How many tokens prompt lookup read before they were chosen. */
  public long readAhead() {
    return values.readAhead;
  }

  /** How many of the tokens that were {@linkplain #readAhead() read ahead} then were chosen. */
  public long readAheadChosen() {
    return values.readAheadChosen;
  }

  /** The mean of the logprobs: how sure the model was, at most 0. */
  public double meanLogprob() {
    return values.logprobs.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** The least of the logprobs: how sure it was where it was least. */
  public double minLogprob() {
    return values.logprobs.stream().mapToDouble(Double::doubleValue).min().orElse(0);
  }

  /** The tokens of the prompt and the output, and those of the prompt that were reused, if any. */
  public Usage usage() {
    Usage usage =
        Usage.of(Usage.INPUT_TOKENS, values.promptTokens.size())
            .with(Usage.OUTPUT_TOKENS, values.outputTokens.size());
    return values.reusedTokens == 0
        ? usage
        : usage.with(Usage.CACHED_INPUT_TOKENS, values.reusedTokens);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof ChatReply other && values.equals(other.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
