package dev.ragwright.retrievers.rerank;

import java.util.Locale;

/**
 * Turns a model's score into a probability: {@code 1 / (1 + exp(-(slope * score + intercept)))}.
 * Platt, "Probabilistic Outputs for Support Vector Machines" (1999).
 *
 * @param slope finite; above 0 where a higher score means a more likely one
 * @param intercept finite
 */
public record PlattScaling(double slope, double intercept) {
  private static final int MOST_STEPS = 100;
  private static final double LEAST_STEP = 1e-10;
  private static final double RIDGE = 1e-12; // keeps the Hessian invertible
  private static final double FLAT = 1e-5; // of the gradient

  /** Refuses numbers that are not finite. */
  public PlattScaling {
    if (!Double.isFinite(slope) || !Double.isFinite(intercept)) {
      throw new IllegalArgumentException(
          "slope and intercept must be finite, were " + slope + " and " + intercept);
    }
  }

  /** The sigmoid alone: what a model trained with binary cross entropy means by its logit. */
  public static PlattScaling sigmoid() {
    return new PlattScaling(1, 0);
  }

  /**
   * The scaling under which judged cases are most likely, with Platt's targets in place of 0 and 1
   * against overfitting: {@code (n+ + 1) / (n+ + 2)} and {@code 1 / (n- + 2)}. Found with Newton's
   * method and backtracking, as in Lin, Lin and Weng, "A note on Platt's probabilistic outputs for
   * support vector machines" (Machine Learning 68, 2007). It holds for questions and passages like
   * those that it was fitted to, so fit it on a split that nothing is reported on.
   *
   * @param scores finite
   * @param relevant whether each is of a relevant passage; at least one of both
   * @throws IllegalArgumentException if there is not the same number of both, a score is not
   *     finite, or all cases are judged alike
   */
  public static PlattScaling fit(double[] scores, boolean[] relevant) {
    int positive = check(scores, relevant);
    double high = (positive + 1.0) / (positive + 2.0);
    double low = 1.0 / (scores.length - positive + 2.0);
    double[] targets = new double[scores.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = relevant[i] ? high : low;
    }
    PlattScaling best =
        new PlattScaling(0, StrictMath.log((positive + 1.0) / (scores.length - positive + 1.0)));
    double loss = best.loss(scores, targets);
    for (int step = 0; step < MOST_STEPS; step++) {
      Newton newton = best.newton(scores, targets);
      if (Math.abs(newton.gradientOfSlope) < FLAT && Math.abs(newton.gradientOfIntercept) < FLAT) {
        break;
      }
      double size = 1;
      PlattScaling next = best.moved(newton, size);
      double lower = next.loss(scores, targets);
      while (lower >= loss + 1e-4 * size * newton.descent && size >= LEAST_STEP) {
        size /= 2;
        next = best.moved(newton, size);
        lower = next.loss(scores, targets);
      }
      if (size < LEAST_STEP) {
        break;
      }
      best = next;
      loss = lower;
    }
    return best;
  }

  private static int check(double[] scores, boolean[] relevant) {
    if (scores.length != relevant.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "as many judgments as scores are needed, were %d and %d",
              relevant.length,
              scores.length));
    }
    int positive = 0;
    for (int i = 0; i < scores.length; i++) {
      if (!Double.isFinite(scores[i])) {
        throw new IllegalArgumentException("score " + i + " is not finite: " + scores[i]);
      }
      positive += relevant[i] ? 1 : 0;
    }
    if (positive == 0 || positive == scores.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "relevant and other cases are needed to fit, were %d and %d",
              positive,
              scores.length - positive));
    }
    return positive;
  }

  /** For people, and to tell scores apart: {@code calibrated by 1.25 * score - 0.5}. */
  @Override
  public String toString() {
    return "calibrated by %s * score %s %s"
        .formatted(slope, intercept < 0 ? "-" : "+", Math.abs(intercept));
  }

  /** The probability, from 0 to 1, of what has this score. */
  public double probability(double score) {
    return 1 / (1 + StrictMath.exp(-(slope * score + intercept)));
  }

  /** The negative log likelihood, without overflow. */
  private double loss(double[] scores, double[] targets) {
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      double logit = slope * scores[i] + intercept;
      sum +=
          StrictMath.log1p(StrictMath.exp(-Math.abs(logit)))
              + Math.max(logit, 0)
              - targets[i] * logit;
    }
    return sum;
  }

  /**
   * A step downhill.
   *
   * @param descent how fast the loss falls along it, negative
   */
  private record Newton(
      double gradientOfSlope,
      double gradientOfIntercept,
      double stepOfSlope,
      double stepOfIntercept,
      double descent) {}

  private Newton newton(double[] scores, double[] targets) {
    double g1 = 0;
    double g2 = 0;
    double h11 = RIDGE;
    double h22 = RIDGE;
    double h12 = 0;
    for (int i = 0; i < scores.length; i++) {
      double p = probability(scores[i]);
      double error = p - targets[i];
      double weight = p * (1 - p);
      g1 += scores[i] * error;
      g2 += error;
      h11 += scores[i] * scores[i] * weight;
      h22 += weight;
      h12 += scores[i] * weight;
    }
    double determinant = h11 * h22 - h12 * h12;
    double d1 = -(h22 * g1 - h12 * g2) / determinant;
    double d2 = -(h11 * g2 - h12 * g1) / determinant;
    return new Newton(g1, g2, d1, d2, g1 * d1 + g2 * d2);
  }

  private PlattScaling moved(Newton newton, double size) {
    return new PlattScaling(
        slope + size * newton.stepOfSlope, intercept + size * newton.stepOfIntercept);
  }
}
