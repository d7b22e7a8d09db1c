package dev.ragwright.documents.pdf;

import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.jspecify.annotations.Nullable;

/**
 * How a page lies before its reader.
 *
 * @param box what is shown of it
 * @param rotation by how many quarters it is turned clockwise
 */
record PageFrame(PDRectangle box, int rotation) {

  /** A glyph at a place in the page's own space, whose line runs along (ux, uy). */
  Glyph placed(
      String text,
      float x,
      float y,
      float ux,
      float uy,
      float width,
      float size,
      boolean fixed,
      boolean hidden,
      @Nullable Mark mark) {
    float px = x - box.getLowerLeftX();
    float py = y - box.getLowerLeftY();
    float w = box.getWidth();
    float h = box.getHeight();
    float seenX = rotation == 0 ? px : rotation == 1 ? py : rotation == 2 ? w - px : h - py;
    float seenY = rotation == 0 ? h - py : rotation == 1 ? px : rotation == 2 ? py : w - px;
    float alongX = rotation == 0 ? ux : rotation == 1 ? uy : rotation == 2 ? -ux : -uy;
    float alongY = rotation == 0 ? -uy : rotation == 1 ? ux : rotation == 2 ? uy : -ux;
    int turn = Turn.of(alongX, alongY);
    return new Glyph(
        text,
        Turn.x(turn, seenX, seenY),
        Turn.y(turn, seenX, seenY),
        width,
        size,
        turn,
        fixed,
        hidden,
        mark);
  }
}
