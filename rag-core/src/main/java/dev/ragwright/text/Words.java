package dev.ragwright.text;

import java.util.Locale;
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

  private Words() {}

  /** The words to compare, in lower case. */
  public static Stream<String> of(String text) {
    return WORDS.matcher(text.toLowerCase(Locale.ROOT)).results().map(MatchResult::group);
  }

  /** Letters and numbers in a row, as they stand. */
  public static Stream<String> runs(String text) {
    return RUNS.matcher(text).results().map(MatchResult::group);
  }

  /** What a constant is called in a sentence: {@code cut by budget}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
