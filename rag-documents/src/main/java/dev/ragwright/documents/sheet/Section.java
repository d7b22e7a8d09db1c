package dev.ragwright.documents.sheet;

import dev.ragwright.documents.sheet.Token.Kind;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One section of a number format, such as {@code #,##0.00" EUR"}. Immutable. */
final class Section {
  private final List<Token> tokens;
  private final @Nullable Condition condition;
  private final int language;
  private final boolean date;

  private Section(Tokens from) {
    tokens = List.copyOf(from.all());
    condition = from.condition();
    language = from.language();
    date = dates(tokens);
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
    return has(Kind.DIGIT) || has(Kind.GENERAL) || has(Kind.TEXT);
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
  @Nullable String show(BigDecimal number, boolean from1904) {
    if (date) {
      return new DateShape(tokens, language).show(number, from1904);
    }
    if (has(Kind.GENERAL) || (has(Kind.TEXT) && !has(Kind.DIGIT))) {
      return general(number);
    }
    if (Fraction.isOne(tokens)) {
      return new Fraction(tokens).show(number);
    }
    return new Digits(tokens).show(number);
  }

  private String general(BigDecimal number) {
    StringBuilder shown = new StringBuilder();
    for (Token token : tokens) {
      boolean value = token.is(Kind.GENERAL) || token.is(Kind.TEXT);
      shown.append(value ? General.show(number) : token.text());
    }
    return shown.toString();
  }
}
