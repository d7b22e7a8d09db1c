package dev.ragwright.eval.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a text for comparison: runs of letters, marks and numbers (ideographs one by one) in
 * lower case, without the English possessive, by Porter's stems. The stop words are the 33 that
 * Lucene's English analysis leaves out, so that the words are those of a BM25 search.
 */
final class Words {
  private static final Pattern WORD =
      Pattern.compile(
          "(?<word>"
              + dev.ragwright.text.Words.WORD
              + ")"
              + "(?:['\u2019]s(?![\\p{L}\\p{M}\\p{N}]))?");
  private static final Set<String> STOP =
      Set.of(
          ("a an and are as at be but by for if in into is it no not of on or such that the their"
                  + " then there these they this to was will with")
              .split(" "));

  private Words() {}

  /** All words, in order, as often as they stand there. */
  static List<String> of(String text) {
    return words(text, false);
  }

  /** The words without stop words, unless there are no others. */
  static List<String> telling(String text) {
    List<String> telling = words(text, true);
    return telling.isEmpty() ? of(text) : telling;
  }

  static int found(List<String> words, Set<String> among) {
    return (int) words.stream().filter(among::contains).count();
  }

  private static List<String> words(String text, boolean withoutStopWords) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(PythonText.lower(text));
    while (matcher.find()) {
      String word = matcher.group("word");
      if (!withoutStopWords || !STOP.contains(word)) {
        words.add(PorterStemmer.stem(word));
      }
    }
    return words;
  }
}
