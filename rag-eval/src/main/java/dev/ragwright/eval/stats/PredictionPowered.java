package dev.ragwright.eval.stats;

/**
 * Prediction-powered inference (Angelopoulos et al., Science 382, 2023; for RAG: ARES, Saad-Falcon
 * et al., NAACL 2024): an estimate of what people would have said of many cases, from a judge's
 * labels of all of them and people's labels of a few. The judge may be biased: the few cases say by
 * how much, and its errors widen the interval.
 */
public final class PredictionPowered {
  private PredictionPowered() {}

  /**
   * Returns the mean of the judge over the cases without human labels, minus its mean error over
   * those with; its normal interval has the variance of both means, {@code s²(judge) / N + s²(judge
   * - human) / n}, over {@code N - 1} and {@code n - 1}. The interval is not cut to the scale of
   * the labels, and with fewer than about 30 human labels it is too narrow.
   *
   * @param judgeAlone the judge on the cases without human labels, at least two
   * @param judge the judge on the cases with human labels, at least two; others than those above,
   *     drawn at random from the same
   * @param human people on the same cases, in the same order
   * @param level such as 0.95
   * @throws IllegalArgumentException if there are too few, or not as many of the judge as of people
   */
  public static Estimate mean(double[] judgeAlone, double[] judge, double[] human, double level) {
    Checks.level(level);
    Checks.sameLength("judge", judge.length, "human", human.length);
    Checks.finite("judgeAlone", judgeAlone, 2);
    Checks.finite("judge", judge, 2);
    Checks.finite("human", human, 2);
    double[] errors = new double[judge.length];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = judge[i] - human[i];
    }
    double value = Numbers.mean(judgeAlone) - Numbers.mean(errors);
    double error =
        Math.sqrt(
            Numbers.variance(judgeAlone) / judgeAlone.length
                + Numbers.variance(errors) / errors.length);
    double half = Numbers.twoSidedZ(level) * error;
    return new Estimate(value, new Interval(value - half, value + half, level));
  }
}
