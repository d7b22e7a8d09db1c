package dev.ragwright.documents.sheet;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A number format of a spreadsheet, such as {@code #,##0.00" EUR";[Red]-0;"none"}, as Excel shows
 * it in American English, whatever the machine's language. Immutable.
 */
final class NumberFormat {
  /** Excel allows 255. */
  private static final int MOST_CHARACTERS = 1000;

  private final List<Section> sections;
  private final boolean general;

  private NumberFormat(List<Section> sections, boolean general) {
    this.sections = sections;
    this.general = general;
  }

  /** Reads a format; what is not understood in it is shown as it stands. */
  static NumberFormat of(String text) {
    String code = text.length() > MOST_CHARACTERS ? "General" : text;
    List<Section> sections = new ArrayList<>();
    for (String part : parts(code)) {
      sections.add(Section.of(part));
    }
    return new NumberFormat(
        List.copyOf(sections), code.isEmpty() || code.equalsIgnoreCase("General"));
  }

  /** Splits at semicolons that are not quoted. */
  private static List<String> parts(String code) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    boolean quoted = false;
    for (int i = 0; i < code.length(); i++) {
      char c = code.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '\\' || c == '_' || c == '*')) {
        i++;
      } else if (!quoted && c == ';') {
        parts.add(code.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(code.substring(Math.min(from, code.length())));
    return parts;
  }

  /** Whether it shows a number as a day or a time. */
  boolean isDate() {
    return sections.getFirst().isDate();
  }

  /**
   * A number as it is shown; the empty text if the format hides it.
   *
   * @param from1904 whether days count from 1904, and not from 1900
   */
  String show(BigDecimal number, boolean from1904) {
    if (general) {
      return General.show(number);
    }
    int chosen = choose(number);
    if (chosen < 0) {
      return General.show(number);
    }
    Section section = sections.get(chosen);
    boolean signed = number.signum() < 0 && !hasOwnSign(chosen);
    BigDecimal shown = number.signum() < 0 && !section.isDate() ? number.negate() : number;
    String text = section.show(shown, from1904);
    if (text == null) {
      return General.show(number);
    }
    return (signed && !section.isDate() && section.showsNumber() ? "-" + text.strip() : text)
        .strip();
  }

  /** Whether the format shows no digit of this number, but words of its own or nothing. */
  boolean hidesDigits(BigDecimal number) {
    if (general) {
      return false;
    }
    int chosen = choose(number);
    return chosen >= 0 && !sections.get(chosen).showsNumber() && !sections.get(chosen).isDate();
  }

  private int numeric() {
    int count = Math.min(3, sections.size());
    if (count > 1 && count == sections.size() && count < 4 && sections.get(count - 1).isText()) {
      count--; // the last one is for texts
    }
    return count;
  }

  private int choose(BigDecimal number) {
    int count = numeric();
    Condition first = sections.getFirst().condition();
    if (count == 1) {
      return first == null || first.holds(number) ? 0 : -1;
    }
    Condition second = sections.get(1).condition();
    if (first == null && second == null) {
      int sign = number.signum();
      return sign < 0 ? 1 : sign == 0 && count > 2 ? 2 : 0;
    }
    if (first == null ? number.signum() > 0 : first.holds(number)) {
      return 0;
    }
    if (count == 2 && second == null) {
      return 1;
    }
    if (second == null ? number.signum() < 0 : second.holds(number)) {
      return 1;
    }
    return count > 2 ? 2 : -1;
  }

  /** Whether a section for negative numbers says itself how it shows the sign. */
  private boolean hasOwnSign(int chosen) {
    Condition condition = sections.get(chosen).condition();
    if (condition != null) {
      return condition.onlyNegative();
    }
    Condition first = sections.getFirst().condition();
    return chosen == 1 && (first == null || first.allNotNegative());
  }

  /** A text as it is shown; null if the format hides it. */
  @Nullable String show(String text) {
    Section last = sections.getLast();
    if (sections.size() == 4 || last.isText()) {
      String shown = last.showText(text);
      return shown.isEmpty() && !text.isEmpty() ? null : shown;
    }
    return text;
  }
}
