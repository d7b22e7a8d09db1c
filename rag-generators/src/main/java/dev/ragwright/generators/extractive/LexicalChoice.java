package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the sentences that together have most of the question's words: first the one with the
 * greatest coverage, then whichever adds most, while that is at least half the minimum: a sentence
 * that shares one common word with the question is no part of an answer. A word weighs {@code ln(1
 * + (n - d + 0.5) / (d + 0.5))}, the inverse document frequency of Robertson and Spärck Jones as
 * Lucene's BM25 has it, over the n sentences of the context of which d have the word; so a word of
 * the question that no sentence has weighs most, and pulls coverage down.
 */
record LexicalChoice(double minimum) implements SentenceChoice {
  private static final double NEARBY = 0.5;

  @Override
  public Chosen choose(String question, List<Sentence> sentences, int most, CallContext context) {
    Set<String> asked = Terms.ofQuestion(question);
    List<Set<String>> own = new ArrayList<>(); // (sentence) the question's words in it
    Map<String, Set<String>> nearby = new HashMap<>(); // by passage: in it and its headings
    for (Sentence sentence : sentences) {
      context.throwIfStopped();
      own.add(common(asked, sentence.text()));
      nearby
          .computeIfAbsent(
              sentence.passage().id(),
              id -> common(asked, String.join(" ", sentence.passage().headings())))
          .addAll(own.getLast());
    }
    Map<String, Double> weights = weights(asked, own);
    double all = total(asked, weights);
    List<Sentence> chosen = new ArrayList<>();
    Set<String> covered = new HashSet<>();
    double fit = 0;
    while (chosen.size() < most) {
      int best = -1;
      double bestGain = 0;
      for (int i = 0; i < sentences.size(); i++) {
        Set<String> added = new LinkedHashSet<>(own.get(i));
        added.removeAll(covered);
        double gain = total(added, weights);
        if (chosen.isEmpty()) {
          Set<String> around =
              new LinkedHashSet<>(nearby.getOrDefault(sentences.get(i).passage().id(), Set.of()));
          around.removeAll(own.get(i));
          gain += NEARBY * total(around, weights);
        }
        if (gain > bestGain) {
          best = i;
          bestGain = gain;
        }
      }
      if (best < 0 || (!chosen.isEmpty() && bestGain < all * minimum / 2)) {
        break;
      }
      fit = chosen.isEmpty() ? bestGain / all : fit;
      chosen.add(sentences.get(best));
      covered.addAll(own.get(best));
    }
    if (chosen.isEmpty()) {
      chosen.add(sentences.getFirst());
    }
    return new Chosen(chosen, fit, Usage.none());
  }

  private static Set<String> common(Set<String> asked, String text) {
    Set<String> common = new LinkedHashSet<>(Terms.of(text));
    common.retainAll(asked);
    return common;
  }

  private static Map<String, Double> weights(Set<String> asked, List<Set<String>> own) {
    Map<String, Double> weights = new HashMap<>();
    for (String term : asked) {
      long having = own.stream().filter(words -> words.contains(term)).count();
      weights.put(term, StrictMath.log1p((own.size() - having + 0.5) / (having + 0.5)));
    }
    return weights;
  }

  private static double total(Set<String> terms, Map<String, Double> weights) {
    return terms.stream().mapToDouble(term -> weights.getOrDefault(term, 0.0)).sum();
  }

  @Override
  public String measure() {
    return "coverage";
  }

  @Override
  public List<StageDescription> parts() {
    return List.of();
  }
}
