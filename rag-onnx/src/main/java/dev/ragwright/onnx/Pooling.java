package dev.ragwright.onnx;

/** How one vector is made of a vector for each token. */
public enum Pooling {
  /** The first token's vector. */
  CLS,
  /** The mean over all tokens, the special ones too. */
  MEAN
}
