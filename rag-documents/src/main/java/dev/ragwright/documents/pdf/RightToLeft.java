package dev.ragwright.documents.pdf;

import java.text.Bidi;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lines of Arabic and Hebrew: drawn in any order, seen from the right, and kept as spoken. */
final class RightToLeft {
  private static final String BRACKETS = "()[]{}<>«»";

  private RightToLeft() {}

  static boolean isIn(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isRightToLeft(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isRightToLeft(char c) {
    if (c < 0x590) {
      return false;
    }
    byte kind = Character.getDirectionality(c);
    return kind == Character.DIRECTIONALITY_RIGHT_TO_LEFT
        || kind == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
  }

  /**
   * The glyphs as they were drawn, but those of lines with letters that run to the left from left
   * to right, as they are seen.
   */
  static List<Glyph> sorted(List<Glyph> glyphs) {
    List<Glyph> letters =
        glyphs.stream()
            .filter(glyph -> isIn(glyph.text()) && !Accents.isSign(glyph.text()))
            .toList();
    if (letters.isEmpty()) {
      return glyphs;
    }
    List<Glyph> lines = new ArrayList<>(); // one glyph for each line
    for (Glyph letter : letters) {
      if (lines.stream().noneMatch(line -> sameLine(line, letter))) {
        lines.add(letter);
      }
    }
    List<List<Glyph>> members = new ArrayList<>();
    lines.forEach(line -> members.add(new ArrayList<>()));
    List<Glyph> sorted = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (Glyph glyph : glyphs) {
      int line = -1;
      for (int i = 0; i < lines.size() && line < 0; i++) {
        line = sameLine(lines.get(i), glyph) ? i : -1;
      }
      for (int i = 0; i < lines.size() && line < 0 && Accents.isSign(glyph.text()); i++) {
        line = Math.abs(lines.get(i).y() - glyph.y()) < 0.9f * glyph.size() ? i : -1;
      }
      if (line < 0) {
        sorted.add(glyph);
        places.add(-1);
      } else {
        if (members.get(line).isEmpty()) {
          sorted.add(glyph);
          places.add(line);
        }
        members.get(line).add(glyph);
      }
    }
    List<Glyph> all = new ArrayList<>(glyphs.size());
    for (int i = 0; i < sorted.size(); i++) {
      if (places.get(i) < 0) {
        all.add(sorted.get(i));
      } else {
        signsBeforeLetters(members.get(places.get(i))).stream()
            .map(RightToLeft::seen)
            .forEach(all::add);
      }
    }
    return all;
  }

  /**
   * A line's glyphs from left to right, and the signs of a letter to the left of it, the last drawn
   * first: so they are spoken behind it, in their order.
   */
  private static List<Glyph> signsBeforeLetters(List<Glyph> line) {
    List<Glyph> sorted = new ArrayList<>();
    List<Glyph> signs = new ArrayList<>();
    line.forEach(glyph -> (Accents.isSign(glyph.text()) ? signs : sorted).add(glyph));
    sorted.sort(Comparator.comparingDouble(Glyph::x));
    for (Glyph sign : signs) {
      float middle = sign.x() + sign.width() / 2;
      int best = -1;
      float least = Float.POSITIVE_INFINITY;
      for (int i = 0; i < sorted.size(); i++) {
        Glyph letter = sorted.get(i);
        float away = Math.max(letter.x() - middle, middle - letter.end());
        if (away < least && !letter.isSpace() && !Accents.isSign(letter.text())) {
          least = away;
          best = i;
        }
      }
      int at = Math.max(0, best);
      while (at > 0 && Accents.isSign(sorted.get(at - 1).text())) {
        at--;
      }
      sorted.add(at, sign);
    }
    return sorted;
  }

  private static boolean sameLine(Glyph a, Glyph b) {
    return Math.abs(a.y() - b.y()) < 0.3f * Math.min(a.size(), b.size());
  }

  /** A glyph that stands for several letters, in the order in which they are seen. */
  private static Glyph seen(Glyph glyph) {
    if (glyph.text().length() < 2 || !isIn(glyph.text())) {
      return glyph;
    }
    return new Glyph(
        new StringBuilder(glyph.text()).reverse().toString(),
        glyph.x(),
        glyph.y(),
        glyph.width(),
        glyph.size(),
        glyph.turn(),
        glyph.fixed(),
        glyph.hidden(),
        glyph.mark());
  }

  /** Of a line as it is seen from left to right, the text as it is spoken. */
  static String logical(String seen) {
    int right = 0;
    int left = 0;
    for (int i = 0; i < seen.length(); i++) {
      char c = seen.charAt(i);
      right += isRightToLeft(c) ? 1 : 0;
      left += !isRightToLeft(c) && Character.isLetter(c) ? 1 : 0;
    }
    Bidi bidi =
        new Bidi(seen, right >= left ? Bidi.DIRECTION_RIGHT_TO_LEFT : Bidi.DIRECTION_LEFT_TO_RIGHT);
    int runs = bidi.getRunCount();
    byte[] levels = new byte[runs];
    Integer[] order = new Integer[runs];
    for (int i = 0; i < runs; i++) {
      levels[i] = (byte) bidi.getRunLevel(i);
      order[i] = i;
    }
    Bidi.reorderVisually(levels, 0, order, 0, runs);
    StringBuilder text = new StringBuilder(seen.length());
    for (Integer run : order) {
      String part = seen.substring(bidi.getRunStart(run), bidi.getRunLimit(run));
      text.append(bidi.getRunLevel(run) % 2 == 1 ? new StringBuilder(part).reverse() : part);
    }
    String spoken = text.toString();
    String mirrored = mirrored(spoken);
    return fitting(mirrored) > fitting(spoken) ? mirrored : spoken;
  }

  /**
   * Brackets the other way round: some programs name them by what is seen, others by what is
   * spoken.
   */
  private static String mirrored(String spoken) {
    StringBuilder text = new StringBuilder(spoken);
    for (int i = 0; i < text.length(); i++) {
      int at = BRACKETS.indexOf(text.charAt(i));
      if (at >= 0) {
        text.setCharAt(i, BRACKETS.charAt(at ^ 1));
      }
    }
    return text.toString();
  }

  /** How many brackets open before a word or close behind one. */
  private static int fitting(String text) {
    int fitting = 0;
    for (int i = 0; i < text.length(); i++) {
      int at = BRACKETS.indexOf(text.charAt(i));
      int beside = at % 2 == 0 ? i + 1 : i - 1;
      if (at >= 0 && beside >= 0 && beside < text.length()) {
        fitting += Character.isLetterOrDigit(text.charAt(beside)) ? 1 : 0;
      }
    }
    return fitting;
  }
}
