package dev.ragwright.onnx;

/** How one vector is made of a vector for each token, as sentence-transformers has it. */
public enum Pooling {
  /** The first token's vector. */
  CLS,
  /** Of each number the greatest over all tokens. */
  MAX,
  /** The mean over all tokens, the special ones too. */
  MEAN,
  /** The sum over all tokens by the square root of how many there are. */
  MEAN_SQRT_LENGTH,
  /** The mean over all tokens, of which the first counts once, the second twice, and so on. */
  WEIGHTED_MEAN,
  /** The last token's vector. */
  LAST_TOKEN
}
