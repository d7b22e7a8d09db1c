package dev.ragwright.onnx.check;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.Logits;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How faithful a variant of a language model, such as a quantised one, is to another: both read the
 * same tokens, and say of each what should follow.
 *
 * @param tokens how many predictions were compared
 * @param meanKl the mean Kullback-Leibler divergence of the variant's distribution from the
 *     reference's, in nats, {@code >= 0}; 0 if they are the same
 * @param sameTop the share of predictions whose likeliest token is the same, from 0 to 1
 * @param referencePerplexity the reference's, {@code exp} of the mean negative log-probability of
 *     the token that does follow
 * @param variantPerplexity the variant's
 */
public record ModelFidelity(
    long tokens,
    double meanKl,
    double sameTop,
    double referencePerplexity,
    double variantPerplexity) {

  /** How many tokens are read in one state; what a model says depends on those before alone. */
  private static final int WINDOW = 512;

  private static final int PART = 16; // whose logits are kept, 49,152 numbers each for some models

  /**
   * Compares two decoders of one vocabulary on tokens, in windows of 512, within which the first
   * token is only read. It takes two runs over all tokens with all logits: some ten times the time
   * of reading them.
   *
   * @throws IllegalArgumentException if there are fewer than two tokens, or the vocabularies differ
   *     in size, or one of the two {@linkplain OnnxDecoder#hasEncoder() has an encoder}
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  @SuppressWarnings("exports") // a decoder is handed on, from OnnxChatModel.decoder()
  public static ModelFidelity of(
      OnnxDecoder reference, OnnxDecoder variant, int[] tokens, CallContext context) {
    if (tokens.length < 2) {
      throw new IllegalArgumentException("there are no two tokens to predict one of");
    }
    for (OnnxDecoder decoder : List.of(reference, variant)) {
      if (decoder.hasEncoder()) {
        throw new IllegalArgumentException(
            decoder.name()
                + " has an encoder; what follows the tokens of a text is compared of decoders"
                + " without one");
      }
    }
    if (reference.vocabularySize() != variant.vocabularySize()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s knows %d tokens and %s %d; they cannot be compared",
              reference.name(),
              reference.vocabularySize(),
              variant.name(),
              variant.vocabularySize()));
    }
    Sums sums = new Sums();
    for (int from = 0; from + 1 < tokens.length; from += WINDOW) {
      int to = Math.min(from + WINDOW, tokens.length);
      if (to - from > 1) {
        compare(reference, variant, Arrays.copyOfRange(tokens, from, to), sums, context);
      }
    }
    return new ModelFidelity(
        sums.count,
        Math.max(0, sums.divergence / sums.count), // rounding may make it less
        (double) sums.same / sums.count,
        StrictMath.exp(sums.referenceLoss / sums.count),
        StrictMath.exp(sums.variantLoss / sums.count));
  }

  /**
   * Refuses a variant that differs too often, with the figure; call it before a variant is used.
   *
   * @param least the share of predictions whose likeliest token has to be the same, from 0 to 1
   * @param variant its name, for the message
   * @param setting what to lower to take the variant all the same, for the message
   * @return this
   * @throws ModelLoadException if {@link #sameTop()} is less
   * @throws IllegalArgumentException if the share is not from 0 to 1
   */
  public ModelFidelity require(double least, String variant, String setting) {
    if (!(least >= 0 && least <= 1)) {
      throw new IllegalArgumentException("the least share must be from 0 to 1, was " + least);
    }
    if (sameTop < least) {
      throw new ModelLoadException(
          variant,
          String.format(
              Locale.ROOT,
              "a variant that gives the reference's likeliest token %.1f %% of the time (%s)",
              100 * sameTop,
              this),
          String.format(
              Locale.ROOT,
              "at least %.1f %%; %s with a lower share takes it all the same",
              100 * least,
              setting));
    }
    return this;
  }

  private static void compare(
      OnnxDecoder reference, OnnxDecoder variant, int[] window, Sums sums, CallContext context) {
    try (DecodeState one = reference.newState(window.length);
        DecodeState other = variant.newState(window.length)) {
      for (int from = 0; from < window.length - 1; from += PART) {
        int first = from;
        int[] part = Arrays.copyOfRange(window, from, Math.min(from + PART, window.length - 1));
        List<float[]> expected = new ArrayList<>();
        one.appendAll(part, (index, logits) -> expected.add(logits.clone()), context);
        other.appendAll(
            part,
            (index, logits) -> sums.add(expected.get(index), logits, window[first + index + 1]),
            context);
      }
    }
  }

  /** Sums over predictions, in double precision. */
  private static final class Sums {
    long count;
    double divergence;
    long same;
    double referenceLoss;
    double variantLoss;

    void add(float[] reference, float[] variant, int next) {
      double ofReference = Logits.logSumExp(reference);
      double ofVariant = Logits.logSumExp(variant);
      double sum = 0;
      int best = 0;
      int other = 0;
      for (int id = 0; id < reference.length; id++) {
        double log = reference[id] - ofReference;
        sum += StrictMath.exp(log) * (log - (variant[id] - ofVariant));
        best = reference[id] > reference[best] ? id : best;
        other = variant[id] > variant[other] ? id : other;
      }
      count++;
      divergence += sum;
      same += best == other ? 1 : 0;
      referenceLoss += ofReference - reference[next];
      variantLoss += ofVariant - variant[next];
    }
  }

  /** For people: {@code mean KL .102, same top token .822, perplexity 28.82 against 26.05}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "mean KL %.4f, same top token %.3f, perplexity %.2f against %.2f, over %d tokens",
        meanKl,
        sameTop,
        variantPerplexity,
        referencePerplexity,
        tokens);
  }
}
