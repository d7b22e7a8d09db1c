package dev.ragwright.generators.onnx;

import java.util.Arrays;
import java.util.Locale;

/**
 * A Python {@code str}: code points, each of which knows whether a message brought it. That is not
 * seen by a template, and goes with every character that is copied. Immutable.
 */
final class PythonText implements Comparable<PythonText> {
  static final PythonText EMPTY = new PythonText(new int[0], false);

  /** More than any prompt has. */
  static final int MOST_LENGTH = 10_000_000;

  private static final int MESSAGE = 1 << 24;
  private static final int POINT = MESSAGE - 1;
  private static final int CAPITAL_SIGMA = 0x3A3;

  private final int[] points; // (length), each a code point, with MESSAGE if it is from a message
  private final boolean safe;

  private PythonText(int[] points, boolean safe) {
    this.points = points;
    this.safe = safe;
  }

  static PythonText of(String text) {
    return text.isEmpty() ? EMPTY : new PythonText(text.codePoints().toArray(), false);
  }

  static PythonText ofPoint(int point) {
    return new PythonText(new int[] {point}, false);
  }

  static PythonText ofMessage(String text) {
    return new PythonText(text.codePoints().map(point -> point | MESSAGE).toArray(), false);
  }

  int length() {
    return points.length;
  }

  boolean isEmpty() {
    return points.length == 0;
  }

  int at(int place) {
    return points[place] & POINT;
  }

  boolean isMessage(int place) {
    return (points[place] & MESSAGE) != 0;
  }

  /** Whether it is a {@code Markup}, to which other text is added escaped. */
  boolean isSafe() {
    return safe;
  }

  PythonText asSafe(boolean wanted) {
    return safe == wanted ? this : new PythonText(points, wanted);
  }

  /** The one character at a place. */
  PythonText character(int place) {
    return new PythonText(new int[] {points[place]}, safe);
  }

  PythonText slice(int from, int to) {
    return from == 0 && to == points.length
        ? this
        : new PythonText(Arrays.copyOfRange(points, from, Math.max(from, to)), safe);
  }

  PythonText from(int place) {
    return slice(place, points.length);
  }

  boolean has(int point) {
    for (int i = 0; i < points.length; i++) {
      if (at(i) == point) {
        return true;
      }
    }
    return false;
  }

