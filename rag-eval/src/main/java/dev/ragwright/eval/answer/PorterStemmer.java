package dev.ragwright.eval.answer;

import java.util.Map;

/**
 * Porter's stemmer (Program 14.3, 1980) with the extensions of NLTK's default mode, which the
 * reference for ROUGE uses: some irregular forms, and {@code y} becomes {@code i} after a consonant
 * only. Of the rules of a step the first whose ending fits is the one that counts, whether its
 * condition holds or not.
 */
final class PorterStemmer {
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("innings", "inning"),
          Map.entry("inning", "inning"),
          Map.entry("outings", "outing"),
          Map.entry("outing", "outing"),
          Map.entry("cannings", "canning"),
          Map.entry("canning", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  // Ending and replacement in turns; all of a step under one condition, the measure of what is
  // left.
  private static final String[] STEP_2 = {
    "ational", "ate", "tional", "tion", "enci", "ence", "anci", "ance", "izer", "ize", "bli", "ble",
    "alli", "al", "entli", "ent", "eli", "e", "ousli", "ous", "ization", "ize", "ation", "ate",
    "ator", "ate", "alism", "al", "iveness", "ive", "fulness", "ful", "ousness", "ous", "aliti",
    "al", "iviti", "ive", "biliti", "ble", "fulli", "ful"
  };
  private static final String[] STEP_3 = {
    "icate", "ic", "ative", "", "alize", "al", "iciti", "ic", "ical", "ic", "ful", "", "ness", ""
  };
  private static final String[] STEP_4 = {
    "al", "", "ance", "", "ence", "", "er", "", "ic", "", "able", "", "ible", "", "ant", "",
    "ement", "", "ment", "", "ent", "", "ion", "", "ou", "", "ism", "", "ate", "", "iti", "", "ous",
    "", "ive", "", "ize", ""
  };

  private PorterStemmer() {}

  /** The stem of a word in lower case. */
  static String stem(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (word.codePointCount(0, word.length()) <= 2) {
      return word;
    }
    return step5(step4(apply(STEP_3, step2(step1c(step1b(step1a(word)))))));
  }

  private static String step1a(String word) {
    if (word.endsWith("ies")) {
      return cut(word, length(word) == 4 ? 1 : 2);
    }
    if (word.endsWith("sses")) {
      return cut(word, 2);
    }
    return word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
  }

  private static String step1b(String word) {
    if (word.endsWith("ied")) {
      return cut(word, length(word) == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    String left;
    if (word.endsWith("ed") && hasVowel(cut(word, 2))) {
      left = cut(word, 2);
    } else if (word.endsWith("ing") && hasVowel(cut(word, 3))) {
      left = cut(word, 3);
    } else {
      return word;
    }
    if (left.endsWith("at") || left.endsWith("bl") || left.endsWith("iz")) {
      return left + "e";
    }
    if (endsInDoubleConsonant(left)) {
      return endsInAny(left, "lsz") ? left : cut(left, 1);
    }
    return measure(left) == 1 && endsInShortSyllable(left) ? left + "e" : left;
  }

  private static String step1c(String word) {
    return word.endsWith("y") && length(word) > 2 && isConsonant(word, word.length() - 2)
        ? cut(word, 1) + "i"
        : word;
  }

  private static String step2(String word) {
    String current = word;
    while (current.endsWith("alli") && measure(cut(current, 4)) > 0) {
      current = cut(current, 2);
    }
    String stemmed = apply(STEP_2, current);
    // The l of -logi counts with the stem, so that "geologi" is treated as "archaeologi" is.
    return current.endsWith("logi") && measure(cut(current, 3)) > 0 ? cut(current, 1) : stemmed;
  }

  private static String apply(String[] rules, String word) {
    for (int i = 0; i < rules.length; i += 2) {
      if (word.endsWith(rules[i])) {
        String left = cut(word, rules[i].length());
        return measure(left) > 0 ? left + rules[i + 1] : word;
      }
    }
    return word;
  }

  private static String step4(String word) {
    for (int i = 0; i < STEP_4.length; i += 2) {
      String ending = STEP_4[i];
      if (word.endsWith(ending)) {
        String left = cut(word, ending.length());
        boolean falls = measure(left) > 1 && (!ending.equals("ion") || endsInAny(left, "st"));
        return falls ? left : word;
      }
    }
    return word;
  }

  private static String step5(String word) {
    String current = word;
    if (current.endsWith("e")) {
      String left = cut(current, 1);
      int measure = measure(left);
      if (measure > 1 || (measure == 1 && !endsInShortSyllable(left))) {
        current = left;
      }
    }
    return current.endsWith("ll") && measure(cut(current, 1)) > 1 ? cut(current, 1) : current;
  }

  private static String cut(String word, int units) {
    return word.substring(0, word.length() - units);
  }

  private static int length(String word) {
    return word.codePointCount(0, word.length());
  }

  private static boolean endsInAny(String word, String letters) {
    return !word.isEmpty() && letters.indexOf(word.charAt(word.length() - 1)) >= 0;
  }

  /** Anything but a vowel; {@code y} is one unless a consonant stands before it. */
  private static boolean isConsonant(String word, int index) {
    int start = index;
    while (start > 0 && word.charAt(start) == 'y') {
      start--;
    }
    boolean consonant = "aeiou".indexOf(word.charAt(start)) < 0;
    return consonant == ((index - start) % 2 == 0);
  }

  private static boolean hasVowel(String word) {
    boolean consonant = false;
    for (int i = 0; i < word.length(); i++) {
      consonant = word.charAt(i) == 'y' ? !consonant : "aeiou".indexOf(word.charAt(i)) < 0;
      if (!consonant) {
        return true;
      }
    }
    return false;
  }

  /** How often a vowel is followed by a consonant. */
  private static int measure(String word) {
    int measure = 0;
    boolean consonant = false;
    for (int i = 0; i < word.length(); i++) {
      boolean next = word.charAt(i) == 'y' ? !consonant : "aeiou".indexOf(word.charAt(i)) < 0;
      if (i > 0 && next && !consonant) {
        measure++;
      }
      consonant = next;
    }
    return measure;
  }

  private static boolean endsInDoubleConsonant(String word) {
    int last = word.length() - 1;
    return last >= 1 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
  }

  /** A consonant, a vowel and a consonant that is not w, x or y; or a whole word of two such. */
  private static boolean endsInShortSyllable(String word) {
    int last = word.length() - 1;
    if (last == 1) {
      return !isConsonant(word, 0) && isConsonant(word, 1);
    }
    return last >= 2
        && isConsonant(word, last - 2)
        && !isConsonant(word, last - 1)
        && isConsonant(word, last)
        && !endsInAny(word, "wxy");
  }
}
