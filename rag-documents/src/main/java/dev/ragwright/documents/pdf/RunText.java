package dev.ragwright.documents.pdf;

import org.jspecify.annotations.Nullable;

/**
 * The text of a run of glyphs on a line. What is raised or lowered cannot join what stands before
 * it: 10 with a raised 6 becomes {@code 10^6}, H with a lowered 2 stays {@code H2}, and 10 with a
 * lowered 2 becomes {@code 10_2}.
 */
final class RunText {
  private final float y;
  private final float size;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder shifted = new StringBuilder();
  private int level;
  private @Nullable Glyph accent;
  private @Nullable Glyph last;

  /** On this baseline, with a font of this size. */
  RunText(float y, float size) {
    this.y = y;
    this.size = size;
  }

  void add(Glyph glyph, boolean spaced) {
    Glyph open = accent;
    accent = null;
    Glyph before = last;
    last = glyph;
    if (open != null) {
      if (Accents.belongs(open, glyph)) {
        append(Accents.compose(open.text(), glyph.text()), glyph, spaced, before);
        return;
      }
      append(Accents.alone(open.text()), open, false, null);
    }
    if (Accents.isAccent(glyph.text())) {
      StringBuilder at = level == 0 ? out : shifted;
      if (before != null && Accents.belongs(glyph, before) && endsWith(at, before.text())) {
        at.setLength(at.length() - before.text().length());
        at.append(Accents.compose(glyph.text(), before.text()));
        return;
      }
      if (spaced) {
        space();
      }
      accent = glyph;
      return;
    }
    append(glyph.text(), glyph, spaced, before);
  }

  private static boolean endsWith(StringBuilder text, String end) {
    return text.length() >= end.length() && text.lastIndexOf(end) == text.length() - end.length();
  }

  private void space() {
    StringBuilder at = level == 0 ? out : shifted;
    if (!at.isEmpty() && at.charAt(at.length() - 1) != ' ') {
      at.append(' ');
    }
  }

  private void append(String text, Glyph glyph, boolean spaced, @Nullable Glyph before) {
    int to = text.isEmpty() || Accents.isSign(text) ? level : levelOf(glyph);
    if (to != level) {
      endShift(text, spaced, before != null && glyph.x() < before.end() - 0.05f * size);
      level = to;
    } else if (spaced) {
      space();
    }
    (level == 0 ? out : shifted).append(text);
  }

  private int levelOf(Glyph glyph) {
    float above = y - glyph.y();
    boolean small = glyph.size() <= 0.86f * size;
    if (above > (small ? 0.15f : 0.25f) * size) {
      return 1;
    }
    return above < (small ? -0.08f : -0.25f) * size ? -1 : 0;
  }

  /** Writes what was raised or lowered, before this text. */
  private void endShift(String next, boolean spaced, boolean overlapping) {
    String run = shifted.toString().strip();
    shifted.setLength(0);
    if (!run.isEmpty()) {
      boolean logo = overlapping && run.length() == 1 && Character.isLetter(run.charAt(0));
      joined(out, run, logo ? 0 : level);
      if (logo) {
        return;
      }
    }
    boolean joins =
        !run.isEmpty() && !next.isEmpty() && Character.isLetterOrDigit(next.codePointAt(0));
    if ((spaced || (joins && level > 0)) && !out.isEmpty() && !endsWith(out, " ")) {
      out.append(' ');
    }
  }

  /**
   * Appends raised ({@code level > 0}) or lowered ({@code level < 0}) text to what stands before
   * it, so that the two cannot be taken for one number or word.
   */
  static void joined(StringBuilder out, String run, int level) {
    int before = out.isEmpty() ? ' ' : out.codePointBefore(out.length());
    int first = run.codePointAt(0);
    boolean sign = first == '-' || first == '+' || first == 0x2212 || first == 0x2013;
    boolean digit = Character.isDigit(first);
    boolean word = digit || sign || Character.isLetter(first);
    if (level > 0) {
      boolean ordinal =
          Character.isDigit(before)
              && switch (run) {
                case "st", "nd", "rd", "th", "o", "a", "er", "e", "ème" -> true;
                default -> false;
              };
      if (word && !ordinal && !out.isEmpty()) {
        out.append('^');
      }
    } else if (level < 0 && digit && Character.isDigit(before)) {
      out.append('_');
    }
    out.append(run);
  }

  String text() {
    Glyph open = accent;
    if (open != null) {
      append(Accents.alone(open.text()), open, false, null);
      accent = null;
    }
    endShift("", false, false);
    return out.toString().strip();
  }
}
