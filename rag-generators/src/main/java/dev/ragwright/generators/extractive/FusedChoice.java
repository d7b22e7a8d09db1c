package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Chooses by what words and vectors say together. A sentence's evidence is its {@linkplain Coverage
 * coverage}, with words of its headings and passage at a quarter, and its similarity: the cosine of
 * the question's vector and that of the sentence under its headings, less the mean of those of this
 * context, as a share of what is left up to 1. So models whose cosines lie elsewhere are weighed
 * alike, and each sentence is embedded once.
 *
 * <p>The best sentence comes first, then whichever has most, while that is enough in comparison.
 * What follows a chosen sentence in its paragraph has a part of that sentence's evidence besides
 * its own, for there stands what "the default" is the default of; the list that a colon announces,
 * and code below it, has all of it. Titles and questions are no answers.
 *
 * <p>Only the sentences with the most of the question's words are embedded, so that a question
 * costs as much however long the context is.
 */
record FusedChoice(Embedder embedder, double minimum) implements SentenceChoice {
  /**
   * What a context of fewer sentences is compared with besides. Any would do that fit no question.
   */
  private static final List<String> OTHERS =
      List.of(
          "The train to the coast leaves at noon.",
          "She has painted her kitchen yellow.",
          "Two goats stood on the roof.",
          "Add the flour and stir until it is smooth.",
          "The match ended without a goal.",
          "His violin needs new strings.",
          "Snow fell in the valley all night.",
          "The museum is closed on Mondays.");

  private static final int EMBEDDED = 32;
  private static final double NEARBY = 0.25;
  private static final double FOLLOWING = 0.3;
  private static final double ENOUGH = 0.5; // of the best one's evidence

  @Override
  public Chosen choose(
      String question, List<Sentence> sentences, int most, Terms terms, CallContext context) {
    List<Sentence> answers = sentences.stream().filter(one -> !one.isTitleOrQuestion()).toList();
    if (answers.isEmpty()) {
      answers = sentences;
    }
    Coverage coverage = new Coverage(terms, question, answers, context);
    double[] evidence = new double[answers.size()];
    for (int i = 0; i < evidence.length; i++) {
      evidence[i] = coverage.share(coverage.own(i)) + NEARBY * coverage.share(coverage.nearby(i));
    }
    Similarities similar = similarities(question, answers, evidence, context);
    similar.values().forEach((i, value) -> evidence[i] += value);

    List<Integer> chosen = new ArrayList<>();
    double[] rest = evidence.clone();
    while (chosen.size() < Math.min(most, rest.length)) {
      int next = best(rest);
      if (!chosen.isEmpty() && rest[next] < ENOUGH * evidence[chosen.getFirst()]) {
        break;
      }
      chosen.add(next);
      if (next + 1 < rest.length) {
        boolean announced = answers.get(next).announces(answers.get(next + 1));
        boolean follows = announced || answers.get(next).isFollowedBy(answers.get(next + 1));
        rest[next + 1] += follows ? (announced ? 1 : FOLLOWING) * Math.max(0, evidence[next]) : 0;
      }
      chosen.forEach(i -> rest[i] = Double.NEGATIVE_INFINITY);
    }
    Set<String> covered = new HashSet<>();
    chosen.forEach(i -> covered.addAll(coverage.own(i)));
    double similarity = similar.values().getOrDefault(chosen.getFirst(), 0.0);
    double fit = (2 * Math.max(0, similarity) + coverage.share(covered)) / 3;
    return new Chosen(chosen.stream().map(answers::get).toList(), fit, similar.usage());
  }

  private static int best(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  /**
   * Similarities of the sentences that were embedded.
   *
   * @param values by sentence, at most 1; 0 is the mean
   */
  private record Similarities(Map<Integer, Double> values, Usage usage) {}

  private Similarities similarities(
      String question, List<Sentence> sentences, double[] words, CallContext context) {
    List<Integer> most =
        IntStream.range(0, words.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -words[i]))
            .limit(EMBEDDED)
            .sorted()
            .toList();
    Embeddings asked = embedder.embed(List.of(question), Embedder.Side.QUERY, context);
    List<String> texts = new ArrayList<>();
    most.forEach(i -> texts.add(sentences.get(i).underHeadings()));
    texts.addAll(OTHERS.subList(Math.min(most.size(), OTHERS.size()), OTHERS.size()));
    Embeddings said = embedder.embed(texts, Embedder.Side.DOCUMENT, context);
    float[] wanted = asked.vectors().getFirst();
    double[] cosines = said.vectors().stream().mapToDouble(v -> cosine(wanted, v)).toArray();
    double mean = Arrays.stream(cosines).average().orElse(0);
    Map<Integer, Double> values = new HashMap<>();
    for (int i = 0; i < most.size(); i++) {
      values.put(most.get(i), mean < 1 ? (cosines[i] - mean) / (1 - mean) : 0);
    }
    return new Similarities(values, asked.usage().plus(said.usage()));
  }

  /** Of vectors of any length, since an embedder's product need not be a cosine. */
  private static double cosine(float[] a, float[] b) {
    double lengths = Math.sqrt(Embeddings.dot(a, a)) * Math.sqrt(Embeddings.dot(b, b));
    return lengths > 0 ? Math.clamp(Embeddings.dot(a, b) / lengths, -1, 1) : 0;
  }

  @Override
  public String measure() {
    return "confidence";
  }

  @Override
  public List<StageDescription> parts() {
    return List.of(embedder.description());
  }
}
