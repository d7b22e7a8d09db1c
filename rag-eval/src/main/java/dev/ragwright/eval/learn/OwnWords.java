package dev.ragwright.eval.learn;

import dev.ragwright.document.Passage;
import dev.ragwright.markdown.SentenceSpan;
import dev.ragwright.text.Sampling;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a passage might be asked for, in its own words. */
final class OwnWords {
  private static final int FORMS = 3;
  private static final int KEYWORDS = 5;
  private static final int SHORT = 3; // letters of a word that says little

  private final Map<String, Integer> documents = new HashMap<>(); // that have a word
  private final int all;
  private final long seed;

  OwnWords(Collection<Passage> passages, long seed) {
    for (Passage passage : passages) {
      for (String word : new HashSet<>(SyntheticQuestions.words(passage.text()))) {
        documents.merge(word, 1, Integer::sum);
      }
    }
    this.all = passages.size();
    this.seed = seed;
  }

  /** One line; empty if nothing has enough words. */
  String of(Passage passage) {
    int first = (int) (FORMS * Sampling.fraction("form " + passage.id(), seed));
    for (int i = 0; i < FORMS; i++) {
      String text =
          switch ((first + i) % FORMS) {
            case 0 -> passage.headings().isEmpty() ? "" : passage.headings().getLast();
            case 1 -> firstSentence(passage.text());
            default -> keywords(passage.text());
          };
      List<String> words = SyntheticQuestions.words(text);
      if (words.size() >= SyntheticQuestions.LEAST_WORDS) {
        return words.size() > SyntheticQuestions.MOST_WORDS
            ? String.join(" ", words.subList(0, SyntheticQuestions.MOST_WORDS))
            : text.replaceAll("\\s+", " ").strip();
      }
    }
    return "";
  }

  private static String firstSentence(String text) {
    List<SentenceSpan> sentences = SentenceSpan.of(text);
    return sentences.isEmpty()
        ? ""
        : text.substring(sentences.getFirst().start(), sentences.getFirst().end());
  }

  /** In the order of the text. */
  private String keywords(String text) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (String word : SyntheticQuestions.words(text)) {
      if (word.length() > SHORT) {
        counts.merge(word, 1, Integer::sum);
      }
    }
    List<String> best =
        counts.entrySet().stream()
            .sorted(
                Comparator.comparingDouble(
                        (Map.Entry<String, Integer> word) -> -word.getValue() * idf(word.getKey()))
                    .thenComparing(Map.Entry::getKey))
            .limit(KEYWORDS)
            .map(Map.Entry::getKey)
            .toList();
    return String.join(" ", counts.keySet().stream().filter(best::contains).toList());
  }

  private double idf(String word) {
    return StrictMath.log((double) all / documents.getOrDefault(word, 1));
  }
}
