package dev.ragwright.documents.pdf;

import org.jspecify.annotations.Nullable;

/**
 * A glyph that a page shows, where a reader sees it. Places count in points from the upper left
 * corner of the page as it is turned for its reader, in a frame that is turned so that the glyph's
 * line runs to the right and the next line is below it.
 *
 * @param text what it stands for; empty where another glyph's text stands for it too; a space is
 *     {@code " "}
 * @param x where it begins on its baseline
 * @param y its baseline
 * @param width how far it moves the pen
 * @param size of its font, as it is seen
 * @param turn of its line against the page's, in degrees clockwise, in [0, 360)
 * @param fixed whether its font has one width for all glyphs
 * @param hidden whether a reader does not see it
 * @param mark the marked content that it is in, if any
 */
record Glyph(
    String text,
    float x,
    float y,
    float width,
    float size,
    int turn,
    boolean fixed,
    boolean hidden,
    @Nullable Mark mark) {

  float end() {
    return x + width;
  }

  Glyph hidden(boolean hidden) {
    return new Glyph(text, x, y, width, size, turn, fixed, hidden, mark);
  }

  boolean isSpace() {
    return text.equals(" ");
  }
}
