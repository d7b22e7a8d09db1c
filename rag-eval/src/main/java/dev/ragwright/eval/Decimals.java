package dev.ragwright.eval;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Numbers as C's {@code printf} prints them, to compare reports with those of reference programs
 * digit by digit.
 */
public final class Decimals {
  private Decimals() {}

  /**
   * The value with {@code digits} digits after the point, as {@code printf("%.4f")} writes it: the
   * exact binary value is rounded, and halves to even. {@link String#format} rounds them up, so it
   * writes 0.03125 as 0.0313 where C has 0.0312.
   *
   * @throws IllegalArgumentException if the value is not finite
   */
  public static String fixed(double value, int digits) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("not a finite number: " + value);
    }
    String text = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    return negative && !text.startsWith("-") ? "-" + text : text;
  }
}
