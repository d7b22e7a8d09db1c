package dev.ragwright.generators.onnx;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a local model replied.
 *
 * @param text without special tokens, the thinking, and the text that ended it
 * @param thinking what the model wrote between {@code <think>} and {@code </think>} before that;
 *     empty when it did not
 * @param promptTokens that were read; unmodifiable
 * @param outputTokens that were written, the one that ended the turn included; unmodifiable
 * @param logprobs of each output token the natural logarithm of its probability by the model's own
 *     logits, before penalties and temperature; unmodifiable
 * @param finishReason why it stopped
 * @param prefillTime the time to read the prompt
 * @param decodeTime the time from then on, in which all output tokens but the first were computed
 * @param reusedTokens of the prompt that a {@link PrefixCache} had
 * @param readAhead tokens that prompt lookup read before they were chosen
 * @param readAheadChosen those of them that then were
 */
public record ChatReply(
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

  /** Copies the lists. */
  public ChatReply {
    promptTokens = List.copyOf(promptTokens);
    outputTokens = List.copyOf(outputTokens);
    logprobs = List.copyOf(logprobs);
  }

  /** The mean of the logprobs: how sure the model was, at most 0. */
  public double meanLogprob() {
    return logprobs.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** The least of the logprobs: how sure it was where it was least. */
  public double minLogprob() {
    return logprobs.stream().mapToDouble(Double::doubleValue).min().orElse(0);
  }

  /** The tokens of the prompt and the output, and those of the prompt that were reused, if any. */
  public Usage usage() {
    Usage usage =
        Usage.of(Usage.INPUT_TOKENS, promptTokens.size())
            .with(Usage.OUTPUT_TOKENS, outputTokens.size());
    return reusedTokens == 0 ? usage : usage.with(Usage.CACHED_INPUT_TOKENS, reusedTokens);
  }
}
