package dev.ragwright.testkit;

import java.util.List;
import java.util.Locale;

/** What the fakes take for words: runs of letters and digits, in lower case. */
final class Words {
  private Words() {}

  static List<String> of(String text) {
    return dev.ragwright.text.Words.runs(text.toLowerCase(Locale.ROOT)).toList();
  }
}
