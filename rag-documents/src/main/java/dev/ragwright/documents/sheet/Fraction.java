package dev.ragwright.documents.sheet;

import dev.ragwright.documents.sheet.Token.Kind;
import java.math.BigDecimal;
import java.util.List;

/** Shows a number as a fraction, by a format such as {@code # ??/??} or {@code # ?/8}. */
final class Fraction {
  private static final int MOST_DIGITS = 4;

  private final List<Token> tokens;
  private final int slash;
  private final int numerator;
  private final boolean mixed;
  private final int fixed;
  private final int last;
  private final int digits;

  Fraction(List<Token> tokens) {
    this.tokens = tokens;
    slash = slash(tokens);
    int from = slash;
    while (from > 0 && tokens.get(from - 1).is(Kind.DIGIT)) {
      from--;
    }
    numerator = from;
    boolean before = false;
    for (int i = 0; i < numerator; i++) {
      before |= tokens.get(i).is(Kind.DIGIT);
    }
    mixed = before;
    int to = slash + 1;
    StringBuilder number = new StringBuilder();
    while (to < tokens.size() && isPart(tokens.get(to)) && number.length() < 6) {
      number.append(tokens.get(to).text());
      to++;
    }
    last = to;
    digits = Math.min(MOST_DIGITS, to - slash - 1);
    fixed = number.chars().allMatch(c -> c >= '0' && c <= '9') ? parsed(number) : 0;
  }

  private static int parsed(StringBuilder number) {
    return Integer.parseInt(number.toString());
  }

  private static boolean isPart(Token token) {
    return token.is(Kind.DIGIT) || (token.is(Kind.LITERAL) && token.text().matches("[1-9]"));
  }

  private static int slash(List<Token> tokens) {
    for (int i = 1; i + 1 < tokens.size(); i++) {
      if (tokens.get(i).is(Kind.SLASH)
          && tokens.get(i - 1).is(Kind.DIGIT)
          && isPart(tokens.get(i + 1))) {
        return i;
      }
    }
    return -1;
  }

  static boolean isOne(List<Token> tokens) {
    return slash(tokens) > 0;
  }

  String show(BigDecimal number) {
    double value = number.doubleValue();
    if (value > 1e9) {
      return General.show(number);
    }
    long whole = mixed ? (long) value : 0;
    double rest = value - whole;
    int denominator = fixed > 0 ? fixed : nearest(rest);
    long over = Math.round(rest * denominator);
    if (mixed && over == denominator) {
      whole++;
      over = 0;
    }
    StringBuilder shown = new StringBuilder();
    boolean wholeShown = false;
    for (int i = 0; i < numerator; i++) {
      Token token = tokens.get(i);
      if (!token.is(Kind.DIGIT)) {
        shown.append(token.text());
      } else if (!wholeShown && (whole > 0 || over == 0 || token.text().equals("0"))) {
        shown.append(whole);
        wholeShown = true;
      }
    }
    if (!mixed || over != 0) {
      shown.append(over).append('/').append(denominator);
    }
    for (int i = last; i < tokens.size(); i++) {
      shown.append(tokens.get(i).text());
    }
    return shown.toString();
  }

  /**
   * The denominator, of so many digits at most, whose fraction is nearest; of several the least.
   */
  private int nearest(double rest) {
    int most = (int) StrictMath.pow(10, digits) - 1;
    int best = 1;
    double least = 2;
    for (int i = 1; i <= most; i++) {
      double away = Math.abs(rest - (double) Math.round(rest * i) / i);
      if (away < least - 1e-12) {
        least = away;
        best = i;
      }
    }
    return best;
  }
}
