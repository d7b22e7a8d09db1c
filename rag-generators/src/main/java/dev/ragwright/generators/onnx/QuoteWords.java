package dev.ragwright.generators.onnx;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;

/**
 * Where the words of a text begin and end, which is where a quote of it may. A word is what stands
 * between blanks, such as {@code -3.5}: part of it would be something else. Brackets and marks
 * around it may be left out.
 */
final class QuoteWords {
  private static final Set<Byte> OPENING =
      Set.of(Character.START_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION);

  /** The last are full stops, commas and the like. */
  private static final Set<Byte> CLOSING =
      Set.of(
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION, // closes German quotes
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION);

  private final String text; // of the same length, with no half of a pair of surrogates
  private final BitSet starts = new BitSet(); // (UTF-16 unit)
  private final BitSet ends = new BitSet(); // (UTF-16 unit): a word ends before it

  QuoteWords(String raw) {
    int[] characters = raw.codePoints().map(QuoteWords::quotable).toArray();
    this.text = new String(characters, 0, characters.length);
    int[] places = new int[characters.length + 1]; // (character): its first unit
    for (int i = 0; i < characters.length; i++) {
      places[i + 1] = places[i] + Character.charCount(characters[i]);
    }
    int start = 0;
    for (int i = 1; i <= characters.length; i++) {
      if (i == characters.length || !isJoined(characters[i - 1], characters[i])) {
        mark(characters, start, i, places);
        start = i;
      }
    }
  }

  /** Half of a pair of surrogates cannot be written; no quote has the mark that stands for it. */
  private static int quotable(int c) {
    return Character.getType(c) == Character.SURROGATE ? '"' : c;
  }

  /** The text, of the same length, as it may be quoted. */
  String text() {
    return text;
  }

  /** Whether a text has a word. */
  static boolean any(String text) {
    return text.codePoints().anyMatch(Character::isLetterOrDigit);
  }

  boolean startsAt(int unit) {
    return starts.get(unit);
  }

  boolean endsAt(int unit) {
    return ends.get(unit);
  }

  /** The first place where a quote is whole words, or -1 where it never is. */
  int place(String quote) {
    int place = text.indexOf(quote);
    while (place >= 0 && !(startsAt(place) && endsAt(place + quote.length()))) {
      place = text.indexOf(quote, place + 1);
    }
    return place;
  }

  private void mark(int[] characters, int start, int end, int[] places) {
    if (Arrays.stream(characters, start, end).noneMatch(Character::isLetterOrDigit)) {
      return;
    }
    starts.set(places[start]);
    for (int i = start; isMark(characters[i], OPENING); i++) {
      starts.set(places[i + 1]);
    }
    ends.set(places[end]);
    for (int i = end - 1; isMark(characters[i], CLOSING); i--) {
      ends.set(places[i]);
    }
  }

  private static boolean isMark(int c, Set<Byte> types) {
    return c == '"' || c == '\'' || types.contains((byte) Character.getType(c));
  }

  private static boolean isBlank(int c) {
    return Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || Character.getType(c) == Character.CONTROL;
  }

  /** Whether two characters that stand side by side are of one word. */
  private static boolean isJoined(int before, int after) {
    if (isBlank(before) || isBlank(after)) {
      return false;
    }
    return switch (Character.getType(after)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.FORMAT -> true;
      default -> !standsAlone(before) && !standsAlone(after);
    };
  }

  /** Some scripts put no spaces between words: there each letter is taken for one. */
  private static boolean standsAlone(int c) {
    return switch (UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default ->
          Character.UnicodeBlock.CJK_SYMBOLS_AND_PUNCTUATION.equals(Character.UnicodeBlock.of(c));
    };
  }
}
