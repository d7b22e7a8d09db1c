package dev.ragwright.onnx.runtime;

/** What a decoder's logits say: see {@link DecodeState#append}. */
public final class Logits {
  private Logits() {}

  /** The natural logarithm of a token's probability, {@code <= 0}; of one of the logits. */
  public static double logprob(float[] logits, int token) {
    return logits[token] - logSumExp(logits);
  }

  /** The natural logarithm of the sum of the exponentials, in double precision. */
  public static double logSumExp(float[] logits) {
    float top = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      top = Math.max(top, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += StrictMath.exp(logit - top);
    }
    return top + StrictMath.log(sum);
  }
}
