package dev.ragwright.eval.route;

import dev.ragwright.route.RouteFeatures;
import dev.ragwright.route.RouteModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Learns a {@link RouteModel}: for each generator but the last, a logistic regression of whether
 * its own answer is no worse than those of all dearer ones. Features are standardised (mean 0,
 * deviation 1 over the questions); the weights' squares are penalised, the constant is not. Nothing
 * in it is random: the same answers give the same model, bit for bit.
 */
public final class RouteLearning {
  private RouteLearning() {}

  /** Learns with a penalty of 1, as scikit-learn's {@code LogisticRegression} has it. */
  public static RouteModel of(RouteTrial trial) {
    return of(trial, 1);
  }

  /**
   * Learns from what generators made of questions.
   *
   * @param trial of the part of a set for choosing; what is judged on it is judged on what it knows
   * @param penalty above 0; the higher, the less single features count
   * @throws IllegalArgumentException if the penalty is not above 0 or infinite, or if for a
   *     generator all questions say the same, so that there is nothing to tell apart
   */
  public static RouteModel of(RouteTrial trial, double penalty) {
    if (!(penalty > 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("penalty must be above 0 and finite, was " + penalty);
    }
    List<RouteFeatures> features = trial.features();
    int cases = features.size();
    int n = RouteFeatures.names().size();
    double[] means = new double[n];
    double[] deviations = new double[n];
    double[][] standard = new double[cases][n];
    for (int j = 0; j < n; j++) {
      int feature = j;
      double[] column =
          features.stream().mapToDouble(found -> found.values().get(feature)).toArray();
      means[j] = Arrays.stream(column).sum() / cases;
      double squares = 0;
      for (double value : column) {
        squares += (value - means[j]) * (value - means[j]);
      }
      double deviation = Math.sqrt(squares / cases);
      deviations[j] = deviation > 1e-12 * Math.max(1, Math.abs(means[j])) ? deviation : 1;
      for (int i = 0; i < cases; i++) {
        standard[i][j] = (column[i] - means[j]) / deviations[j];
      }
    }
    List<List<Double>> weights = new ArrayList<>();
    int last = trial.generators().size() - 1;
    for (int g = 0; g < last; g++) {
      weights.add(boxed(Logistic.fit(standard, suffices(trial, g), penalty)));
    }
    return new RouteModel(
        trial.targets(),
        trial.before(),
        trial.name(),
        cases,
        penalty,
        RouteFeatures.names(),
        boxed(means),
        boxed(deviations),
        weights);
  }

  /**
   * Whether the generator's own answer is no worse than all behind it: a cheaper one's is not it.
   */
  private static boolean[] suffices(RouteTrial trial, int generator) {
    List<String> names = trial.generators();
    double[] own = trial.alone(names.get(generator)).quality();
    boolean[] labels = new boolean[own.length];
    Arrays.fill(labels, true);
    for (String dearer : names.subList(generator + 1, names.size())) {
      double[] quality = trial.alone(dearer).quality();
      for (int i = 0; i < labels.length; i++) {
        labels[i] &= own[i] >= quality[i];
      }
    }
    int yes = 0;
    for (boolean label : labels) {
      yes += label ? 1 : 0;
    }
    if (yes == 0 || yes == labels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "nothing tells the questions of %s apart: \"%s\" answers no worse than the dearer ones"
                  + " on %s of %d; use one generator for all, or judge more questions",
              trial.name(),
              names.get(generator),
              yes == 0 ? "none" : "all",
              labels.length));
    }
    return labels;
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
