package dev.ragwright.documents.pdf;

import org.jspecify.annotations.Nullable;

/**
 * Finds glyphs that are drawn a second time at nearly the same place, as programs do for bold or a
 * shadow. Nearly is an eighth of the font's size: two letters beside each other are further apart
 * even in narrow fonts, whatever widths the font declares.
 */
final class Drawn {
  private static final float NEAR = 0.12f;
  private static final float CELL = 3;

  private @Nullable Glyph[] table = new @Nullable Glyph[1 << 13];
  private int size;

  /** Whether it was drawn before; if not, it is remembered. */
  boolean again(Glyph glyph) {
    float near = NEAR * glyph.size();
    int fromX = cell(glyph.x() - near);
    int toX = cell(glyph.x() + near);
    int fromY = cell(glyph.y() - near);
    int toY = cell(glyph.y() + near);
    if ((long) (toX - fromX) * (toY - fromY) > 400) {
      return false; // so large that it is no text
    }
    for (int cx = fromX; cx <= toX; cx++) {
      for (int cy = fromY; cy <= toY; cy++) {
        int i = slot(cx, cy);
        for (Glyph other = table[i]; other != null; other = table[i]) {
          if (Math.abs(other.x() - glyph.x()) <= near
              && Math.abs(other.y() - glyph.y()) <= near
              && other.turn() == glyph.turn()
              && Math.abs(other.size() - glyph.size()) <= 0.2f * glyph.size()
              && !glyph.text().isEmpty()
              && other.text().equals(glyph.text())) {
            return true;
          }
          i = (i + 1) & (table.length - 1);
        }
      }
    }
    add(glyph);
    return false;
  }

  private void add(Glyph glyph) {
    if (2 * ++size > table.length) {
      @Nullable Glyph[] old = table;
      table = new @Nullable Glyph[2 * old.length];
      for (Glyph each : old) {
        if (each != null) {
          put(each);
        }
      }
    }
    put(glyph);
  }

  private void put(Glyph glyph) {
    int i = slot(cell(glyph.x()), cell(glyph.y()));
    while (table[i] != null) {
      i = (i + 1) & (table.length - 1);
    }
    table[i] = glyph;
  }

  private static int cell(float place) {
    return (int) Math.floor(place / CELL);
  }

  private int slot(int x, int y) {
    int hash = (x * 0x9E3779B1) ^ (y * 0x85EBCA6B);
    return (hash ^ (hash >>> 15)) & (table.length - 1);
  }
}
