package dev.ragwright.eval.stats;

import dev.ragwright.text.Decimals;
import java.util.OptionalDouble;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * The mean of numbers from -1 to 1 that come one after the other, such as differences of two
 * systems' scores, with an interval that holds however often one looks: the chance that it misses
 * the mean at any time, from the first number on, is at most {@code 1 - level}. An interval of a
 * fixed number of cases, looked at after each one, misses it sooner or later.
 *
 * <p>The mean is that of the expectations of the numbers so far, each given those before it. So
 * they need not be of one distribution or independent of each other: traffic may change.
 *
 * <p>The interval is {@code (sum ± u(squares)) / count}. The process {@code exp(λ(S - Σμ) -
 * ψ(λ)V)}, with {@code ψ(λ) = -log(1 - λ) - λ}, S the sum, V the sum of squares and λ in [0, 1),
 * has an expectation of at most 1 (Fan, Grama and Liu, Electronic Journal of Probability 20, 2015;
 * Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences", Annals of Statistics 49, 2021, theorem 4, where each number is forecast to be 0, so
 * that the scale is 1). It is mixed over λ by a gamma distribution, the gamma-exponential mixture
 * of proposition 9 there, each side with half of {@code 1 - level}:
 *
 * <pre>
 * m(s, v) = ρ^ρ / (Γ(ρ) P(ρ, ρ)) · Γ(v + ρ) P(v + ρ, s + v + ρ) / (s + v + ρ)^(v + ρ) · e^(s + v)
 * u(v)    = the s at which m(s, v) = 2 / (1 - level)
 * ρ       = 100 / (2 l + log(1 + 2 l)),  l = log(1 / (1 - level))
 * </pre>
 *
 * <p>P is the regularised lower incomplete gamma function. The ρ makes the interval narrowest where
 * the squares sum to 100, as those of 1,000 differences with a deviation of .3 do; it is not much
 * wider at a tenth or ten times of that. A mean far from 0 has a wider interval than need be, since
 * squares are taken around 0.
 *
 * @param count how many numbers
 * @param sum of them
 * @param squares the sum of their squares
 * @param level how often all intervals hold the mean, as a share: 0.95
 */
public record ConfidenceSequence(long count, double sum, double squares, double level) {
  private static final double NARROWEST = 100;
  private static final double ROUNDING = 1e-9;

  /** Refuses what cannot be sums of so many numbers. */
  public ConfidenceSequence {
    Checks.level(level);
    if (count < 0
        || !(squares >= 0 && squares <= count * (1 + ROUNDING))
        || !(sum * sum <= squares * count * (1 + ROUNDING) + ROUNDING)) {
      throw new IllegalArgumentException(
          "no "
              + count
              + " numbers from -1 to 1 have the sum "
              + sum
              + " and the sum of squares "
              + squares);
    }
  }

  /** Returns the sequence before the first number. */
  public static ConfidenceSequence none(double level) {
    return new ConfidenceSequence(0, 0, 0, level);
  }

  /**
   * Returns this sequence with one number more.
   *
   * @throws IllegalArgumentException unless it is from -1 to 1
   */
  public ConfidenceSequence with(double number) {
    if (!(number >= -1 && number <= 1)) {
      throw new IllegalArgumentException("the number must be from -1 to 1, was " + number);
    }
    return new ConfidenceSequence(count + 1, sum + number, squares + number * number, level);
  }

  /** The mean of the numbers; empty before the first. */
  public OptionalDouble mean() {
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
  }

  /** The interval of the mean, cut to [-1, 1], which it is before the first number. */
  public Interval interval() {
    if (count == 0) {
      return new Interval(-1, 1, level);
    }
    double bound = bound();
    return new Interval(
        Math.clamp((sum - bound) / count, -1, 1), Math.clamp((sum + bound) / count, -1, 1), level);
  }

  /** Whether the interval lies above 0. */
  public boolean isAbove() {
    return exceeds(sum);
  }

  /** Whether the interval lies below 0. */
  public boolean isBelow() {
    return exceeds(-sum);
  }

  /**
   * No mixture is more than the best λ gives, which is at most exp(s² / 2v): most looks end there.
   */
  private boolean exceeds(double s) {
    double needed = needed();
    return s > 0 && s * s >= 2 * squares * needed && logMixture(s) >= needed;
  }

  /** u(v): the sum that has to be exceeded. */
  double bound() {
    double needed = needed();
    double low = 0;
    double high = 1;
    while (logMixture(high) < needed) {
      low = high;
      high *= 2;
    }
    while (high - low > 1e-12 * high) {
      double middle = (low + high) / 2;
      if (middle <= low || middle >= high) {
        break;
      }
      if (logMixture(middle) < needed) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private double needed() {
    return StrictMath.log(2 / (1 - level));
  }

  /** log m(s, v). */
  double logMixture(double s) {
    double l = -StrictMath.log(1 - level);
    double rho = NARROWEST / (2 * l + StrictMath.log1p(2 * l));
    double shape = squares + rho;
    double rate = s + shape;
    return rho * StrictMath.log(rho)
        - LogGamma.value(rho)
        - StrictMath.log(RegularizedGamma.P.value(rho, rho))
        + LogGamma.value(shape)
        + StrictMath.log(RegularizedGamma.P.value(shape, rate))
        - shape * StrictMath.log(rate)
        + s
        + squares;
  }

  /** For people: {@code +.031 [+.012, +.050], 300 questions}. */
  @Override
  public String toString() {
    return count == 0
        ? "none yet"
        : "%s %s, %s"
            .formatted(
                Decimals.signed(sum / count), interval(), Decimals.counted(count, "question"));
  }
}
