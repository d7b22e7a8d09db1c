package dev.ragwright.documents.sheet;

import dev.ragwright.documents.sheet.Token.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Shows a number by digits, with groups, percent, scale and powers of ten. */
final class Digits {
  private final List<Token> tokens;
  private final int point;
  private final int exponent;
  private final int whole;
  private final int decimals;
  private final boolean grouped;
  private final int shift;

  Digits(List<Token> tokens) {
    this.tokens = tokens;
    exponent = index(Kind.EXPONENT, tokens.size());
    int found = index(Kind.POINT, exponent);
    point = found;
    whole = count(0, point);
    decimals = count(point, exponent);
    int lastWhole = lastDigit(0, point);
    grouped = hasComma(firstDigit(), lastWhole);
    shift = 2 * percents() - 3 * scales();
  }

  private int index(Kind kind, int otherwise) {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).is(kind)) {
        return Math.min(i, otherwise);
      }
    }
    return otherwise;
  }

  private int count(int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += tokens.get(i).is(Kind.DIGIT) ? 1 : 0;
    }
    return count;
  }

  private int firstDigit() {
    int first = 0;
    while (first < tokens.size() && !tokens.get(first).is(Kind.DIGIT)) {
      first++;
    }
    return first;
  }

  private int lastDigit(int from, int to) {
    int last = to - 1;
    while (last >= from && !tokens.get(last).is(Kind.DIGIT)) {
      last--;
    }
    return last;
  }

  private boolean hasComma(int from, int to) {
    for (int i = from; i < to; i++) {
      if (tokens.get(i).is(Kind.COMMA)) {
        return true;
      }
    }
    return false;
  }

  private int percents() {
    int count = 0;
    for (Token token : tokens) {
      count += token.is(Kind.PERCENT) ? 1 : 0;
    }
    return count;
  }

  /** Commas directly behind the last digit before the point, or behind all digits. */
  private int scales() {
    int count = 0;
    for (int end : new int[] {lastDigit(0, point), lastDigit(point, exponent)}) {
      for (int i = end + 1; end >= 0 && i < exponent && tokens.get(i).is(Kind.COMMA); i++) {
        count++;
      }
    }
    return count;
  }

  String show(BigDecimal number) {
    BigDecimal value = number.movePointRight(shift);
    if (exponent < tokens.size()) {
      return scientific(value);
    }
    if (whole + decimals == 0) {
      return literals();
    }
    return plain(value.setScale(decimals, RoundingMode.HALF_UP), exponent);
  }

  private String literals() {
    StringBuilder shown = new StringBuilder();
    for (Token token : tokens) {
      shown.append(token.text());
    }
    return shown.toString();
  }

  private String scientific(BigDecimal value) {
    int step = Math.max(1, whole);
    int power = 0;
    BigDecimal mantissa = value;
    if (value.signum() != 0) {
      power = Math.floorDiv(value.precision() - value.scale() - 1, step) * step;
      mantissa = value.movePointLeft(power).setScale(decimals, RoundingMode.HALF_UP);
      if (mantissa.compareTo(BigDecimal.TEN.pow(step)) >= 0) {
        power += step;
        mantissa = value.movePointLeft(power);
      }
    }
    StringBuilder shown = new StringBuilder();
    shown.append(plain(mantissa.setScale(decimals, RoundingMode.HALF_UP), exponent));
    boolean plus = tokens.get(exponent).text().equals("+");
    shown.append('E').append(power < 0 ? "-" : plus ? "+" : "");
    int places = count(exponent, tokens.size());
    String digits = Integer.toString(Math.abs(power));
    shown.append("0".repeat(Math.max(0, places - digits.length()))).append(digits);
    for (int i = lastDigit(exponent, tokens.size()) + 1; i < tokens.size(); i++) {
      shown.append(tokens.get(i).text());
    }
    return shown.toString();
  }

  /** The digits of a number that is rounded, in the tokens up to one. */
  private String plain(BigDecimal rounded, int to) {
    String text = rounded.toPlainString();
    int dot = text.indexOf('.');
    String left = dot < 0 ? text : text.substring(0, dot);
    String right = dot < 0 ? "" : text.substring(dot + 1);
    StringBuilder shown = new StringBuilder();
    wholes(left.equals("0") ? "" : left, shown);
    int digit = 0;
    int needed = needed(right, to);
    for (int i = point; i < to; i++) {
      Token token = tokens.get(i);
      if (token.is(Kind.DIGIT)) {
        boolean filled = digit < needed;
        shown.append(filled ? right.charAt(digit) : token.text().equals("?") ? ' ' : "");
        digit++;
      } else if (!token.is(Kind.COMMA)) {
        shown.append(token.text());
      }
    }
    return shown.toString();
  }

  /** How many decimals stay when those that are not asked for fall away at the end. */
  private int needed(String right, int to) {
    int needed = 0;
    int digit = 0;
    for (int i = point; i < to; i++) {
      if (tokens.get(i).is(Kind.DIGIT)) {
        if (tokens.get(i).text().equals("0") || right.charAt(digit) != '0') {
          needed = digit + 1;
        }
        digit++;
      }
    }
    return needed;
  }

  private void wholes(String left, StringBuilder shown) {
    int seen = 0;
    boolean none = true;
    for (int i = 0; i < point; i++) {
      Token token = tokens.get(i);
      if (token.is(Kind.DIGIT)) {
        int behind = whole - seen - 1;
        seen++;
        int from = seen == 1 ? 0 : Math.max(0, left.length() - behind - 1);
        int to = Math.max(0, left.length() - behind);
        for (int d = from; d < to; d++) {
          none = digit(left.charAt(d), left.length() - d - 1, none, shown);
        }
        if (to == 0 && token.text().equals("0")) {
          none = digit('0', behind, none, shown);
        } else if (to == 0 && token.text().equals("?")) {
          shown.append(' ');
        }
      } else if (!token.is(Kind.COMMA)) {
        shown.append(token.text());
      }
    }
    if (whole == 0) {
      shown.append(left);
    }
  }

  /** Adds a digit that has so many behind it; false, as there is one now. */
  private boolean digit(char digit, int behind, boolean none, StringBuilder shown) {
    if (grouped && !none && (behind + 1) % 3 == 0) {
      shown.append(',');
    }
    shown.append(digit);
    return false;
  }
}
