package dev.ragwright.generate;

import dev.ragwright.markdown.SentenceSpan;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes citations of the numbers in a text, by the rules of {@link CitedText}. */
final class Citing {
  private final String text;
  private final Context context;
  private final List<SentenceSpan> sentences; // of the text, in its order; at least one
  private final Map<Integer, Sentences> evidence = new HashMap<>(); // by number
  private final Map<Said, Citation> citations = new LinkedHashMap<>();
  private int reached; // the sentence of the last place that was cited behind

  /** A sentence of the text and the number that it cites. */
  private record Said(int sentence, int number) {}

  /** The sentences of a passage, and in which of them each word stands. */
  private record Sentences(List<SentenceSpan> spans, Map<String, List<Integer>> having) {
    static Sentences of(String passage) {
      List<SentenceSpan> spans = SentenceSpan.of(passage);
      Map<String, List<Integer>> having = new HashMap<>();
      for (int i = 0; i < spans.size(); i++) {
        int place = i;
        Words.of(passage.substring(spans.get(i).start(), spans.get(i).end()))
            .distinct()
            .forEach(word -> having.computeIfAbsent(word, any -> new ArrayList<>()).add(place));
      }
      return new Sentences(spans, having);
    }
  }

  Citing(String text, Context context) {
    this.text = text;
    this.context = context;
    List<SentenceSpan> found = SentenceSpan.of(text);
    this.sentences = found.isEmpty() ? List.of(new SentenceSpan(0, text.length())) : found;
  }

  /** In the order in which they were made, each once; unmodifiable. */
  List<Citation> citations() {
    return citations.values().stream().distinct().toList();
  }

  /** Cites a passage at a place that is not before the last one. */
  void cite(int number, int place, boolean leads) {
    while (reached + 1 < sentences.size() && sentences.get(reached + 1).start() < place) {
      reached++;
    }
    int following = sentences.get(reached).start() >= place ? reached : reached + 1;
    int sentence = leads ? Math.min(following, sentences.size() - 1) : reached;
    citations.computeIfAbsent(new Said(sentence, number), this::citation);
  }

  private Citation citation(Said said) {
    SentenceSpan place = sentences.get(said.sentence);
    Evidence cited = context.evidence().get(said.number - 1);
    Sentences all =
        evidence.computeIfAbsent(said.number, any -> Sentences.of(cited.passage().text()));
    Set<String> words =
        Words.of(text.substring(place.start(), place.end())).collect(Collectors.toSet());
    int[] shared = new int[all.spans.size()];
    for (String word : words) {
      all.having.getOrDefault(word, List.of()).forEach(i -> shared[i] += letters(word));
    }
    int best = 0;
    for (int i = 1; i < shared.length; i++) {
      best = shared[i] > shared[best] ? i : best;
    }
    int letters = words.stream().mapToInt(Citing::letters).sum();
    if (shared.length == 0 || shared[best] == 0 || shared[best] < CitedText.FLOOR * letters) {
      return cited.cite(place.start(), place.end());
    }
    int offset = cited.passage().start();
    SentenceSpan quoted = all.spans.get(best);
    return cited.cite(offset + quoted.start(), offset + quoted.end(), place.start(), place.end());
  }

  private static int letters(String word) {
    return word.codePointCount(0, word.length());
  }
}
