package dev.ragwright.documents.text;

/**
 * The text of one paragraph or cell, run by run, with raised and lowered runs written as {@link
 * Raised} says: a raised 6 behind 10 is {@code 10^6}, and digits or letters behind it stand apart.
 * Not safe to share.
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
  private final StringBuilder shifted = new StringBuilder(); // may come in several runs
  private Shift last = Shift.NONE;
  private boolean struck;
  private boolean open;

  /**
   * Says whether what is added from now on is struck out, which is written as in Markdown: a number
   * that is struck out must not join the one behind it.
   */
  public void struck(boolean out) {
    struck = out;
  }

  private void mark(boolean begins) {
    flush();
    int end = out.length();
    while (!begins && end > 0 && Character.isWhitespace(out.charAt(end - 1))) {
      end--;
    }
    out.insert(end, "~~");
    open = begins;
  }

  /** Adds text that stands on the line. */
  public void add(String text) {
    add(text, Shift.NONE);
  }

  /** Adds text. */
  public void add(String text, Shift shift) {
    if (text.isEmpty()) {
      return;
    }
    if (struck != open && !text.isBlank()) {
      mark(struck);
    }
    Shift seen = text.isBlank() ? Shift.NONE : shift;
    if (seen == Shift.NONE) {
      if (last != Shift.NONE) {
        Shift before = last;
        flush();
        out.append(joins(before, text.charAt(0)) ? " " : "");
      }
      out.append(text);
    } else {
      if (seen != last) {
        flush();
      }
      shifted.append(text);
    }
    last = seen;
  }

  private boolean joins(Shift before, char first) {
    char end = out.isEmpty() ? ' ' : out.charAt(out.length() - 1);
    return (Character.isDigit(end) && Character.isDigit(first))
        || (before == Shift.RAISED && Character.isLetter(end) && Character.isLetter(first));
  }

  /** Writes the raised or lowered text so far; white space around it stays. */
  private void flush() {
    if (!shifted.isEmpty()) {
      String text = shifted.toString();
      shifted.setLength(0);
      int start = text.length() - text.stripLeading().length();
      out.append(text, 0, start);
      if (last == Shift.RAISED) {
        Raised.above(out, text);
      } else {
        Raised.below(out, text);
      }
      out.append(text, text.stripTrailing().length(), text.length());
      last = Shift.NONE;
    }
  }

  /** Whether nothing but white space was added. */
  public boolean isBlank() {
    flush();
    for (int i = 0; i < out.length(); i++) {
      if (!Character.isWhitespace(out.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** What was added. */
  public String text() {
    flush();
    if (open) {
      mark(false);
    }
    return out.toString();
  }
}
