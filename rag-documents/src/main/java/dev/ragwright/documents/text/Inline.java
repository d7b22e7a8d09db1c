package dev.ragwright.documents.text;

/**
 * The text of one paragraph or cell, with raised and lowered characters written so that they join
 * no number or word: a raised 6 behind 10 is {@code 10^6}. Lowered digits behind a letter stay as
 * people write them, {@code H2O}. Not safe to share.
 */
public final class Inline {

  /** Where characters stand. */
  public enum Shift {
    /** On the line. */
    NONE,
    /** Above it. */
    RAISED,
    /** Below it. */
    LOWERED
  }

  private final StringBuilder out = new StringBuilder();
  private Shift last = Shift.NONE;

  /** Adds text that stands on the line. */
  public void add(String text) {
    add(text, Shift.NONE);
  }

  /** Adds text. */
  public void add(String text, Shift shift) {
    if (text.isEmpty()) {
      return;
    }
    Shift seen = text.isBlank() ? Shift.NONE : shift;
    if (seen != last && !out.isEmpty()) {
      out.append(between(out.charAt(out.length() - 1), text, seen));
    }
    out.append(text);
    last = seen;
  }

  private String between(char before, String text, Shift shift) {
    char first = text.charAt(0);
    boolean joined = !Character.isWhitespace(before) && !Character.isWhitespace(first);
    return switch (shift) {
      case RAISED -> joined && !isOrdinal(before, text) ? "^" : "";
      case LOWERED -> joined && (last == Shift.RAISED || alike(before, first)) ? "_" : "";
      case NONE -> joined && alike(before, first) ? " " : "";
    };
  }

  private static boolean alike(char before, char first) {
    return (Character.isDigit(before) && Character.isDigit(first))
        || (Character.isLetter(before) && Character.isLetter(first));
  }

  private static boolean isOrdinal(char before, String text) {
    return Character.isDigit(before)
        && switch (text.strip()) {
          case "st", "nd", "rd", "th" -> true;
          default -> false;
        };
  }

  /** Whether nothing but white space was added. */
  public boolean isBlank() {
    for (int i = 0; i < out.length(); i++) {
      if (!Character.isWhitespace(out.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** What was added. */
  public String text() {
    return out.toString();
  }
}
