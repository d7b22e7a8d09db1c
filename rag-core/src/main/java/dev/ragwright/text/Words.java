package dev.ragwright.text;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The words of a text, by the two rules that there are. To compare texts, marks belong to words and
 * an ideograph is one. To count, or to find a text again word for word, letters and numbers are
 * enough, and results rest on it.
 */
public final class Words {
  /** A word to compare: letters, marks and numbers in a row, or one ideograph. */
  public static final String WORD =
      "(?:\\p{IsIdeographic}|[\\p{L}\\p{M}\\p{N}&&[^\\p{IsIdeographic}]]+)";

  /** What stands between {@link #runs}. */
  public static final String NO_RUN = "[^\\p{L}\\p{N}]+";

  private static final Pattern WORDS = Pattern.compile(WORD);
  private static final Pattern RUNS = Pattern.compile("[\\p{L}\\p{N}]+");

  private static final Set<Character.UnicodeScript> WITHOUT_SPACES =
      EnumSet.of(
          Character.UnicodeScript.HAN,
          Character.UnicodeScript.HIRAGANA,
          Character.UnicodeScript.KATAKANA,
          Character.UnicodeScript.THAI,
          Character.UnicodeScript.LAO,
          Character.UnicodeScript.KHMER,
          Character.UnicodeScript.MYANMAR);

  private Words() {}

  /** The words to compare, in lower case. */
  public static Stream<String> of(String text) {
    return WORDS.matcher(LetterCase.lower(text)).results().map(MatchResult::group);
  }

  /** Letters and numbers in a row, as they stand. */
  public static Stream<String> runs(String text) {
    return RUNS.matcher(text).results().map(MatchResult::group);
  }

  /**
   * How many words a text has, about: {@link #runs}, but each letter of a script that writes words
   * without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) is counted as one.
   */
  public static int count(String text) {
    int words = 0;
    boolean run = false;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      boolean alone = WITHOUT_SPACES.contains(Character.UnicodeScript.of(point));
      boolean letter = Character.isLetter(point) || isNumber(point);
      words += letter && (alone || !run) ? 1 : 0;
      run = letter && !alone;
    }
    return words;
  }

  private static boolean isNumber(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /** What a constant is called in a sentence: {@code cut by budget}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
