package dev.ragwright.eval.ranking;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The binary logarithm of a rank, as C's {@code log2} has it. {@code Math.log(x) / Math.log(2)}
 * differs from it in the last bit for a quarter of the ranks that count, so those are computed to
 * 30 digits, once: ln(n + 1) = ln(n) + 2 artanh(1 / (2n + 1)).
 */
final class Discounts {
  private static final MathContext DIGITS = new MathContext(30, RoundingMode.HALF_EVEN);
  private static final double LN_2 = StrictMath.log(2);
  private static final double[] LOG2 = table(1001);

  private Discounts() {}

  static double log2(int n) {
    return n < LOG2.length ? LOG2[n] : StrictMath.log(n) / LN_2;
  }

  private static double[] table(int last) {
    double[] table = new double[last + 1];
    BigDecimal ln2 = step(1);
    BigDecimal ln = BigDecimal.ZERO;
    for (int n = 2; n <= last; n++) {
      ln = ln.add(step(n - 1), DIGITS);
      table[n] = ln.divide(ln2, DIGITS).doubleValue();
    }
    return table;
  }

  /** ln(n + 1) - ln(n). */
  private static BigDecimal step(int n) {
    BigDecimal x = BigDecimal.ONE.divide(BigDecimal.valueOf(2L * n + 1), DIGITS);
    BigDecimal square = x.multiply(x, DIGITS);
    BigDecimal power = x;
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal least = BigDecimal.ONE.movePointLeft(32);
    for (int odd = 1; power.compareTo(least) > 0; odd += 2) {
      sum = sum.add(power.divide(BigDecimal.valueOf(odd), DIGITS), DIGITS);
      power = power.multiply(square, DIGITS);
    }
    return sum.add(sum);
  }
}
