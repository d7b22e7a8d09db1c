package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of a question's words each sentence has, and what they weigh. A word weighs {@code ln(1 +
 * (n - d + 0.5) / (d + 0.5))}, the inverse document frequency of Robertson and Spärck Jones as
 * Lucene's BM25 has it, over the n sentences of the context of which d have the word; so a word of
 * the question that no sentence has weighs most, and pulls coverage down.
 */
final class Coverage {
  private final List<Set<String>> own = new ArrayList<>(); // by sentence
  private final List<Set<String>> nearby = new ArrayList<>(); // by sentence
  private final Map<String, Double> weights = new HashMap<>();
  private final double all;

  Coverage(Terms terms, String question, List<Sentence> sentences, CallContext context) {
    Set<String> asked = terms.question(question);
    Map<String, Set<String>> passages = new HashMap<>(); // by id: in it and its headings
    for (Sentence sentence : sentences) {
      context.throwIfStopped();
      own.add(common(asked, terms.of(sentence.text())));
      passages
          .computeIfAbsent(
              sentence.passage().id(),
              id -> common(asked, terms.of(String.join(" ", sentence.passage().headings()))))
          .addAll(own.getLast());
    }
    for (int i = 0; i < sentences.size(); i++) {
      Set<String> around =
          new LinkedHashSet<>(passages.getOrDefault(sentences.get(i).passage().id(), Set.of()));
      around.removeAll(own.get(i));
      nearby.add(around);
    }
    for (String term : asked) {
      long having = own.stream().filter(words -> words.contains(term)).count();
      weights.put(term, StrictMath.log1p((own.size() - having + 0.5) / (having + 0.5)));
    }
    all = weigh(asked);
  }

  private static Set<String> common(Set<String> asked, Set<String> words) {
    Set<String> common = new LinkedHashSet<>(words);
    common.retainAll(asked);
    return common;
  }

  /** The question's words in a sentence; not to be changed. */
  Set<String> own(int sentence) {
    return own.get(sentence);
  }

  /** Those that only its headings or the rest of its passage have; not to be changed. */
  Set<String> nearby(int sentence) {
    return nearby.get(sentence);
  }

  /** What the words of all the question weigh. */
  double all() {
    return all;
  }

  /** What some of the question's words weigh. */
  double weigh(Set<String> terms) {
    return terms.stream().mapToDouble(term -> weights.getOrDefault(term, 0.0)).sum();
  }

  /** The same as a share of all, in [0, 1]; 0 where the question has no words. */
  double share(Set<String> terms) {
    return all > 0 ? weigh(terms) / all : 0;
  }
}
