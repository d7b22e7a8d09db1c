package dev.ragwright.document;

import dev.ragwright.call.StageDescription;
import java.util.Arrays;

/**
 * Counts the tokens of a text as a certain model would, and says where they are. Budgets of
 * chunkers and of a context are in the units of the counter that they are given. Implementations
 * are safe to share.
 */
@FunctionalInterface
public interface TokenCounter {

  /** Returns the place of every token of the text, however long it is, without special tokens. */
  TokenSpans spans(String text);

  /** How many tokens the text has. */
  default int count(String text) {
    return spans(text).size();
  }

  /** What it counts with; the chunker's description names it. */
  default StageDescription description() {
    return StageDescription.opaque("tokens", this);
  }

  /**
   * A counter that needs no model: a token is a run of at most six letters or digits, or any other
   * visible character; each ideograph, kana and Thai letter is a token. A rough guess of what a
   * subword tokenizer makes of English prose, and a rougher one for anything else: for a budget
   * that must hold, use the model's own tokenizer.
   */
  static TokenCounter approximate() {
    return ApproximateTokenCounter.INSTANCE;
  }
}

enum ApproximateTokenCounter implements TokenCounter {
  INSTANCE;

  private static final int LONGEST = 6;

  @Override
  public TokenSpans spans(String text) {
    int[] starts = new int[text.length() / 3 + 8];
    int[] ends = new int[starts.length];
    int tokens = 0;
    int place = 0;
    while (place < text.length()) {
      int character = text.codePointAt(place);
      int end = place + Character.charCount(character);
      if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
        place = end;
        continue;
      }
      if (joins(character)) {
        int letters = 1;
        while (end < text.length() && letters < LONGEST && joins(text.codePointAt(end))) {
          end += Character.charCount(text.codePointAt(end));
          letters++;
        }
      }
      if (tokens == starts.length) {
        starts = Arrays.copyOf(starts, tokens * 2);
        ends = Arrays.copyOf(ends, tokens * 2);
      }
      starts[tokens] = place;
      ends[tokens++] = end;
      place = end;
    }
    return TokenSpans.of(Arrays.copyOf(starts, tokens), Arrays.copyOf(ends, tokens));
  }

  private static boolean joins(int character) {
    return Character.isLetterOrDigit(character)
        && !Character.isIdeographic(character)
        && switch (Character.UnicodeScript.of(character)) {
          case HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> false;
          default -> true;
        };
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("tokens", "approximate").with("longest", LONGEST);
  }
}
