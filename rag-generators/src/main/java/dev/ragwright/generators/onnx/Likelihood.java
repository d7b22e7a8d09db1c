package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.Logits;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * How likely a model finds a given text as the reply to a prompt, by teacher forcing: each token's
 * probability behind those before it. One reading, no sampling: a measure of what evidence is worth
 * to a model that moves where the words it would write do not.
 *
 * @param logprobs the natural logarithm of each token's probability, {@code <= 0}; unmodifiable
 */
public record Likelihood(List<Double> logprobs) {
  /** Copies the list. */
  public Likelihood {
    logprobs = List.copyOf(logprobs);
  }

  /** The logarithm of the whole text's probability. */
  public double sum() {
    return logprobs.stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Per token, comparable among texts of different length; 0 without tokens. */
  public double mean() {
    return logprobs.isEmpty() ? 0 : sum() / logprobs.size();
  }

  /** {@code exp(-mean())}: among how many tokens the model hesitates. */
  public double perplexity() {
    return StrictMath.exp(-mean());
  }

  /**
   * Reads a text behind what a state holds.
   *
   * @param first the logits behind what the state holds
   */
  static Likelihood of(DecodeState state, float[] first, int[] text, CallContext context) {
    double[] logprobs = new double[text.length];
    if (text.length > 0) {
      logprobs[0] = Logits.logprob(first, text[0]);
    }
    if (text.length > 1) {
      int[] read = Arrays.copyOf(text, text.length - 1);
      state.appendAll(
          read,
          (index, logits) -> logprobs[index + 1] = Logits.logprob(logits, text[index + 1]),
          context);
    }
    return new Likelihood(DoubleStream.of(logprobs).boxed().toList());
  }

  /** For people. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d tokens, perplexity %.2f", logprobs.size(), perplexity());
  }
}
