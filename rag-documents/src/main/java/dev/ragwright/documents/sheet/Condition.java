package dev.ragwright.documents.sheet;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Which numbers a section of a format is for, such as {@code [>=100]}. */
record Condition(String operator, BigDecimal limit) {

  /** Reads what is in brackets; null if it is no condition. */
  static @Nullable Condition of(String text) {
    int length = 0;
    while (length < text.length() && "<>=".indexOf(text.charAt(length)) >= 0) {
      length++;
    }
    String number = text.substring(length).strip();
    if (length == 0 || length > 2 || number.length() > 40) {
      return null;
    }
    try {
      return new Condition(text.substring(0, length), new BigDecimal(number));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  boolean holds(BigDecimal number) {
    int order = number.compareTo(limit);
    return switch (operator) {
      case "<" -> order < 0;
      case "<=", "=<" -> order <= 0;
      case ">" -> order > 0;
      case ">=", "=>" -> order >= 0;
      case "<>" -> order != 0;
      default -> order == 0;
    };
  }

  boolean onlyNegative() {
    return (operator.equals("<") && limit.signum() <= 0)
        || (operator.equals("<=") && limit.signum() < 0);
  }

  boolean allNotNegative() {
    return (operator.equals(">=") && limit.signum() == 0)
        || (operator.equals(">") && limit.signum() == 0);
  }
}
