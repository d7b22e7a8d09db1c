package dev.ragwright.generate;

import dev.ragwright.document.SentenceSpan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes citations of the numbers in a text, by the rules of {@link CitedText}. */
final class Citing {
  private static final Pattern WORD =
      Pattern.compile("\\p{IsIdeographic}|[\\p{L}\\p{M}\\p{N}&&[^\\p{IsIdeographic}]]+");

  private final String text;
  private final Context context;
  private final List<SentenceSpan> sentences;
  private final List<Citation> citations = new ArrayList<>();
  private int refused;

  Citing(String text, Context context) {
    this.text = text;
    this.context = context;
    this.sentences = SentenceSpan.of(text);
  }

  List<Citation> citations() {
    return citations;
  }

  int refused() {
    return refused;
  }

  void cite(int number, int place, boolean leads) {
    if (number < 1 || number > context.evidence().size() || sentences.isEmpty()) {
      refused++;
      return;
    }
    SentenceSpan said = leads ? after(place) : before(place);
    Evidence evidence = context.evidence().get(number - 1);
    Set<String> words = words(text.substring(said.start(), said.end()));
    double all = letters(words);
    SentenceSpan best = null;
    double most = 0;
    String passage = evidence.passage().text();
    for (SentenceSpan sentence : SentenceSpan.of(passage)) {
      Set<String> common = words(passage.substring(sentence.start(), sentence.end()));
      common.retainAll(words);
      double share = letters(common) / all;
      if (share > most) {
        best = sentence;
        most = share;
      }
    }
    if (best == null || most < CitedText.FLOOR) {
      refused++;
      return;
    }
    int offset = evidence.passage().start();
    Citation citation =
        evidence.cite(offset + best.start(), offset + best.end(), said.start(), said.end());
    if (!citations.contains(citation)) {
      citations.add(citation);
    }
  }

  private SentenceSpan before(int place) {
    return sentences.reversed().stream()
        .filter(sentence -> sentence.start() < place)
        .findFirst()
        .orElse(sentences.getFirst());
  }

  private SentenceSpan after(int place) {
    return sentences.stream()
        .filter(sentence -> sentence.start() >= place)
        .findFirst()
        .orElse(sentences.getLast());
  }

  private static Set<String> words(String text) {
    return WORD.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static double letters(Set<String> words) {
    return words.stream().mapToInt(word -> word.codePointCount(0, word.length())).sum();
  }
}
