package dev.ragwright.documents.sheet;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as they are shown without a format: whole ones with all their digits, others in eleven
 * characters as Excel does, but for those that would lose what stands behind the point.
 */
final class General {
  private static final MathContext DIGITS = new MathContext(15, RoundingMode.HALF_UP);

  private General() {}

  /**
   * The number that a file holds: a fraction is rounded to 15 digits, as spreadsheet programs do,
   * so that .1 + .2 is .3; null if it is none.
   */
  static @Nullable BigDecimal parse(String text) {
    try {
      double approximate = Double.parseDouble(text);
      if (Double.isNaN(approximate) || Double.isInfinite(approximate)) {
        return null;
      }
      if (approximate == 0) {
        return BigDecimal.ZERO;
      }
      BigDecimal exact = new BigDecimal(text.strip());
      boolean whole = exact.stripTrailingZeros().scale() <= 0;
      return exact.precision() > 15 && !whole ? exact.round(DIGITS) : exact;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static String show(BigDecimal number) {
    if (number.signum() == 0) {
      return "0";
    }
    BigDecimal plain = number.stripTrailingZeros();
    int exponent = plain.precision() - plain.scale() - 1;
    if (plain.scale() <= 0) {
      return exponent > 20 ? scientific(plain, 14) : plain.toPlainString();
    }
    if (exponent >= 10) {
      return plain.toPlainString();
    }
    if (exponent < -4 && plain.scale() > 9) {
      return scientific(plain, 5);
    }
    BigDecimal shown = plain.setScale(exponent < 0 ? 9 : 9 - exponent, RoundingMode.HALF_UP);
    return shown.stripTrailingZeros().toPlainString();
  }

  private static String scientific(BigDecimal number, int decimals) {
    BigDecimal rounded =
        number.round(new MathContext(decimals + 1, RoundingMode.HALF_UP)).stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    String mantissa = rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString();
    return String.format(
        Locale.ROOT, "%sE%s%02d", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
