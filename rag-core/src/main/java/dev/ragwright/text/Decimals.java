package dev.ragwright.text;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How numbers are printed: as C's {@code printf} does, to compare reports with those of reference
 * programs digit by digit, and short, as papers do.
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
    String text = rounded(value, digits).toPlainString();
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    return negative && !text.startsWith("-") ? "-" + text : text;
  }

  /**
   * Three digits with a sign, without the zero before the point: {@code +.031}, {@code -1.250}.
   *
   * @throws IllegalArgumentException if the value is not finite
   */
  public static String signed(double value) {
    BigDecimal rounded = rounded(value, 3);
    return (rounded.signum() < 0 ? "-" : "+") + withoutZero(rounded.abs());
  }

  /** {@code 1 question}, {@code 40 questions}. */
  public static String counted(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** A p-value to three digits: {@code .002}, {@code <.001}. */
  public static String pValue(double p) {
    return p < 0.001 ? "<.001" : withoutZero(rounded(p, 3));
  }

  private static BigDecimal rounded(double value, int digits) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("not a finite number: " + value);
    }
    return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN);
  }

  private static String withoutZero(BigDecimal rounded) {
    String text = rounded.toPlainString();
    return text.startsWith("0.") ? text.substring(1) : text;
  }
}
