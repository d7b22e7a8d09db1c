package dev.ragwright.route;

import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.text.Words;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Cheap numbers of a question and what was found for it, from which a {@link RouteModel} guesses
 * how hard it is. They know no language: words are compared as they stand, in lower case.
 *
 * @param values in the order of {@link #names()}; finite; unmodifiable
 */
public record RouteFeatures(List<Double> values) {
  private static final double MOST = 1e9; // a score may be infinite, a feature not
  private static final List<String> NAMES =
      List.of(
          "questionWords",
          "evidence",
          "tokens",
          "bestScore",
          "gap",
          "spread",
          "coverage",
          "bestCoverage");

  /** Copies the values. */
  public RouteFeatures {
    values = List.copyOf(values);
    if (values.size() != NAMES.size() || !values.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "%s finite numbers are needed, were %s".formatted(NAMES, values));
    }
  }

  /**
   * What they are called, in their order: how many words the question has; how many pieces of
   * evidence and tokens the context has; the best score, what it is above the second and above the
   * last; the share of the question's words, each once, that stand in the evidence, and in the one
   * that has most. Unmodifiable.
   */
  public static List<String> names() {
    return NAMES;
  }

  /** The numbers of a request; 0 where there is nothing to count or compare. */
  public static RouteFeatures of(GenerationRequest request) {
    Context context = request.context();
    List<String> asked = Words.of(request.question().text()).toList();
    Set<String> words = Set.copyOf(asked);
    double[] scores =
        context.evidence().stream()
            .mapToDouble(evidence -> Math.clamp(evidence.score(), -MOST, MOST))
            .sorted()
            .toArray();
    int n = scores.length;
    double best = n == 0 ? 0 : scores[n - 1];
    List<Set<String>> found =
        context.evidence().stream().map(evidence -> shared(words, evidence)).toList();
    Set<String> all = found.stream().flatMap(Set::stream).collect(Collectors.toSet());
    int most = found.stream().mapToInt(Set::size).max().orElse(0);
    int size = Math.max(1, words.size());
    return new RouteFeatures(
        List.of(
            (double) asked.size(),
            (double) n,
            (double) context.tokens(),
            best,
            n < 2 ? 0 : best - scores[n - 2],
            n < 2 ? 0 : best - scores[0],
            (double) all.size() / size,
            (double) most / size));
  }

  private static Set<String> shared(Set<String> words, Evidence evidence) {
    return Words.of(evidence.passage().text()).filter(words::contains).collect(Collectors.toSet());
  }
}
