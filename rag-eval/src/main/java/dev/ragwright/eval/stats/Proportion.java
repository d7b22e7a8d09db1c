package dev.ragwright.eval.stats;

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
    double share = (double) successes / cases;
    double z = Numbers.twoSidedZ(level);
    double shrink = 1 + z * z / cases;
    double centre = (share + z * z / (2.0 * cases)) / shrink;
    double half =
        z * Math.sqrt(share * (1 - share) / cases + z * z / (4.0 * cases * cases)) / shrink;
    double low = successes == 0 ? 0 : Math.max(0, centre - half);
    double high = successes == cases ? 1 : Math.min(1, centre + half);
    return new Estimate(share, new Interval(low, high, level));
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
    double tail = (1 - level) / 2;
    double low = successes == 0 ? 0 : 1 - highest(cases - successes, cases, tail);
    double high = successes == cases ? 1 : highest(successes, cases, tail);
    return new Estimate((double) successes / cases, new Interval(low, high, level));
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
    return successes == cases ? 1 : highest(successes, cases, 1 - confidence);
  }

  /** The share at which this many successes or fewer have the chance {@code tail}. */
  private static double highest(int successes, int cases, double tail) {
    double low = (double) successes / cases;
    double high = 1;
    while (true) {
      double middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) {
        return middle;
      }
      if (chanceOfAtMost(successes, cases, middle) > tail) {
        low = middle;
      } else {
        high = middle;
      }
    }
  }

  /**
   * The chance of at most {@code successes}, for a share above {@code successes / cases}: the terms
   * fall from the last one down, so that they are summed from the largest until they no longer
   * count.
   */
  private static double chanceOfAtMost(int successes, int cases, double share) {
    double odds = (1 - share) / share;
    double term = 1;
    double sum = 1;
    for (int k = successes; k > 0 && term > sum * 1e-18; k--) {
      term *= odds * k / (cases - k + 1);
      sum += term;
    }
    return StrictMath.exp(
            logChoose(cases, successes)
                + successes * StrictMath.log(share)
                + (cases - successes) * StrictMath.log1p(-share))
        * sum;
  }

  private static double logChoose(int n, int k) {
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  }

  /** Exact sums for small numbers, Stirling's series for others. */
  private static double logFactorial(int n) {
    if (n < 20) {
      double product = 1;
      for (int i = 2; i <= n; i++) {
        product *= i;
      }
      return StrictMath.log(product);
    }
    double x = n + 1.0;
    double inverse = 1 / (x * x);
    return (x - 0.5) * StrictMath.log(x)
        - x
        + 0.5 * StrictMath.log(2 * Math.PI)
        + (1 / 12.0 - inverse * (1 / 360.0 - inverse * (1 / 1260.0 - inverse / 1680))) / x;
  }

  private static void check(int successes, int cases, double level) {
    Checks.level(level);
    if (cases < 1 || successes < 0 || successes > cases) {
      throw new IllegalArgumentException(
          "successes must be from 0 to cases and cases >= 1, were " + successes + " and " + cases);
    }
  }
}
