package dev.ragwright.generators.extractive;

import dev.ragwright.text.Words;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The words of texts for comparison.
 *
 * @param name what they are called in a description
 * @param ofText the words of a text, in the order in which they stand
 * @param ofQuestion those of a question that say what it is about
 */
record Terms(
    String name,
    Function<String, Collection<String>> ofText,
    Function<String, Collection<String>> ofQuestion) {

  /**
   * In lower case, without English plural endings by the S-stemmer of Harman, "How Effective Is
   * Suffixing?" (JASIS 42, 1991), ideographs one by one; questions without English function words
   * unless there are no others. Enough to compare a question with sentences without a search
   * library beneath.
   */
  static final Terms ENGLISH = new Terms("en", Terms::english, Terms::englishQuestion);

  private static final Set<String> STOP =
      Set.of(
          ("a about after all also am an and any are as at be because been before being both but by "
                  + "can could did do does doing for from had happen happens has have having he her him his how i "
                  + "if in into is it its itself just many may me might more most much my no nor not of "
                  + "often on one only or other our out over please she should so some such tell than "
                  + "that the their them then there these they this those through to too under up "
                  + "us very was we were what when where which while who whom whose why will with "
                  + "would you your")
              .split(" "));

  /** The distinct words, in the order in which they first stand. */
  Set<String> of(String text) {
    return new LinkedHashSet<>(ofText.apply(text));
  }

  /** The distinct words of a question, in the order in which they first stand. */
  Set<String> question(String text) {
    return new LinkedHashSet<>(ofQuestion.apply(text));
  }

  private static Collection<String> english(String text) {
    return Words.of(text).map(Terms::stem).toList();
  }

  private static Collection<String> englishQuestion(String text) {
    Set<String> content =
        Words.of(text)
            .filter(word -> !STOP.contains(word))
            .map(Terms::stem)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return content.isEmpty() ? english(text) : content;
  }

  private static String stem(String word) {
    if (word.length() > 3 && word.endsWith("ies") && !endsIn(word, "eies", "aies")) {
      return word.substring(0, word.length() - 3) + "y";
    }
    if (word.length() > 3 && word.endsWith("es") && !endsIn(word, "aes", "ees", "oes")) {
      return word.substring(0, word.length() - 1);
    }
    if (word.length() > 3 && word.endsWith("s") && !endsIn(word, "us", "ss")) {
      return word.substring(0, word.length() - 1);
    }
    return word;
  }

  private static boolean endsIn(String word, String... endings) {
    for (String ending : endings) {
      if (word.endsWith(ending)) {
        return true;
      }
    }
    return false;
  }
}
