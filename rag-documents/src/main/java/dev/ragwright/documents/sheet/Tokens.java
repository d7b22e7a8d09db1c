package dev.ragwright.documents.sheet;

import dev.ragwright.documents.sheet.Token.Kind;
import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cuts a section of a number format into tokens. */
final class Tokens {
  private final String code;
  private final List<Token> tokens = new ArrayList<>();
  private @Nullable Condition condition;
  private int language = 0x409;
  private int at;

  Tokens(String code) {
    this.code = code;
    while (at < code.length()) {
      next();
    }
  }

  List<Token> all() {
    return tokens;
  }

  @Nullable Condition condition() {
    return condition;
  }

  /** The language of names of days and months, as Windows numbers them. */
  int language() {
    return language;
  }

  private void next() {
    char c = code.charAt(at);
    switch (c) {
      case '"' -> quoted();
      case '\\' -> {
        int end = Math.min(at + 1, code.length());
        end = end < code.length() ? code.offsetByCodePoints(end, 1) : end;
        tokens.add(new Token(Kind.LITERAL, code.substring(at + 1, end)));
        at = end;
      }
      case '_' -> { // room as wide as the next character
        tokens.add(new Token(Kind.LITERAL, " "));
        at += 2;
      }
      case '*' -> { // fills the cell with the next character
        tokens.add(new Token(Kind.LITERAL, " "));
        at += 2;
      }
      case '[' -> bracket();
      case '0', '#', '?' -> add(Kind.DIGIT, String.valueOf(c));
      case '.' -> add(Kind.POINT, ".");
      case ',' -> add(Kind.COMMA, ",");
      case '%' -> add(Kind.PERCENT, "%");
      case '/' -> add(Kind.SLASH, "/");
      case '@' -> add(Kind.TEXT, "@");
      case 'E', 'e' -> exponent(c);
      case 'G', 'g' -> general(c);
      case 'A', 'a' -> halfOfDay(c);
      case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S', 'b', 'B' -> repeated(c);
      default -> {
        int end = code.offsetByCodePoints(at, 1);
        tokens.add(new Token(Kind.LITERAL, code.substring(at, end)));
        at = end;
      }
    }
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text));
    at += text.length();
  }

  private void quoted() {
    int end = code.indexOf('"', at + 1);
    end = end < 0 ? code.length() : end;
    tokens.add(new Token(Kind.LITERAL, code.substring(at + 1, end)));
    at = end + 1;
  }

  private void bracket() {
    int end = code.indexOf(']', at);
    if (end < 0) {
      tokens.add(new Token(Kind.LITERAL, "["));
      at++;
      return;
    }
    String inside = code.substring(at + 1, end);
    at = end + 1;
    Condition found = Condition.of(inside);
    String small = LetterCase.lower(inside);
    if (found != null) {
      condition = found;
    } else if (inside.startsWith("$")) {
      currency(inside);
    } else if (small.matches("h+|m+|s+")) {
      tokens.add(new Token(Kind.DATE, "[" + small + "]"));
    }
  }

  /** {@code [$€-407]}: a text, and the language of names. */
  private void currency(String inside) {
    int dash = inside.lastIndexOf('-');
    boolean none = inside.startsWith("$-");
    String symbol = none ? "" : dash < 0 ? inside.substring(1) : inside.substring(1, dash);
    if (!symbol.isEmpty()) {
      tokens.add(new Token(Kind.LITERAL, symbol));
    }
    if (dash >= 0) {
      String number = inside.substring(dash + 1);
      int comma = number.indexOf(',');
      language = LanguageNames.language(comma < 0 ? number : number.substring(0, comma));
    }
  }

  private void exponent(char c) {
    char sign = at + 1 < code.length() ? code.charAt(at + 1) : ' ';
    boolean afterDigit =
        !tokens.isEmpty() && (tokens.getLast().is(Kind.DIGIT) || tokens.getLast().is(Kind.POINT));
    if (afterDigit && (sign == '+' || sign == '-')) {
      tokens.add(new Token(Kind.EXPONENT, String.valueOf(sign)));
      at += 2;
    } else if (c == 'e') {
      repeated(c);
    } else {
      tokens.add(new Token(Kind.LITERAL, "E"));
      at++;
    }
  }

  private void general(char c) {
    if (code.regionMatches(true, at, "General", 0, 7)) {
      add(Kind.GENERAL, "General");
    } else {
      repeated(c);
    }
  }

  private void halfOfDay(char c) {
    for (String half : List.of("AM/PM", "A/P", "am/pm", "a/p")) {
      if (code.startsWith(half, at)) {
        add(Kind.DATE, half);
        return;
      }
    }
    if (code.regionMatches(true, at, "AM/PM", 0, 5)) {
      tokens.add(new Token(Kind.DATE, "AM/PM"));
      at += 5;
    } else if (code.regionMatches(true, at, "aaa", 0, 3)) {
      repeated(c);
    } else {
      tokens.add(new Token(Kind.LITERAL, String.valueOf(c)));
      at++;
    }
  }

  private void repeated(char c) {
    int end = at;
    while (end < code.length()
        && Character.toLowerCase(code.charAt(end)) == Character.toLowerCase(c)) {
      end++;
    }
    tokens.add(new Token(Kind.DATE, code.substring(at, end).toLowerCase(Locale.ROOT)));
    at = end;
  }
}
