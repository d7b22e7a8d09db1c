package dev.ragwright.route;

import dev.ragwright.call.StageDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was learnt of when a cheaper generator suffices: for each generator but the dearest a
 * logistic regression over {@link RouteFeatures}, and what it was learnt for. {@code RouteLearning}
 * of rag-eval learns one, and {@code RouteModelFile} keeps it as JSON.
 *
 * @param generators the cheapest first, two or more
 * @param before what the pipeline was that made the contexts, as {@link #before(StageDescription)}
 *     has it
 * @param learntOn the questions that it was learnt from, such as {@code nq-gold/test[choosing,
 *     share 0.5, seed 1]}
 * @param questions how many these were
 * @param penalty of the weights' squares, halved; above 0
 * @param features the names of what it reads
 * @param means of each feature, over the questions
 * @param deviations of each, above 0
 * @param weights for each generator but the last: that of each feature, less its mean and divided
 *     by its deviation, and then the constant
 */
public record RouteModel(
    List<Target> generators,
    String before,
    String learntOn,
    int questions,
    double penalty,
    List<String> features,
    List<Double> means,
    List<Double> deviations,
    List<List<Double>> weights) {

  /**
   * A generator.
   *
   * @param name the router's name for it
   * @param description what it was, as {@code StageDescription} writes it {@linkplain
   *     StageDescription#withoutContent without content}
   */
  public record Target(String name, String description) {}

  /** Copies the lists, and refuses numbers that do not fit each other. */
  public RouteModel {
    generators = List.copyOf(generators);
    features = List.copyOf(features);
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
    weights = weights.stream().map(List::copyOf).toList();
    int n = features.size();
    boolean fits =
        means.size() == n
            && deviations.size() == n
            && generators.size() >= 2
            && weights.size() == generators.size() - 1
            && weights.stream().allMatch(row -> row.size() == n + 1);
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a model of %d generators and %d features has as many means and deviations, and"
                  + " weights for each generator but the last, one more than features; had %d, %d and"
                  + " %s",
              generators.size(),
              n,
              means.size(),
              deviations.size(),
              weights.stream().map(List::size).toList()));
    }
    List<Double> all = new ArrayList<>(means);
    weights.forEach(all::addAll);
    if (!all.stream().allMatch(Double::isFinite)
        || !deviations.stream().allMatch(value -> value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "means and weights must be finite, and deviations above 0, were %s, %s and %s"
              .formatted(means, weights, deviations));
    }
  }

  /**
   * What a pipeline is up to its generator, from what the pipeline is: its settings. What an index
   * contains is not in it, so that a model stays in use while documents come and go; after so great
   * a change that other questions have become hard, learn one anew.
   */
  public static String before(StageDescription pipeline) {
    return new StageDescription(
            pipeline.kind(),
            pipeline.name(),
            pipeline.parameters(),
            pipeline.parts().stream().filter(part -> !part.kind().equals("generator")).toList(),
            pipeline.opaque())
        .withoutContent()
        .toString();
  }

  /**
   * How likely it is, from 0 to 1, that a generator answers no worse than the dearer ones.
   *
   * @param generator its place, from 0; not the last
   */
  public double suffices(int generator, RouteFeatures found) {
    List<Double> row = weights.get(generator);
    double sum = row.getLast();
    for (int i = 0; i < means.size(); i++) {
      sum += row.get(i) * (found.values().get(i) - means.get(i)) / deviations.get(i);
    }
    return 1 / (1 + StrictMath.exp(-sum));
  }
}
