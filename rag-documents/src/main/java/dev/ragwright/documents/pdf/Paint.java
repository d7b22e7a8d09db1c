package dev.ragwright.documents.pdf;

/**
 * What of the graphics state decides whether a glyph is seen: the rectangle that clips it, in the
 * page's own space, and whether its fill is white.
 *
 * @param space of the fill's colour: its number of components, or 0 if white is not known in it
 */
record Paint(float left, float bottom, float right, float top, int space, boolean white) {

  /** Clipped to this rectangle too. */
  Paint within(float[] box) {
    return new Paint(
        Math.max(left, box[0]),
        Math.max(bottom, box[1]),
        Math.min(right, box[2]),
        Math.min(top, box[3]),
        space,
        white);
  }

  Paint filled(int space, boolean white) {
    return space == this.space && white == this.white
        ? this
        : new Paint(left, bottom, right, top, space, white);
  }

  boolean shows(float x, float y) {
    return x >= left && x <= right && y >= bottom && y <= top;
  }
}
