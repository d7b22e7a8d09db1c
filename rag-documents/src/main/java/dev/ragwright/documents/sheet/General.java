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
  private static final int MOST_CHARACTERS = 400;
  private static final MathContext DIGITS = new MathContext(15, RoundingMode.HALF_UP);

  private General() {}

  /**
   * The number that a file holds: a fraction is rounded to 15 digits, as spreadsheet programs do,
   * so that .1 + .2 is .3; null if it is none.
   */
  static @Nullable BigDecimal parse(String text) {
    BigDecimal simple = simple(text);
    if (simple != null) {
      return simple;
    }
    if (text.length() > MOST_CHARACTERS) {
      return null;
    }
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

  /** A number of at most 15 digits without an exponent, which most are; or null. */
  private static @Nullable BigDecimal simple(String text) {
    int length = text.length();
    boolean negative = length > 0 && text.charAt(0) == '-';
    int digits = 0;
    int point = -1;
    long number = 0;
    for (int i = negative ? 1 : 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9' && digits < 15) {
        number = number * 10 + c - '0';
        digits++;
      } else if (c == '.' && point < 0) {
        point = i;
      } else {
        return null;
      }
    }
    return digits == 0
        ? null
        : BigDecimal.valueOf(negative ? -number : number, point < 0 ? 0 : length - point - 1);
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
