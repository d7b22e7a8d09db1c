package dev.ragwright.document;

import java.util.Arrays;
import java.util.Locale;

/**
 * Where the tokens of a text are: ascending places in UTF-16 units, without the special tokens that
 * a model adds. Tokens of one place in the text may share it (a byte-level tokenizer makes several
 * of one character); none reaches behind the next one's end. Immutable.
 */
public final class TokenSpans {
  private final int[] starts; // (token)
  private final int[] ends; // (token)

  private TokenSpans(int[] starts, int[] ends) {
    this.starts = starts;
    this.ends = ends;
  }

  /**
   * Spans with the given starts and ends, copied.
   *
   * @throws IllegalArgumentException if the arrays differ in length or their places descend
   */
  public static TokenSpans of(int[] starts, int[] ends) {
    if (starts.length != ends.length) {
      throw new IllegalArgumentException(
          starts.length + " starts do not fit " + ends.length + " ends");
    }
    for (int i = 0; i < starts.length; i++) {
      if (starts[i] > ends[i] || (i > 0 && (starts[i] < starts[i - 1] || ends[i] < ends[i - 1]))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "token %d at [%d, %d) stands before the one in front of it",
                i,
                starts[i],
                ends[i]));
      }
    }
    return new TokenSpans(starts.clone(), ends.clone());
  }

  /** How many tokens there are. */
  public int size() {
    return starts.length;
  }

  /** The first unit of a token, inclusive. */
  public int start(int token) {
    return starts[token];
  }

  /** The last unit of a token, exclusive. */
  public int end(int token) {
    return ends[token];
  }

  /**
   * How many tokens lie wholly or partly in {@code [start, end)}: two binary searches, so a text
   * tokenized once can be measured anywhere.
   */
  public int count(int start, int end) {
    return Math.max(0, firstStartingAt(end) - firstEndingAfter(start));
  }

  /** The first token that ends behind a place; {@link #size()} when there is none. */
  public int firstEndingAfter(int place) {
    return lowerBound(ends, place + 1);
  }

  /** The first token that starts at a place or behind it; {@link #size()} when there is none. */
  public int firstStartingAt(int place) {
    return lowerBound(starts, place);
  }

  private static int lowerBound(int[] ascending, int value) {
    int found = Arrays.binarySearch(ascending, value);
    if (found < 0) {
      return -found - 1;
    }
    while (found > 0 && ascending[found - 1] == value) {
      found--;
    }
    return found;
  }
}