  boolean startsWith(PythonText prefix, int place) {
    if (prefix.length() > points.length - place) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (at(place + i) != prefix.at(i)) {
        return false;
      }
    }
    return true;
  }

  /** The first place of a text that begins at {@code from} and ends by {@code to}, or -1. */
  int indexOf(PythonText needle, int from, int to) {
    int size = needle.length();
    if (size == 0 || to - from < size) {
      return size == 0 && from <= to ? from : -1;
    }
    int[] shorter = size < 64 ? new int[0] : needle.prefixes();
    if (size < 64) {
      for (int i = from; i <= to - size; i++) {
        if (startsWith(needle, i)) {
          return i;
        }
      }
      return -1;
    }
    int matched = 0; // Knuth, Morris and Pratt: time does not depend on what is sought
    for (int i = from; i < to; i++) {
      while (matched > 0 && at(i) != needle.at(matched)) {
        matched = shorter[matched - 1];
      }
      if (at(i) == needle.at(matched) && ++matched == size) {
        return i - size + 1;
      }
    }
    return -1;
  }

  private int[] prefixes() {
    int[] longest = new int[points.length];
    int matched = 0;
    for (int i = 1; i < points.length; i++) {
      while (matched > 0 && at(i) != at(matched)) {
        matched = longest[matched - 1];
      }
      longest[i] = at(i) == at(matched) ? ++matched : 0;
    }
    return longest;
  }

  int lastIndexOf(PythonText needle, int from, int to) {
    int found = reversed().indexOf(needle.reversed(), points.length - to, points.length - from);
    return found < 0 ? -1 : points.length - found - needle.length();
  }

  PythonText reversed() {
    int[] reversed = new int[points.length];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = points[points.length - 1 - i];
    }
    return new PythonText(reversed, safe);
  }

  PythonText upper() {
    Builder upper = new Builder();
    for (int i = 0; i < points.length; i++) {
      upper.append(Character.toString(at(i)).toUpperCase(Locale.ROOT), points[i]);
    }
    return upper.build().asSafe(safe);
  }

  PythonText lower() {
    Builder lower = new Builder();
    for (int i = 0; i < points.length; i++) {
      lowerAt(i, lower);
    }
    return lower.build().asSafe(safe);
  }

  /** {@code title}: each run of letters that have a case begins with a capital. */
  PythonText title() {
    Builder title = new Builder();
    boolean inside = false;
    for (int i = 0; i < points.length; i++) {
      if (inside) {
        lowerAt(i, title);
      } else {
        titleAt(i, title);
      }
      inside = isCased(at(i));
    }
    return title.build().asSafe(safe);
  }

  /** {@code capitalize}: the first character in title case, the others in lower case. */
  PythonText capitalize() {
    Builder capitalized = new Builder();
    for (int i = 0; i < points.length; i++) {
      if (i == 0) {
        titleAt(i, capitalized);
      } else {
        lowerAt(i, capitalized);
      }
    }
    return capitalized.build().asSafe(safe);
  }

  PythonText swapcase() {
    Builder swapped = new Builder();
    for (int i = 0; i < points.length; i++) {
      int c = at(i);
      if (Character.isUpperCase(c)) {
        lowerAt(i, swapped);
      } else if (Character.isLowerCase(c)) {
        swapped.append(Character.toString(c).toUpperCase(Locale.ROOT), points[i]);
      } else {
        swapped.append(points[i]);
      }
    }
    return swapped.build().asSafe(safe);
  }

  private void lowerAt(int place, Builder out) {
    int c = at(place);
    if (c == CAPITAL_SIGMA) {
      out.append(isFinal(place) ? "\u03C2" : "\u03C3", points[place]);
    } else {
      out.append(Character.toString(c).toLowerCase(Locale.ROOT), points[place]);
    }
  }

  private void titleAt(int place, Builder out) {
    int c = at(place);
    int title = Character.toTitleCase(c);
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    if (title == c && upper.codePointCount(0, upper.length()) > 1) {
      if (c != 0xDF) {
        throw JinjaError.unsupported("the title case of " + Character.toString(c));
      }
      out.append("Ss", points[place]);
    } else {
      out.append(title | (points[place] & MESSAGE));
    }
  }

  /** Whether a sigma ends a word: Unicode's Final_Sigma. */
  private boolean isFinal(int place) {
    int before = place - 1;
    while (before >= 0 && isCaseIgnorable(at(before))) {
      before--;
    }
    int after = place + 1;
    while (after < points.length && isCaseIgnorable(at(after))) {
      after++;
    }
    return before >= 0 && isCased(at(before)) && (after == points.length || !isCased(at(after)));
  }

  static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  private static boolean isCaseIgnorable(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default ->
          "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A"
                  .indexOf(c)
              >= 0;
    };
  }

  /** {@code str.isspace} of a character, and what {@code \s} is in Python. */
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PythonText text
        && text.length() == points.length
        && startsWith(text, 0);
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (int i = 0; i < points.length; i++) {
      hash = 31 * hash + at(i);
    }
    return hash;
  }

  /** By code points, as Python has it. */
  @Override
  public int compareTo(PythonText other) {
    for (int i = 0; i < Math.min(points.length, other.length()); i++) {
      if (at(i) != other.at(i)) {
        return Integer.compare(at(i), other.at(i));
      }
    }
    return Integer.compare(points.length, other.length());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(points.length);
    for (int i = 0; i < points.length; i++) {
      text.appendCodePoint(at(i));
    }
    return text.toString();
  }

  /** Appends, up to {@link #MOST_LENGTH}. */
  static final class Builder {
    private int[] points = new int[16];
    private int length;

    Builder append(PythonText text) {
      return append(text, 0, text.points.length);
    }

    Builder append(PythonText text, int from, int to) {
      reserve(to - from);
      System.arraycopy(text.points, from, points, length, to - from);
      length += to - from;
      return this;
    }

    Builder append(String text) {
      return append(text, 0);
    }

    /** Appends what a character became, which is from a message if that was. */
    private Builder append(String text, int origin) {
      text.codePoints().forEach(point -> append(point | (origin & MESSAGE)));
      return this;
    }

    Builder append(int point) {
      reserve(1);
      points[length++] = point;
      return this;
    }

    /** Appends an escape of the character at a place of a text. */
    Builder append(String escape, PythonText text, int place) {
      return append(escape, text.points[place]);
    }

    Builder repeat(int point, long times) {
      reserve(times);
      Arrays.fill(points, length, length + (int) times, point);
      length += (int) Math.max(times, 0);
      return this;
    }

    int length() {
      return length;
    }

    private void reserve(long more) {
      if (length + more > MOST_LENGTH) {
        throw JinjaError.unsupported(
            String.format(Locale.ROOT, "a text of more than %,d characters", MOST_LENGTH));
      }
      if (length + more > points.length) {
        points = Arrays.copyOf(points, (int) Math.max(length + more, 2L * points.length));
      }
    }

    PythonText build() {
      return length == 0 ? EMPTY : new PythonText(Arrays.copyOf(points, length), false);
    }
  }
}
