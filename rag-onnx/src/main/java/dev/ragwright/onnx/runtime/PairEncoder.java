package dev.ragwright.onnx.runtime;

/**
 * One first text in front of many second ones, as a model that compares texts reads them: {@link
 * Tokenizer#pairsWith} tokenizes the first once, so that a pair costs no more than its second text.
 * Each pair has the same tokens as {@link Tokenizer#encodePair} gives; what differs is that here
 * the second is {@link Tokens}' text, so that a window cuts that one and never the first.
 *
 * <p>Immutable and safe to share; works until its tokenizer is closed.
 */
public final class PairEncoder {
  /** What stands around the second text: for one that has tokens, and that the model can place. */
  private final Tokens frame;

  private final Tokenizer tokenizer;
  private final String first;
  private final boolean composable;

  /**
   * @param probe the first text with a second
   * @param composable whether the probe shows where a second text stands; else each pair is
   *     tokenized as a whole
   */
  PairEncoder(Tokenizer tokenizer, String first, Tokens probe, boolean composable) {
    this.tokenizer = tokenizer;
    this.first = first;
    this.frame = probe;
    this.composable = composable;
  }

  /**
   * Returns the pair with a second text.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public Tokens encode(String second) {
    return composable
        ? frame.withText(tokenizer.textIds(second))
        : tokenizer.encodePairBehind(first, second);
  }

  /** A pair whose second text is cut as {@link Tokenizer#cut} does it. */
  public Tokens cut(Tokens pair, int most) {
    return tokenizer.cut(pair, most);
  }

  /** How many tokens every pair has beside its second text: the first one, and the special ones. */
  public int overhead() {
    return frame.size() - frame.textSize();
  }
}
