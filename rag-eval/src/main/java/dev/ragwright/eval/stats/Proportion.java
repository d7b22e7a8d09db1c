package dev.ragwright.eval.stats;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.interval.BinomialConfidenceInterval;

/** Intervals for a share of cases, such as an accuracy. */
public final class Proportion {
  private Proportion() {}

  /**
   * Wilson's score interval (JASA 22, 1927): covers the level on average, also for few cases and
   * shares near 0 and 1.
   *
   * @param successes from 0 to {@code cases}
   * @param cases at least one
   */
  public static Estimate wilson(int successes, int cases, double level) {
    check(successes, cases, level);
    Estimate estimate = estimate(BinomialConfidenceInterval.WILSON_SCORE, successes, cases, level);
    double low = successes == 0 ? 0 : estimate.interval().low(); // exactly
    double high = successes == cases ? 1 : estimate.interval().high();
    return new Estimate(estimate.value(), new Interval(low, high, level));
  }

  /**
   * The interval of Clopper and Pearson (Biometrika 26, 1934): covers at least the level whatever
   * the true share is, so it is wider than need be. For promises.
   *
   * @param successes from 0 to {@code cases}
   * @param cases at least one
   */
  public static Estimate clopperPearson(int successes, int cases, double level) {
    check(successes, cases, level);
    return estimate(BinomialConfidenceInterval.CLOPPER_PEARSON, successes, cases, level);
  }

  private static Estimate estimate(
      BinomialConfidenceInterval method, int successes, int cases, double level) {
    var ends = method.fromErrorRate(cases, successes, 1 - level);
    return new Estimate(
        (double) successes / cases,
        new Interval(ends.getLowerBound(), ends.getUpperBound(), level));
  }

  /**
   * Returns the share that the true one does not exceed with this confidence, whatever it is: the
   * upper end of {@link #clopperPearson}'s interval when nothing is asked of the lower one.
   *
   * @param successes from 0 to {@code cases}
   * @param cases at least one
   * @param confidence above 0 and below 1
   */
  public static double atMost(int successes, int cases, double confidence) {
    check(successes, cases, confidence);
    return successes == cases
        ? 1
        : BetaDistribution.of(successes + 1.0, cases - successes)
            .inverseSurvivalProbability(1 - confidence);
  }

  private static void check(int successes, int cases, double level) {
    Checks.level(level);
    if (cases < 1 || successes < 0 || successes > cases) {
      throw new IllegalArgumentException(
          "successes must be from 0 to cases and cases >= 1, were " + successes + " and " + cases);
    }
  }
}
