package dev.ragwright.documents.sheet;

import dev.ragwright.documents.sheet.Token.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows a number as a day or time, by a format such as {@code dd.mm.yyyy hh:mm}. */
final class DateShape {
  private static final BigDecimal DAY = BigDecimal.valueOf(86_400_000);
  private static final BigDecimal FIRST = BigDecimal.ZERO;
  private static final BigDecimal BEHIND_LAST = BigDecimal.valueOf(2_958_466);

  private final List<Token> tokens;
  private final LanguageNames names;
  private final int fraction;
  private final boolean half;
  private final boolean elapsed;
  private final long unit;

  DateShape(List<Token> tokens, int language) {
    this.tokens = tokens;
    names = LanguageNames.of(language);
    fraction = fraction(tokens);
    half = tokens.stream().anyMatch(t -> t.is(Kind.DATE) && t.text().contains("/"));
    elapsed = tokens.stream().anyMatch(t -> t.is(Kind.DATE) && t.text().startsWith("["));
    unit = (long) StrictMath.pow(10, 3 - fraction);
  }

  /** How many decimals seconds have. */
  private static int fraction(List<Token> tokens) {
    int count = 0;
    for (Token token : tokens) {
      count += token.is(Kind.DIGIT) ? 1 : 0;
    }
    return Math.min(3, count);
  }

  /** The day and time; null if spreadsheets know no such day. */
  @Nullable String show(BigDecimal number, boolean from1904) {
    boolean inside = number.compareTo(FIRST) >= 0 && number.compareTo(BEHIND_LAST) < 0;
    if (!inside && !(elapsed && number.abs().compareTo(BEHIND_LAST) < 0)) {
      return null;
    }
    long milliseconds =
        number
                .abs()
                .multiply(DAY)
                .divide(BigDecimal.valueOf(unit), 0, RoundingMode.HALF_UP)
                .longValue()
            * unit;
    Instant at = new Instant(milliseconds, from1904);
    StringBuilder shown = new StringBuilder(number.signum() < 0 ? "-" : "");
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      switch (token.kind()) {
        case DATE -> part(token.text(), i, at, shown);
        case SLASH -> shown.append(names.separator());
        case POINT -> decimals(i, milliseconds, shown);
        case DIGIT, TEXT, GENERAL -> {} // digits are written with the point before them
        default -> shown.append(token.text());
      }
    }
    return shown.toString();
  }

  private void decimals(int point, long milliseconds, StringBuilder shown) {
    shown.append('.');
    String all = two(milliseconds % 1000, 3);
    for (int i = point + 1, digit = 0; i < tokens.size() && tokens.get(i).is(Kind.DIGIT); i++) {
      shown.append(digit < 3 ? all.charAt(digit) : '0');
      digit++;
    }
  }

  private void part(String part, int index, Instant at, StringBuilder shown) {
    switch (part.charAt(0)) {
      case 'y', 'e' ->
          shown.append(
              part.length() > 2 || part.equals("e") ? two(at.year(), 4) : two(at.year() % 100, 2));
      case 'b' -> shown.append(part.length() > 2 ? at.year() + 543 : (at.year() + 543) % 100);
      case 'm' -> shown.append(isMinute(index) ? two(at.minute(), part.length()) : month(part, at));
      case 'd' ->
          shown.append(
              switch (part.length()) {
                case 1, 2 -> two(at.day(), part.length());
                case 3 -> names.shortDay(at.weekday());
                default -> names.day(at.weekday());
              });
      case 'a' ->
          shown.append(
              part.length() > 2
                  ? part.startsWith("aaaa") ? names.day(at.weekday()) : names.shortDay(at.weekday())
                  : half(part, at));
      case 'A' -> shown.append(half(part, at));
      case 'h' -> shown.append(two(half ? (at.hour() + 11) % 12 + 1 : at.hour(), part.length()));
      case 's' -> shown.append(two(at.second(), part.length()));
      case '[' -> shown.append(two(at.elapsed(part.charAt(1)), part.length() - 2));
      default -> {} // names of eras, which American English has none of
    }
  }

  private static String half(String part, Instant at) {
    int slash = part.indexOf('/');
    return at.hour() < 12 ? part.substring(0, slash) : part.substring(slash + 1);
  }

  private String month(String part, Instant at) {
    return switch (part.length()) {
      case 1, 2 -> two(at.month(), part.length());
      case 3 -> names.shortMonth(at.month());
      case 5 -> names.month(at.month()).substring(0, 1);
      default -> names.month(at.month());
    };
  }

  /** An m behind hours or before seconds is of minutes. */
  private boolean isMinute(int index) {
    if (tokens.get(index).text().length() > 2) {
      return false;
    }
    for (int i = index - 1; i >= 0; i--) {
      if (tokens.get(i).is(Kind.DATE)) {
        String text = tokens.get(i).text();
        if (text.startsWith("h") || text.startsWith("[h")) {
          return true;
        }
        if (!text.contains("/")) {
          break;
        }
      }
    }
    for (int i = index + 1; i < tokens.size(); i++) {
      if (tokens.get(i).is(Kind.DATE)) {
        return tokens.get(i).text().startsWith("s") || tokens.get(i).text().startsWith("[s");
      }
    }
    return false;
  }

  private static String two(long number, int length) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, length - digits.length())) + digits;
  }
}
