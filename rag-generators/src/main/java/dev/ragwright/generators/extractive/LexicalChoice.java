package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses the sentences that together have most of the question's words: first the one with the
 * greatest {@linkplain Coverage coverage}, then whichever adds most, while that is at least half
 * the minimum: a sentence that shares one common word with the question is no part of an answer.
 */
record LexicalChoice(double minimum) implements SentenceChoice {
  private static final double NEARBY = 0.5;

  @Override
  public Chosen choose(
      String question, List<Sentence> sentences, int most, Terms terms, CallContext context) {
    Coverage coverage = new Coverage(terms, question, sentences, context);
    List<Sentence> chosen = new ArrayList<>();
    Set<String> covered = new HashSet<>();
    double fit = 0;
    while (chosen.size() < most) {
      int best = -1;
      double bestGain = 0;
      for (int i = 0; i < sentences.size(); i++) {
        Set<String> added = new LinkedHashSet<>(coverage.own(i));
        added.removeAll(covered);
        double gain = coverage.weigh(added);
        if (chosen.isEmpty()) {
          gain += NEARBY * coverage.weigh(coverage.nearby(i));
        }
        if (gain > bestGain) {
          best = i;
          bestGain = gain;
        }
      }
      if (best < 0 || (!chosen.isEmpty() && bestGain < coverage.all() * minimum / 2)) {
        break;
      }
      fit = chosen.isEmpty() ? bestGain / coverage.all() : fit;
      chosen.add(sentences.get(best));
      covered.addAll(coverage.own(best));
    }
    if (chosen.isEmpty()) {
      chosen.add(sentences.getFirst());
    }
    return new Chosen(chosen, fit, Usage.none());
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
