package dev.ragwright.documents.pdf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Puts the glyphs of one turn together to chunks, in the order in which they were drawn. */
final class Chunks {
  /** A gap as wide as this, in sizes of the font, may part columns. */
  static final float WIDE = 0.9f;

  /** The widest gap between letters of a word; tightly set lines have spaces of 0.15. */
  private static final float LETTER = 0.11f;

  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Glyph> run = new ArrayList<>();
  private final List<Boolean> spaced = new ArrayList<>();
  private boolean space;
  private int order;

  private Chunks(int order) {
    this.order = order;
  }

  /** The chunks; the first is counted as the {@code order}-th of the page. */
  static List<Chunk> of(List<Glyph> glyphs, int order) {
    Chunks all = new Chunks(order);
    for (Glyph glyph : RightToLeft.sorted(glyphs)) {
      all.add(glyph);
    }
    all.flush();
    return all.chunks;
  }

  private void add(Glyph glyph) {
    if (glyph.isSpace()) {
      space = !run.isEmpty();
      return;
    }
    if (!run.isEmpty() && !goesOn(run.getLast(), glyph)) {
      flush();
    }
    run.add(glyph);
    spaced.add(space);
    space = false;
  }

  private static boolean goesOn(Glyph last, Glyph next) {
    float size = Math.max(last.size(), next.size());
    float fall = Math.abs(next.y() - last.y());
    boolean alike = Math.min(last.size(), next.size()) > 0.9f * size;
    boolean accent = isRaised(last.text()) || isRaised(next.text());
    float gap = next.x() - last.end();
    return last.hidden() == next.hidden()
        && Mark.same(last.mark(), next.mark())
        && fall <= (alike && !accent ? 0.15f : 0.75f) * size
        && gap <= WIDE * size
        && gap >= -1.2f * size
        && next.x() >= last.x() - 0.3f * size;
  }

  private static boolean isRaised(String text) {
    return Accents.isAccent(text) || Accents.isSign(text);
  }

  private void flush() {
    if (!run.isEmpty()) {
      Chunk chunk = chunk();
      if (!chunk.text().isBlank()) {
        chunks.add(chunk);
        order++;
      }
    }
    run.clear();
    spaced.clear();
    space = false;
  }

  private Chunk chunk() {
    Glyph base = base();
    markSpaces();
    RunText text = new RunText(base.y(), base.size());
    float x0 = Float.POSITIVE_INFINITY;
    float x1 = Float.NEGATIVE_INFINITY;
    float firstWord = -1;
    boolean fixed = true;
    for (int i = 0; i < run.size(); i++) {
      Glyph glyph = run.get(i);
      if (spaced.get(i) && firstWord < 0) {
        firstWord = x1 - x0;
      }
      text.add(glyph, spaced.get(i));
      x0 = Math.min(x0, glyph.x());
      x1 = Math.max(x1, glyph.end());
      fixed &= glyph.fixed();
    }
    String words = text.text();
    String shown = run.getFirst().hidden() ? "[hidden: " + words + "]" : words;
    return new Chunk(
        RightToLeft.isIn(words) ? RightToLeft.logical(shown) : shown,
        x0,
        x1,
        base.y(),
        base.size(),
        firstWord < 0 ? x1 - x0 : firstWord,
        order,
        fixed,
        run.getFirst().mark());
  }

  /** A glyph on the line that most of the run stands on. */
  private Glyph base() {
    Glyph best = run.getFirst();
    double bestWeight = -1;
    for (int i = 0; i < run.size(); i++) {
      Glyph glyph = run.get(i);
      if (i > 0 && glyph.y() == run.get(i - 1).y() && glyph.size() == run.get(i - 1).size()) {
        continue;
      }
      double weight = 0;
      for (Glyph other : run) {
        if (Math.abs(other.y() - glyph.y()) < 0.1f * glyph.size()
            && Math.abs(other.size() - glyph.size()) < 0.1f * glyph.size()) {
          weight += Math.max(0.1, other.width()) * other.size();
        }
      }
      if (weight > bestWeight) {
        best = glyph;
        bestWeight = weight;
      }
    }
    return best;
  }

  /** Where gaps are wider than between letters, there is a space though none was drawn. */
  private void markSpaces() {
    int n = run.size();
    float[] gaps = new float[Math.max(0, n - 1)];
    int letters = 0;
    Glyph base = run.getFirst(); // the last that is no sign
    for (int i = 1; i < n; i++) {
      Glyph last = base;
      Glyph next = run.get(i);
      if (Accents.isSign(next.text())) {
        gaps[i - 1] = 0;
        continue;
      }
      base = next;
      if (Accents.isSign(last.text())) {
        continue; // the first of a line may be one
      }
      gaps[i - 1] = (next.x() - last.end()) / Math.max(0.1f, Math.max(last.size(), next.size()));
      letters += isLetter(last) && isLetter(next) ? 1 : 0;
    }
    float[] sorted = gaps.clone();
    Arrays.sort(sorted);
    float usual = sorted.length == 0 ? 0 : sorted[sorted.length / 3];
    boolean overlapping = usual < -0.15f;
    boolean spread = usual > 0.12f && letters >= 5 && letters > 0.8 * gaps.length;
    float least = overlapping || spread ? usual + (overlapping ? 0.3f : LETTER) : LETTER;
    for (int i = 1; i < n; i++) {
      boolean sign = Accents.isSign(run.get(i).text());
      boolean drawn = spaced.get(i) && !sign && (overlapping || gaps[i - 1] > 0.03f);
      spaced.set(i, drawn || gaps[i - 1] > least);
      int first = i; // of the signs that stand left of a letter which is read to the left
      while (spaced.get(i) && first > 0 && Accents.isSign(run.get(first - 1).text())) {
        first--;
      }
      if (first < i && first > 0 && RightToLeft.isIn(run.get(i).text())) {
        spaced.set(i, false);
        spaced.set(first, true);
      }
    }
  }

  private static boolean isLetter(Glyph glyph) {
    return !glyph.text().isEmpty() && Character.isLetter(glyph.text().codePointAt(0));
  }

  /** Chunks in the order in which they were drawn. */
  static final Comparator<Chunk> DRAWN = Comparator.comparingInt(Chunk::order);
}
