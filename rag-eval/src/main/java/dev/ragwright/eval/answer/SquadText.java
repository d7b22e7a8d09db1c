package dev.ragwright.eval.answer;

import java.util.List;

/**
 * {@code normalize_answer} of the SQuAD evaluation scripts: lower case, without ASCII punctuation,
 * without English articles, with single spaces.
 */
final class SquadText {
  private static final List<String> ARTICLES = List.of("a", "an", "the");

  private SquadText() {}

  static List<String> tokens(String text) {
    return PythonText.split(withoutArticles(withoutPunctuation(PythonText.lower(text))));
  }

  static String normalized(String text) {
    return String.join(" ", tokens(text));
  }

  private static String withoutPunctuation(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (!PythonText.isPunctuation(text.charAt(i))) {
        kept.append(text.charAt(i));
      }
    }
    return kept.toString();
  }

  /** {@code re.sub(r'\b(a|an|the)\b', ' ', text)}. */
  private static String withoutArticles(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      int article = inWord ? 0 : articleAt(text, i);
      if (article > 0) {
        kept.append(' ');
        i += article;
        inWord = true;
      } else {
        kept.appendCodePoint(character);
        i += Character.charCount(character);
        inWord = PythonText.isWord(character);
      }
    }
    return kept.toString();
  }

  /** The length of the article that begins here and ends with a word's end; 0 if there is none. */
  private static int articleAt(String text, int start) {
    for (String article : ARTICLES) {
      int end = start + article.length();
      if (text.startsWith(article, start)
          && (end == text.length() || !PythonText.isWord(text.codePointAt(end)))) {
        return article.length();
      }
    }
    return 0;
  }
}
