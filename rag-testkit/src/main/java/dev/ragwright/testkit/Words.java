package dev.ragwright.testkit;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the fakes take for words: runs of letters and digits, in lower case. */
final class Words {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  private Words() {}

  static List<String> of(String text) {
    return WORD.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .map(match -> match.group())
        .toList();
  }
}
