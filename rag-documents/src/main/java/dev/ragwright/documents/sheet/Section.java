package dev.ragwright.documents.sheet;

import dev.ragwright.documents.sheet.Token.Kind;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One section of a number format, such as {@code #,##0.00" EUR"}. Immutable. */
final class Section {
  private final List<Token> tokens;
  private final @Nullable Condition condition;
  private final boolean date;
  private final boolean general;
  private final boolean number;
  private final DateShape days;
  private final @Nullable Fraction fraction;
  private final Digits digits;

  private Section(Tokens from) {
    tokens = List.copyOf(from.all());
    condition = from.condition();
    date = dates(tokens);
    general = has(Kind.GENERAL) || (has(Kind.TEXT) && !has(Kind.DIGIT));
    number = general || has(Kind.DIGIT);
    days = new DateShape(tokens, from.language());
    fraction = Fraction.isOne(tokens) ? new Fraction(tokens) : null;
    digits = new Digits(tokens);
  }

  static Section of(String code) {
    return new Section(new Tokens(code));
  }

  /** Parts of days and times, and no digits before them: those behind are of seconds. */
  private static boolean dates(List<Token> tokens) {
    for (Token token : tokens) {
      if (token.is(Kind.DATE)) {
        return true;
      } else if (token.is(Kind.DIGIT) || token.is(Kind.GENERAL)) {
        return false;
      }
    }
    return false;
  }

  @Nullable Condition condition() {
    return condition;
  }

  boolean isDate() {
    return date;
  }

  boolean isText() {
    return has(Kind.TEXT);
  }

  /** Whether a number's digits are shown. */
  boolean showsNumber() {
    return number;
  }

  private boolean has(Kind kind) {
    for (Token token : tokens) {
      if (token.is(kind)) {
        return true;
      }
    }
    return false;
  }

  /** A text by this section. */
  String showText(String text) {
    StringBuilder shown = new StringBuilder();
    for (Token token : tokens) {
      if (token.is(Kind.TEXT)) {
        shown.append(text);
      } else if (token.is(Kind.LITERAL)) {
        shown.append(token.text());
      }
    }
    return shown.toString();
  }

  /** A number that is not negative, unless it is of a day; null if no day is so far away. */
  @Nullable String show(BigDecimal value, boolean from1904) {
    if (date) {
      return days.show(value, from1904);
    } else if (general) {
      return general(value);
    }
    return fraction == null ? digits.show(value) : fraction.show(value);
  }

  private String general(BigDecimal value) {
    StringBuilder shown = new StringBuilder();
    for (Token token : tokens) {
      boolean here = token.is(Kind.GENERAL) || token.is(Kind.TEXT);
      shown.append(here ? General.show(value) : token.text());
    }
    return shown.toString();
  }
}
